namespace CachePolicies.Policies;

/// <summary>Says where a divisor pools nothing, so that a check costs as much as one without pooling.</summary>
internal static class H2Pooling
{
    /// <summary>The plan with a note for each measurement whose windows are single elements although its divisor asks for larger ones.</summary>
    public static CachePlan WithPoolingNotes(this CachePlan plan, params ReadOnlySpan<(MeasurementKey Key, string Option, int Divisor)> pooled)
    {
        foreach (var (key, option, divisor) in pooled)
        {
            var measurement = plan.Measurements.Single(m => ReferenceEquals(m.Key, key));
            var shape = plan.Layout.Boundaries[measurement.Boundary].Tensors[measurement.Tensor].Shape;
            if (shape.Rank >= 2 && shape[^2] > 1 && divisor > shape[^2] / 2 && SimilarityEstimator.PoolWindow(shape, divisor) == 1)
            {
                plan = plan.Note($"{option} {divisor} pools nothing at {shape[^2]} rows ({plan.Layout.Boundaries[measurement.Boundary].Name} is {shape}); at most {Math.Max(1, shape[^2] / 2)} pools.");
            }
        }

        return plan;
    }
}
