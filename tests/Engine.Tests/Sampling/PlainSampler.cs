namespace CachePolicies.Engine.Tests.Sampling;

/// <summary>A schedule run in plain code on numbers of double precision: what the engine's kernels are compared with.</summary>
internal static class PlainSampler
{
    /// <summary>Runs a schedule on one number.</summary>
    /// <param name="schedule">The evaluations.</param>
    /// <param name="z">The first latent.</param>
    /// <param name="model">The model's output for a latent at a noise level.</param>
    /// <param name="noise">Fresh noise for an evaluation that draws some.</param>
    public static double Integrate(SamplingSchedule schedule, double z, Func<double, SamplingEvaluation, double> model, Func<double>? noise = null)
    {
        var kept = new List<double>();
        var anchor = double.NaN;
        foreach (var evaluation in schedule.Evaluations)
        {
            var update = evaluation.Update;
            var output = model(z, evaluation);
            var estimate = Math.Clamp((update.EstimateLatentWeight * z) + (update.EstimateOutputWeight * output), -update.EstimateLimit, update.EstimateLimit);
            double[] estimates = [estimate, .. kept];
            double Sum(IEnumerable<float> weights) => weights.Select((w, j) => w * estimates[j]).Sum();
            double Anchored(float weight) => weight == 0 ? 0 : weight * anchor;

            var next = (update.LatentWeight * z) + (update.OutputWeight * output) + Anchored(update.AnchorWeight) + Sum(update.EstimateWeights);
            next += update.NoiseWeight == 0 ? 0 : update.NoiseWeight * noise!();
            if (update.Anchor is { } hold)
            {
                anchor = (hold.LatentWeight * z) + Anchored(hold.AnchorWeight) + Sum(hold.EstimateWeights);
            }

            if (update.KeepsEstimate)
            {
                kept.Insert(0, estimate);
            }

            z = next;
        }

        return z;
    }
}
