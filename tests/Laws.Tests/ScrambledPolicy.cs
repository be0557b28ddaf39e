using System.Collections.Concurrent;

namespace CachePolicies.Laws.Tests;

/// <summary>
/// A policy without sense: from a seed it declares measurements, skips and approximations as far as the layout allows them, and decides by a hash of
/// where it is and of what its lane has computed so far. Writes down what it measured.
/// </summary>
/// <param name="seed">What it is made of.</param>
/// <param name="layout">The layout that it plans on.</param>
internal sealed class ScrambledPolicy(uint seed, DenoiserLayout layout) : ICachePolicy
{
    private static readonly ISimilarityEstimator[] Estimators =
    [
        SimilarityEstimator.RelativeL1, SimilarityEstimator.RelativeL2, SimilarityEstimator.Cosine, SimilarityEstimator.MeanAbsoluteDifference,
        SimilarityEstimator.Magnitude, SimilarityEstimator.PooledRelativeL1(2),
    ];

    private static readonly BoundaryRef[] Targets = ["output", "detail", "structure", "detail.tail", "structure.probe", "detail.probe", "embedded", "cut1", "cut3", "cut5"];

    private readonly uint _seed = seed;
    private readonly CachePlan _plan = PlanOf(seed, layout);

    /// <summary>Called before each decision.</summary>
    public Action? Deciding { get; init; }

    /// <summary>Called when a lane's evaluation has ended, before the policy takes note.</summary>
    public Action? Completing { get; init; }

    /// <summary>What each lane of the newest session measured, in order.</summary>
    public ConcurrentDictionary<LaneInfo, List<float>> Measured { get; } = [];

    public string Name => $"scrambled {_seed}";

    public CachePlan Plan(DenoiserLayout layout) => _plan;

    public ICachePolicySession CreateSession(in LaneInfo lane)
    {
        var measured = new List<float>();
        Measured[lane] = measured;
        return new Session(this, lane, measured);
    }

    private static CachePlan PlanOf(uint seed, DenoiserLayout layout)
    {
        var plan = CachePlan.For(layout);
        var last = layout.Boundaries.Length;
        BoundaryRef At(uint salt, int below) => layout.Boundaries[(int)(Hash(seed, salt) % (uint)below)].Name;
        for (uint i = 0; i < 4; i++)
        {
            var boundary = layout.Boundaries[(int)(Hash(seed, i + 10) % (uint)last)];
            var subject = (Hash(seed, i + 20) % 3) switch
            {
                0 when boundary.Index > 0 => MeasurementSubject.Residual(layout.Boundaries[(int)(Hash(seed, i + 30) % (uint)boundary.Index)].Name, boundary.Name),
                1 => MeasurementSubject.SignalAt(boundary.Name, boundary.Tensors[^1].Name),
                _ => MeasurementSubject.StateAt(boundary.Name),
            };
            plan = Try(plan, p => p.Measure(new($"m{i}"), subject, Estimators[Hash(seed, i + 40) % (uint)Estimators.Length], (ReferenceUpdate)(Hash(seed, i + 50) % 4)));
        }

        for (uint i = 0; i < 6; i++)
        {
            var from = (int)(Hash(seed, i + 60) % (uint)(last - 1));
            var to = from + 1 + (int)(Hash(seed, i + 70) % (uint)(last - from - 1));
            var (origin, probe) = (At(i + 80, from + 1), At(i + 90, from + 1));
            var coordinate = (ExtrapolationCoordinate)(Hash(seed, i + 100) % 2);
            Approximation approximation = (Hash(seed, i + 110) % 5) switch
            {
                0 => Approximation.ReuseOutput,
                1 => new AddResidual(origin),
                2 => new AlignTrajectory(origin, probe),
                3 => new Extrapolate((int)(Hash(seed, i + 120) % 3), null, coordinate, 0.5f),
                _ => new Extrapolate((int)(Hash(seed, i + 120) % 3), origin, coordinate),
            };
            plan = Try(plan, p => p.Skip(layout.Boundaries[from].Name, layout.Boundaries[to].Name, approximation));
        }

        return plan;
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

    private static uint Hash(uint seed, params ReadOnlySpan<uint> salts)
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

    private sealed class Session(ScrambledPolicy policy, LaneInfo lane, List<float> measured) : ICachePolicySession
    {
        private uint _history = Hash(policy._seed, (uint)lane.Sample, (uint)lane.Branch);

        public CacheDecision Decide(in BoundaryVisit visit)
        {
            policy.Deciding?.Invoke();
            var hash = Hash(_history, (uint)visit.Evaluation.Index, (uint)visit.Boundary.Index);
            Measure(hash, visit.Distance);
            foreach (var target in Targets)
            {
                hash = Hash(hash, 1);
                if (hash % 2 == 0 && visit.CanSkip(target))
                {
                    return CacheDecision.Skip(target);
                }
            }

            return CacheDecision.Compute;
        }

        public void Complete(in EvaluationOutcome outcome)
        {
            policy.Completing?.Invoke();
            _history = Hash(_history, (uint)outcome.Evaluation.Index, (uint)outcome.ComputedStages.Bits);
            Measure(_history, outcome.Distance);
        }

        private void Measure(uint hash, Func<MeasurementKey, float> distance)
        {
            foreach (var measurement in policy._plan.Measurements)
            {
                hash = Hash(hash, 2);
                if (hash % 3 != 0)
                {
                    measured.Add(distance(measurement.Key));
                }
            }
        }
    }
}
