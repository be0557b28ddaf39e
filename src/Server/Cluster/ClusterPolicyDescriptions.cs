using System.Text.Json;

namespace CachePolicies.Server;

/// <summary>Has the policies described by a worker, which has the model.</summary>
internal sealed class ClusterPolicyDescriptions(ClusterPictureService workers) : IPolicyDescriptions
{
    public async Task<PolicyList> DescribeAsync(string? model, CancellationToken cancellationToken) =>
        JsonSerializer.Deserialize(await workers.AskAsync(PictureWire.Policies, model, cancellationToken).ConfigureAwait(false), WireJson.Default.PolicyList)!;
}
