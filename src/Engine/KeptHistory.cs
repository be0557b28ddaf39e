namespace CachePolicies.Engine;

/// <summary>The last computed evaluations of one kept feature of one lane: a ring that owns a lease on each tensor in it.</summary>
internal sealed class KeptHistory(CompiledKept compiled) : IDisposable
{
    private readonly FeatureTensor?[][] _states = Allocate(compiled.Kept.Depth, compiled.States.Length);
    private readonly FeatureTensor?[] _probes = new FeatureTensor?[compiled.Kept.Depth];
    private readonly EvaluationInfo[] _evaluations = new EvaluationInfo[compiled.Kept.Depth];

    /// <summary>How many computed evaluations are kept.</summary>
    public int Count { get; private set; }

    public CompiledKept Compiled => compiled;

    public long HeldBytes => Count * compiled.EntryBytes;

    /// <summary>The evaluations, the newest first.</summary>
    public ReadOnlySpan<EvaluationInfo> Evaluations => _evaluations.AsSpan(0, Count);

    /// <summary>A kept state: entry 0 is the newest.</summary>
    public FeatureTensor State(int entry, int state) => _states[entry][state]!;

    public FeatureTensor Probe(int entry) => _probes[entry]!;

    /// <summary>Makes room for a new entry at the front, dropping the oldest where the ring is full, and returns its empty places.</summary>
    public FeatureTensor?[] Push(in EvaluationInfo evaluation)
    {
        var last = _states.Length - 1;
        ReleaseEntry(last);
        var reused = _states[last];
        for (var i = last; i > 0; i--)
        {
            _states[i] = _states[i - 1];
            _probes[i] = _probes[i - 1];
            _evaluations[i] = _evaluations[i - 1];
        }

        _states[0] = reused;
        _probes[0] = null;
        _evaluations[0] = evaluation;
        Count = Math.Min(Count + 1, _states.Length);
        return reused;
    }

    /// <summary>Gives the newest entry its probe residual, with its lease.</summary>
    public void SetProbe(FeatureTensor probe) => _probes[0] = probe;

    /// <summary>Forgets everything and gives all leases back.</summary>
    public void Dispose()
    {
        for (var i = 0; i < _states.Length; i++)
        {
            ReleaseEntry(i);
        }

        Count = 0;
    }

    private static FeatureTensor?[][] Allocate(int depth, int states)
    {
        var entries = new FeatureTensor?[depth][];
        for (var i = 0; i < depth; i++)
        {
            entries[i] = new FeatureTensor?[states];
        }

        return entries;
    }

    private void ReleaseEntry(int entry)
    {
        Leases.ReleaseAll(_states[entry]);
        Leases.Release(ref _probes[entry]);
    }
}

/// <summary>Giving leases back.</summary>
internal static class Leases
{
    public static void Release(ref FeatureTensor? tensor)
    {
        tensor?.Release();
        tensor = null;
    }

    public static void ReleaseAll(Span<FeatureTensor?> tensors)
    {
        foreach (ref var tensor in tensors)
        {
            Release(ref tensor);
        }
    }
}
