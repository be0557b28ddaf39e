namespace CachePolicies.Server;

/// <summary>A model of the configuration.</summary>
/// <param name="Name">The name that requests use.</param>
/// <param name="FileBytes">The bytes of its files.</param>
/// <param name="Stamp">Tells its files from others (<see cref="ModelStamp"/>).</param>
internal sealed record RegisteredModel(string Name, long FileBytes, string Stamp);

/// <summary>The models of the configuration, the default first.</summary>
internal sealed record RegisteredModels(IReadOnlyList<RegisteredModel> All)
{
    /// <summary>The model of a name, whatever its case, or <see langword="null"/>.</summary>
    public RegisteredModel? Find(string name) => All.FirstOrDefault(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
