namespace CachePolicies.Engine;

/// <summary>
/// Lets the lanes of a sample skip or compute together. Lanes of one call skip where all of them want the same skip; those of a later call of the same
/// evaluation do what the first call did.
/// </summary>
internal sealed class SampleDecisions
{
    private readonly Dictionary<int, Sample> _samples = [];
    private int _index;
    private int _call;

    public SampleDecisions(ReadOnlySpan<Lane> lanes, int boundaries)
    {
        foreach (var lane in lanes)
        {
            _samples.TryAdd(lane.Info.Sample, new Sample(boundaries));
        }
    }

    /// <summary>A call begins.</summary>
    public void Begin(int index)
    {
        _index = index;
        _call++;
    }

    /// <summary>Makes the decisions of lanes that have arrived at a boundary agree, sample by sample.</summary>
    /// <param name="lanes">The lanes.</param>
    /// <param name="decisions">What each of them decided; <see langword="null"/> computes.</param>
    public void Agree(ReadOnlySpan<Lane> lanes, Span<CompiledSkip?> decisions)
    {
        for (var i = 0; i < lanes.Length; i++)
        {
            var sample = _samples[lanes[i].Info.Sample];
            if (sample.Index == _index && sample.Call != _call)
            {
                decisions[i] = sample.Skips[lanes[i].At] is { } skip && lanes[i].CanTake(skip) ? skip : null;
                continue;
            }

            if (sample.Index != _index)
            {
                sample.Begin(_index, _call);
            }

            if (decisions[i] is not null && !Agrees(i, lanes, decisions))
            {
                Compute(lanes[i].Info.Sample, lanes, decisions);
            }

            sample.Skips[lanes[i].At] = decisions[i];
        }
    }

    private static bool Agrees(int lane, ReadOnlySpan<Lane> lanes, ReadOnlySpan<CompiledSkip?> decisions)
    {
        for (var i = 0; i < lanes.Length; i++)
        {
            if (lanes[i].Info.Sample == lanes[lane].Info.Sample && !ReferenceEquals(decisions[i], decisions[lane]))
            {
                return false;
            }
        }

        return true;
    }

    private static void Compute(int sample, ReadOnlySpan<Lane> lanes, Span<CompiledSkip?> decisions)
    {
        for (var i = 0; i < lanes.Length; i++)
        {
            if (lanes[i].Info.Sample == sample)
            {
                decisions[i] = null;
            }
        }
    }

    /// <summary>What the first call of an evaluation did with a sample, by boundary.</summary>
    private sealed class Sample(int boundaries)
    {
        public int Index { get; private set; } = -1;

        public int Call { get; private set; }

        public CompiledSkip?[] Skips { get; } = new CompiledSkip?[boundaries];

        public void Begin(int index, int call)
        {
            (Index, Call) = (index, call);
            Array.Clear(Skips);
        }
    }
}
