using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>What a policy with its defaults would do on a layout.</summary>
/// <param name="Policy">Its name.</param>
/// <param name="BytesPerLane">What it keeps for each lane.</param>
/// <param name="Measures">What it measures, in words.</param>
/// <param name="Refusal">Why it cannot run, or <see langword="null"/>.</param>
internal sealed record PolicyLook(string Policy, long BytesPerLane, string Measures, string? Refusal)
{
    public static PolicyLook Of(CachePolicyDescriptor entry, DenoiserLayout layout)
    {
        try
        {
            var plan = entry.Create(entry.CreateOptions(), family: layout.Family).Plan(layout);
            var measures = plan.Measurements.Select(m => $"{layout.Boundaries[m.Boundary].Name}/{layout.Boundaries[m.Boundary].Tensors[m.Tensor].Name}").Distinct().ToArray();
            return new(PolicySettings.NameOf(entry), plan.BytesPerLane, measures.Length == 0 ? "nothing; the steps are decided ahead" : string.Join(", ", measures), null);
        }
        catch (Exception refused) when (refused is CachePlanException or ArgumentException)
        {
            return new(PolicySettings.NameOf(entry), 0, "", refused.Message);
        }
    }
}
