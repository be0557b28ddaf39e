namespace CachePolicies.Policies;

/// <summary>A policy that measures with another estimator than its own.</summary>
internal sealed class EstimatorPolicy(ICachePolicy inner, ISimilarityEstimator estimator, string? measurement) : DelegatingCachePolicy(inner)
{
    public override CachePlan Plan(DenoiserLayout layout)
    {
        var plan = base.Plan(layout);
        return plan.Measurements.Any(Replaces)
            ? plan.WithEstimators(m => Replaces(m) ? estimator : m.Estimator)
            : throw new CachePlanException(plan.Measurements.IsEmpty
                ? $"The policy '{Name}' measures nothing, so that the estimator '{estimator.Name}' has nothing to do; leave it out."
                : $"The policy '{Name}' has no measurement '{Excerpt.Of(measurement)}'. {NearestNames.Suggest(measurement ?? "", [.. plan.Measurements.Select(m => m.Key.Name)])}");
    }

    private bool Replaces(Measurement taken) => measurement is null || taken.Key.Name == measurement;
}
