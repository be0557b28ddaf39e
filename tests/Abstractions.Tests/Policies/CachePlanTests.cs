using static CachePolicies.Abstractions.Tests.FluxLayout;

namespace CachePolicies.Abstractions.Tests.Policies;

public sealed class CachePlanTests
{
    private static readonly MeasurementKey Key = new("key");

    [Fact]
    public void Skips_that_can_share_what_is_kept_do()
    {
        var plan = CachePlan.For(Create())
            .Skip(BoundaryRole.Structure, BoundaryRole.Output, Approximation.ReuseOutput)
            .Skip(BoundaryRole.Latent, BoundaryRole.Output, Approximation.ReuseOutput)
            .Skip(BoundaryRole.Structure, BoundaryRole.Output, new Extrapolate(2));
        var kept = Assert.Single(plan.Kept);
        Assert.Equal(new KeptFeature(To: 6, Base: null, Probe: null, RangeStart: 0, Depth: 3) { Products = KeptProducts.Squares }, kept);
        Assert.All(plan.Skips, s => Assert.Equal(0, s.Kept));
    }

    [Fact]
    public void The_bytes_of_a_plan_are_those_of_kept_features_and_references()
    {
        const int ImageBytes = 6 * 4 * 4, TextBytes = 2 * 4 * 4, LatentBytes = 6 * 3 * 4;
        var plan = CachePlan.For(Create())
            .Measure(Key, BoundaryRole.Latent, SimilarityEstimator.RelativeL1, ReferenceUpdate.WhenFullyComputed)
            .Measure(new("norm"), BoundaryRole.Structure, SimilarityEstimator.Magnitude, ReferenceUpdate.EveryEvaluation)
            .Measure(new("residual"), MeasurementSubject.Residual(BoundaryRole.Embedded, BoundaryRole.Structure), SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation)
            .Skip(BoundaryRole.StructureProbe, BoundaryRole.Structure, new AddResidual(BoundaryRole.StructureProbe))
            .Skip(BoundaryRole.StructureProbe, BoundaryRole.Detail, new AlignTrajectory(BoundaryRole.Embedded, BoundaryRole.StructureProbe));
        Assert.Equal(LatentBytes + ImageBytes + (ImageBytes + TextBytes) + (2 * (ImageBytes + ImageBytes)), plan.BytesPerLane);
    }

    public static TheoryData<string, Func<CachePlan, CachePlan>> Refusals() => new()
    {
        { "leads forward", p => p.Skip(BoundaryRole.Structure, BoundaryRole.Embedded, Approximation.ReuseOutput) },
        { "leads forward", p => p.Skip(BoundaryRole.Structure, BoundaryRole.Structure, Approximation.ReuseOutput) },
        { "no boundary 'detail.tail'", p => p.Skip(BoundaryRole.Latent, BoundaryRole.DetailTail, Approximation.ReuseOutput) },
        { "passes over the producer of 'embedded/vec'", p => p.Skip(BoundaryRole.Latent, BoundaryRole.Detail, Approximation.ReuseOutput) },
        { "passes over the producer of 'embedded/vec'", p => p.Skip(BoundaryRole.Latent, BoundaryRole.Embedded, Approximation.ReuseOutput) },
        { "needs equal names, element types and shapes", p => p.Skip(BoundaryRole.StructureProbe, BoundaryRole.Detail, new AlignTrajectory(BoundaryRole.Latent, BoundaryRole.StructureProbe)) },
        { "does not exist yet", p => p.Skip(BoundaryRole.Embedded, BoundaryRole.Detail, new AddResidual(BoundaryRole.StructureProbe)) },
        { "needs a probe after its base", p => p.Skip(BoundaryRole.StructureProbe, BoundaryRole.Detail, new AlignTrajectory(BoundaryRole.StructureProbe, BoundaryRole.Embedded)) },
        { "no signal 'structure/modulated'", p => p.Measure(Key, MeasurementSubject.SignalAt(BoundaryRole.Structure, "modulated"), SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation) },
        { "reads 'embedded/vec' of 'flux' as a signal, but it is conditioning", p => p.Measure(Key, MeasurementSubject.SignalAt(BoundaryRole.Embedded, "vec"), SimilarityEstimator.RelativeL1, default) },
        { "reads 'structure/text' of 'flux' as a signal, but it is state", p => p.Measure(Key, MeasurementSubject.SignalAt(BoundaryRole.Structure, "text"), SimilarityEstimator.RelativeL1, default) },
        { "an earlier boundary of equal shape", p => p.Measure(Key, MeasurementSubject.Residual(BoundaryRole.Latent, BoundaryRole.Structure), SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation) },
        { "declared twice", p => p.Measure(Key, BoundaryRole.Latent, SimilarityEstimator.RelativeL1, default).Measure(Key, BoundaryRole.Latent, SimilarityEstimator.RelativeL1, default) },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_a_layout_does_not_allow_is_refused_by_name(string message, Func<CachePlan, CachePlan> declare) =>
        Assert.Contains(message, Assert.Throws<CachePlanException>(() => declare(CachePlan.For(Create()))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_skip_to_the_output_may_pass_over_conditioning_that_nobody_reads_any_more() =>
        Assert.Single(CachePlan.For(Create()).Skip(BoundaryRole.Latent, BoundaryRole.Output, Approximation.ReuseOutput).Skips);

    [Fact]
    public void Notes_and_other_estimators_stay_with_a_plan_that_grows()
    {
        var noted = CachePlan.For(Create()).Note("first").Measure(Key, BoundaryRole.Latent, SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation);
        var other = CachePlan.For(Create()).Note("second");
        var plan = noted.WithEstimators(_ => SimilarityEstimator.Cosine).Skip(BoundaryRole.Latent, BoundaryRole.Output, Approximation.ReuseOutput).With(other);

        Assert.Equal(["first", "second"], plan.Notes.AsEnumerable());
        Assert.Same(SimilarityEstimator.Cosine, Assert.Single(plan.Measurements).Estimator);
        Assert.Same(SimilarityEstimator.RelativeL1, Assert.Single(noted.Measurements).Estimator);
        Assert.Throws<ArgumentException>(() => noted.Note(" "));
    }

    [Fact]
    public void A_bound_layout_keeps_its_family()
    {
        var image = FluxLayout.State("image", 6, "width");
        var free = new DenoiserLayout("m", [], [new("latent", BoundaryRole.Latent, image), new("output", BoundaryRole.Output, image)], [new("all", "latent/image")]) { Family = ModelFamily.Flux };
        Assert.Equal("flux", free.Bind(new Dictionary<string, int> { ["width"] = 4 }).Family);
        Assert.Null(Create().Family);
    }

    [Property(MaxTest = 1000)]
    public bool The_comparison_is_strict_and_never_true_at_threshold_zero_or_for_NaN(double value, float threshold)
    {
        var below = CacheDecision.IsBelow(value, threshold);
        return below == (threshold > 0 && value < threshold) &&
            !CacheDecision.IsBelow(value, 0) && !CacheDecision.IsBelow(double.NaN, threshold) && !CacheDecision.IsBelow(value, float.NaN) &&
            CacheDecision.SkipBelow((float)value, threshold, BoundaryRole.Output).IsSkip == CacheDecision.IsBelow((float)value, threshold);
    }
}
