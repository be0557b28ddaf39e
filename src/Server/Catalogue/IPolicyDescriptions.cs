namespace CachePolicies.Server;

/// <summary>Describes the policies.</summary>
internal interface IPolicyDescriptions
{
    /// <summary>Describes all of them.</summary>
    /// <param name="model">The model that they would run on, which is loaded then; by default the first.</param>
    /// <param name="cancellationToken">Stops waiting for the model.</param>
    /// <exception cref="GenerationRefusedException">There is no such model, or it cannot be loaded.</exception>
    Task<PolicyList> DescribeAsync(string? model, CancellationToken cancellationToken);
}
