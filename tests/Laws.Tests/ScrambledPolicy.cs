using System.Collections.Concurrent;

namespace CachePolicies.Laws.Tests;

/// <summary>
/// A policy without sense: from a seed it declares measurements, skips and approximations as far as the layout allows them, and decides by a hash of
/// where it is. Writes down what it measured.
/// </summary>
internal sealed class ScrambledPolicy(uint seed) : ICachePolicy
{
    private static readonly ISimilarityEstimator[] Estimators =
    [
        SimilarityEstimator.RelativeL1, SimilarityEstimator.RelativeL2, SimilarityEstimator.Cosine, SimilarityEstimator.MeanAbsoluteDifference,
        SimilarityEstimator.Magnitude, SimilarityEstimator.PooledRelativeL1(2),
    ];

    private readonly MeasurementKey[] _keys = [new("m0"), new("m1"), new("m2"), new("m3")];

    /// <summary>What each lane measured, in order; filled by <see cref="CreateSession"/>.</summary>
    public ConcurrentDictionary<int, List<float>> Measured { get; } = [];

    public string Name => $"scrambled {seed}";

    public CachePlan Plan(DenoiserLayout layout)
    {
        var plan = CachePlan.For(layout);
        var last = layout.Boundaries.Length;
        BoundaryRef At(uint salt, int below) => layout.Boundaries[(int)(Hash(salt) % (uint)below)].Name;
        for (uint i = 0; i < _keys.Length; i++)
        {
            var boundary = layout.Boundaries[(int)(Hash(i + 10) % (uint)last)];
            var subject = (Hash(i + 20) % 3) switch
            {
                0 when boundary.Index > 0 => MeasurementSubject.Residual(layout.Boundaries[(int)(Hash(i + 30) % (uint)boundary.Index)].Name, boundary.Name),
                1 => MeasurementSubject.SignalAt(boundary.Name, boundary.Tensors[^1].Name),
                _ => MeasurementSubject.StateAt(boundary.Name),
            };
            plan = Try(plan, p => p.Measure(_keys[i], subject, Estimators[Hash(i + 40) % (uint)Estimators.Length], (ReferenceUpdate)(Hash(i + 50) % 4)));
        }

        for (uint i = 0; i < 6; i++)
        {
            var from = (int)(Hash(i + 60) % (uint)(last - 1));
            var to = from + 1 + (int)(Hash(i + 70) % (uint)(last - from - 1));
            var (origin, probe) = (At(i + 80, from + 1), At(i + 90, from + 1));
            var coordinate = (ExtrapolationCoordinate)(Hash(i + 100) % 2);
            Approximation approximation = (Hash(i + 110) % 5) switch
            {
                0 => Approximation.ReuseOutput,
                1 => new AddResidual(origin),
                2 => new AlignTrajectory(origin, probe),
                3 => new Extrapolate((int)(Hash(i + 120) % 3), null, coordinate, 0.5f),
                _ => new Extrapolate((int)(Hash(i + 120) % 3), origin, coordinate),
            };
            plan = Try(plan, p => p.Skip(layout.Boundaries[from].Name, layout.Boundaries[to].Name, approximation));
        }

        return plan;
    }

    public ICachePolicySession CreateSession(in LaneInfo lane)
    {
        var measured = new List<float>();
        Measured[lane.Sample] = measured;
        return new Session(this, lane.Sample, measured);
    }

    private static CachePlan Try(CachePlan plan, Func<CachePlan, CachePlan> extend)
    {
        try
        {
            return extend(plan);
        }
        catch (CachePlanException)
        {
            return plan;
        }
    }

    private uint Hash(params ReadOnlySpan<uint> salts)
    {
        var hash = seed + 0x9E3779B9;
        foreach (var salt in salts)
        {
            hash = (hash ^ salt) * 0x85EBCA6B;
            hash ^= hash >> 13;
            hash *= 0xC2B2AE35;
            hash ^= hash >> 16;
        }

        return hash;
    }

    private sealed class Session(ScrambledPolicy policy, int lane, List<float> measured) : ICachePolicySession
    {
        public CacheDecision Decide(in BoundaryVisit visit)
        {
            var hash = policy.Hash((uint)lane, (uint)visit.Evaluation.Index, (uint)visit.Boundary.Index);
            Measure(hash, visit.Distance);
            foreach (var target in new[] { "output", "detail", "structure", "detail.tail", "structure.probe", "detail.probe", "embedded", "cut1", "cut3", "cut5" })
            {
                hash = policy.Hash(hash);
                if (hash % 2 == 0 && visit.CanSkip(target))
                {
                    return CacheDecision.Skip(target);
                }
            }

            return CacheDecision.Compute;
        }

        public void Complete(in EvaluationOutcome outcome) => Measure(policy.Hash((uint)lane, (uint)outcome.Evaluation.Index, 999), outcome.Distance);

        private void Measure(uint hash, Func<MeasurementKey, float> distance)
        {
            foreach (var key in policy._keys)
            {
                hash = policy.Hash(hash);
                try
                {
                    if (hash % 3 != 0)
                    {
                        measured.Add(distance(key));
                    }
                }
                catch (CachePlanException)
                {
                    // This layout did not allow the measurement.
                }
            }
        }
    }
}
