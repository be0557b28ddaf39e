namespace CachePolicies.Policies;

/// <summary>A policy whose distances are those of the worst frame.</summary>
internal sealed class PerFramePolicy(ICachePolicy inner) : DelegatingCachePolicy(inner)
{
    public override CachePlan Plan(DenoiserLayout layout)
    {
        var plan = base.Plan(layout);
        return plan.Measurements.IsEmpty
            ? throw new CachePlanException($"The policy '{Name}' measures nothing, so that there is nothing to measure per frame; leave it out.")
            : plan.PerFrame();
    }
}
