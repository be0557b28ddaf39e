using System.Collections.Immutable;

namespace CachePolicies;

/// <summary>A skip that a policy may decide on, resolved against a layout.</summary>
/// <param name="From">The index of the boundary at which it is decided.</param>
/// <param name="To">The index of the boundary that it leads to.</param>
/// <param name="Approximation">How the target's state is made.</param>
/// <param name="Kept">The index among <see cref="CachePlan.Kept"/> of what it reads.</param>
public sealed record SkipRule(int From, int To, Approximation Approximation, int Kept);

/// <summary>What the engine keeps for skips: whole states of a boundary, or their residuals over a base, of the last computed evaluations.</summary>
/// <param name="To">The boundary whose state is kept.</param>
/// <param name="Base">The boundary that is subtracted, or <see langword="null"/> for whole states.</param>
/// <param name="Probe">The boundary whose primary residual over the base is kept as well, or <see langword="null"/>.</param>
/// <param name="RangeStart">Kept whenever every stage from here to <paramref name="To"/> was computed.</param>
/// <param name="Depth">How many computed evaluations are kept.</param>
public sealed record KeptFeature(int To, int? Base, int? Probe, int RangeStart, int Depth)
{
    /// <summary>The stages that must all have run for an evaluation to be kept.</summary>
    public StageSet Stages => StageSet.Between(RangeStart, To);

    /// <summary>What is kept of an evaluation; empty for residuals over the base, or whole states without one.</summary>
    public ImmutableArray<KeptForm> Forms { get; init; } = [];

    /// <summary>Which evaluations are kept.</summary>
    public HistoryRule History { get; init; }

    /// <summary>Which scalar products of the kept entries' first form are taken.</summary>
    public KeptProducts Products { get; init; }

    /// <summary>Whether two approximations can read one history.</summary>
    internal bool CanShareWith(KeptFeature other) =>
        To == other.To && Base == other.Base && Probe == other.Probe && History == other.History && Forms.AsSpan().SequenceEqual(other.Forms.AsSpan());
}

/// <summary>
/// What a policy needs of a layout, known and checked before anything runs: measurements, skips, and so what is kept and how many bytes that takes.
/// Immutable: each call returns a larger plan.
/// </summary>
public sealed class CachePlan
{
    private CachePlan(DenoiserLayout layout, ImmutableArray<Measurement> measurements, ImmutableArray<SkipRule> skips, ImmutableArray<KeptFeature> kept) =>
        (Layout, Measurements, Skips, Kept) = (layout, measurements, skips, kept);

    /// <summary>The layout that the plan is for.</summary>
    public DenoiserLayout Layout { get; }

    /// <summary>The declared measurements.</summary>
    public ImmutableArray<Measurement> Measurements { get; }

    /// <summary>The declared skips.</summary>
    public ImmutableArray<SkipRule> Skips { get; }

    /// <summary>What is kept for the skips; those that can share do.</summary>
    public ImmutableArray<KeptFeature> Kept { get; }

    /// <summary>What the policy has to say about itself on this layout, a sentence each: which settings it took for the model's family, for instance.</summary>
    public ImmutableArray<string> Notes { get; private init; } = [];

    /// <summary>The bytes of elements that the cache of one lane holds once it is full: kept features and references.</summary>
    /// <exception cref="InvalidOperationException">The layout has free axes.</exception>
    public long BytesPerLane => Kept.Sum(KeptBytes) + Measurements.Where(NeedsReference).Sum(m => Layout.Boundaries[m.Boundary].Tensors[m.Tensor].ByteLength);

    /// <summary>Which lanes of a call skip or compute together. The default is <see cref="DecisionScope.PerLane"/>; a session may be told a wider one.</summary>
    public DecisionScope Scope { get; private init; }

    /// <summary>An empty plan, which computes everything.</summary>
    public static CachePlan For(DenoiserLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return new CachePlan(layout, [], [], []);
    }

    /// <summary>Declares a measurement.</summary>
    /// <param name="key">What the policy asks for it by.</param>
    /// <param name="subject">What is measured; a boundary alone means its image tokens.</param>
    /// <param name="estimator">How.</param>
    /// <param name="moves">When the reference becomes this evaluation's value.</param>
    /// <exception cref="CachePlanException">The layout lacks the boundary or signal, or the key is declared already.</exception>
    public CachePlan Measure(MeasurementKey key, MeasurementSubject subject, ISimilarityEstimator estimator, ReferenceUpdate moves)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(estimator);
        return Measurements.Any(m => ReferenceEquals(m.Key, key))
            ? throw new CachePlanException($"The measurement '{key}' is declared twice.")
            : new CachePlan(Layout, Measurements.Add(PlanRules.Resolve(Layout, key, subject, estimator, moves)), Skips, Kept) { Notes = Notes, Scope = Scope };
    }

    /// <summary>Declares a skip.</summary>
    /// <param name="from">Where it is decided.</param>
    /// <param name="to">Where it leads, a later boundary.</param>
    /// <param name="approximation">How the target's state is made.</param>
    /// <exception cref="CachePlanException">
    /// The layout lacks a boundary; the skip leads backwards; it passes over the producer of conditioning or of a carried tensor that later
    /// stages read; or the approximation's base or probe does not have the target's tensors in equal shapes.
    /// </exception>
    public CachePlan Skip(BoundaryRef from, BoundaryRef to, Approximation approximation)
    {
        ArgumentNullException.ThrowIfNull(approximation);
        var feature = PlanRules.Resolve(Layout, from, to, approximation, out var start);
        var (kept, index) = Keep(feature);
        return new CachePlan(Layout, Measurements, Skips.Add(new SkipRule(start, feature.To, approximation, index)), kept) { Notes = Notes, Scope = Scope };
    }

    /// <summary>The same plan for lanes that skip or compute together.</summary>
    /// <param name="scope">Which lanes.</param>
    public CachePlan Together(DecisionScope scope) => new(Layout, Measurements, Skips, Kept) { Notes = Notes, Scope = scope };

    /// <summary>The same plan with another's measurements and skips beside its own, for policies made of two.</summary>
    /// <exception cref="CachePlanException">Both declare the same measurement.</exception>
    public CachePlan With(CachePlan other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var plan = other.Notes.Aggregate(this, (p, note) => p.Note(note));
        foreach (var m in other.Measurements)
        {
            plan = plan.Measure(m.Key, m.Subject, m.Estimator, m.Update);
        }

        foreach (var skip in other.Skips)
        {
            plan = plan.Skip(Layout.Boundaries[skip.From].Name, Layout.Boundaries[skip.To].Name, skip.Approximation);
        }

        return plan.Together(Scope > other.Scope ? Scope : other.Scope);
    }

    /// <summary>The same plan with every measurement taken on each frame of a video by itself; the worst frame's distance is told.</summary>
    /// <exception cref="CachePlanException">A measured tensor declares no frames; the message names it and says what to declare.</exception>
    public CachePlan PerFrame() => new(Layout, [.. Measurements.Select(m => PlanRules.PerFrame(Layout, m))], Skips, Kept) { Notes = Notes, Scope = Scope };

    /// <summary>The same plan with other estimators. A threshold means another thing under another estimator.</summary>
    /// <param name="choose">The estimator of a measurement: its own, or another.</param>
    public CachePlan WithEstimators(Func<Measurement, ISimilarityEstimator> choose)
    {
        ArgumentNullException.ThrowIfNull(choose);
        return new(Layout, [.. Measurements.Select(m => m with { Estimator = choose(m) ?? throw new ArgumentException($"No estimator was chosen for '{m.Key}'.", nameof(choose)) })], Skips, Kept) { Notes = Notes, Scope = Scope };
    }

    /// <summary>The same plan with one more note.</summary>
    /// <param name="text">A sentence.</param>
    public CachePlan Note(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        return new(Layout, Measurements, Skips, Kept) { Notes = Notes.Add(text), Scope = Scope };
    }

    /// <summary>Whether the engine keeps a reference for a measurement: not where the estimator reads the current value alone.</summary>
    public bool NeedsReference(Measurement measurement)
    {
        ArgumentNullException.ThrowIfNull(measurement);
        var shape = Layout.Boundaries[measurement.Boundary].Tensors[measurement.Tensor].Shape;
        return measurement.Estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), shape).Reads(1);
    }

    private (ImmutableArray<KeptFeature> Kept, int Index) Keep(KeptFeature feature)
    {
        for (var i = 0; i < Kept.Length; i++)
        {
            var other = Kept[i];
            if (other.CanShareWith(feature))
            {
                var merged = other with
                {
                    RangeStart = Math.Min(other.RangeStart, feature.RangeStart),
                    Depth = Math.Max(other.Depth, feature.Depth),
                    Products = other.Products > feature.Products ? other.Products : feature.Products,
                };
                return (Kept.SetItem(i, merged), i);
            }
        }

        return (Kept.Add(feature), Kept.Length);
    }

    private long KeptBytes(KeptFeature kept) =>
        kept.Depth * (StateBytes(kept) + (kept is { Probe: not null, Base: { } origin } ? Layout.Boundaries[origin].Primary.ByteLength : 0));

    private long StateBytes(KeptFeature kept) => kept.Forms.IsEmpty
        ? Layout.Boundaries[kept.To].StateBytes
        : kept.Forms.Sum(form => Layout.Boundaries[kept.To].Tensors.Where(t => t.Kind == TensorKind.State).Sum(t => t.Shape.ElementCount * form.TypeFor(t.ElementType).ByteSize()));
}
