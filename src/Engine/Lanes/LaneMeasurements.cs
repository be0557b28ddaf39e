namespace CachePolicies.Engine;

/// <summary>What a lane measures and against what; owns a lease on each reference, and on the residuals of the evaluation that is under way.</summary>
internal sealed class LaneMeasurements(CompiledPlan plan, LaneFeatures features, FeatureArithmetic arithmetic) : IDisposable
{
    private readonly FeatureTensor?[] _references = new FeatureTensor?[plan.Measurements.Length];
    private readonly EvaluationInfo[] _evaluations = new EvaluationInfo[plan.Measurements.Length];
    private readonly FeatureTensor?[] _residuals = new FeatureTensor?[plan.Measurements.Length];

    /// <summary>The bytes of elements of all references.</summary>
    public long HeldBytes
    {
        get
        {
            long bytes = 0;
            foreach (var reference in _references)
            {
                bytes += reference?.ByteLength ?? 0;
            }

            return bytes;
        }
    }

    /// <summary>The distance of a value that exists from its reference, which exists where one is needed.</summary>
    public float Measure(int measurement, in EvaluationInfo evaluation) => arithmetic.Measure(
        plan.Measurements[measurement], ValueOf(measurement), _references[measurement], evaluation, _references[measurement] is null ? evaluation : _evaluations[measurement]);

    /// <summary>The value of this evaluation becomes the reference.</summary>
    public void MoveReference(int measurement, in EvaluationInfo evaluation)
    {
        _evaluations[measurement] = evaluation;
        var value = ValueOf(measurement).AddLease();
        Leases.Release(ref _references[measurement]);
        _references[measurement] = value;
    }

    /// <summary>Lets go what belongs to the evaluation.</summary>
    public void EndEvaluation() => Leases.ReleaseAll(_residuals);

    /// <summary>Forgets a reference.</summary>
    public void DropReference(int measurement) => Leases.Release(ref _references[measurement]);

    public void Dispose()
    {
        EndEvaluation();
        Leases.ReleaseAll(_references);
    }

    /// <summary>What a measurement reads. A residual is made once for each evaluation.</summary>
    private FeatureTensor ValueOf(int measurement) => plan.Measurements[measurement] is { Residual: { } residual }
        ? _residuals[measurement] ??= arithmetic.Make(residual, features)
        : features[plan.Measurements[measurement].Value];
}
