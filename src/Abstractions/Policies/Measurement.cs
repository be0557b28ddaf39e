namespace CachePolicies;

/// <summary>What a policy calls a measurement, to ask for it. Compared by reference: make one for each measurement and keep it.</summary>
/// <param name="name">Shown in records and telemetry: <c>structure</c>, <c>modulated</c>.</param>
public sealed class MeasurementKey(string name)
{
    /// <summary>Shown in records and telemetry.</summary>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>When the reference of a measurement becomes this evaluation's value.</summary>
public enum ReferenceUpdate
{
    /// <summary>In every evaluation in which the value exists, skipped or not (TeaCache, DiCache).</summary>
    EveryEvaluation,

    /// <summary>When the stage that follows the measured boundary was computed (H2-Cache's first-block-residual variant).</summary>
    WhenStageComputed,

    /// <summary>When every stage was computed (block cache; H2-Cache's FullCompute).</summary>
    WhenFullyComputed,

    /// <summary>When at least one stage was computed (H2-Cache's AnyCompute).</summary>
    WhenAnyComputed,
}

/// <summary>What is measured: the primary state at a boundary, a signal there, or the residual between two boundaries.</summary>
public readonly record struct MeasurementSubject
{
    private MeasurementSubject(BoundaryRef boundary, BoundaryRef? residualBase, string? signal) =>
        (Boundary, ResidualBase, Signal) = (boundary, residualBase, signal);

    /// <summary>Where the value exists.</summary>
    public BoundaryRef Boundary { get; }

    /// <summary>The earlier boundary whose primary state is subtracted, for a residual.</summary>
    public BoundaryRef? ResidualBase { get; }

    /// <summary>The tensor's name, for a signal.</summary>
    public string? Signal { get; }

    /// <summary>The image tokens at a boundary.</summary>
    public static MeasurementSubject StateAt(BoundaryRef boundary) => new(boundary, null, null);

    /// <summary>A signal at a boundary: <c>SignalAt(BoundaryRole.Embedded, "modulated")</c>.</summary>
    public static MeasurementSubject SignalAt(BoundaryRef boundary, string signal)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(signal);
        return new(boundary, null, signal);
    }

    /// <summary>Image tokens at <paramref name="boundary"/> minus those at <paramref name="from"/>.</summary>
    public static MeasurementSubject Residual(BoundaryRef from, BoundaryRef boundary) => new(boundary, from, null);

    /// <inheritdoc cref="StateAt"/>
    public static implicit operator MeasurementSubject(BoundaryRef boundary) => StateAt(boundary);

    /// <inheritdoc cref="StateAt"/>
    public static implicit operator MeasurementSubject(BoundaryRole role) => StateAt(role);

    /// <inheritdoc/>
    public override string ToString() => this switch
    {
        { Signal: { } signal } => $"{Boundary}/{signal}",
        { ResidualBase: { } from } => $"{Boundary} − {from}",
        _ => Boundary.ToString(),
    };
}

/// <summary>A declared measurement, resolved against a layout.</summary>
/// <param name="Key">What the policy calls it.</param>
/// <param name="Subject">What is measured.</param>
/// <param name="Estimator">How.</param>
/// <param name="Update">When the reference moves.</param>
/// <param name="Boundary">The index of the boundary where the value exists.</param>
/// <param name="ResidualBase">The index of the boundary that is subtracted, for a residual.</param>
/// <param name="Tensor">The index of the measured tensor at <paramref name="Boundary"/>.</param>
public sealed record Measurement(
    MeasurementKey Key,
    MeasurementSubject Subject,
    ISimilarityEstimator Estimator,
    ReferenceUpdate Update,
    int Boundary,
    int? ResidualBase,
    int Tensor);
