namespace CachePolicies.Engine;

/// <summary>The tensors of one kept feature of one lane for the last computed evaluations: a ring that owns a lease on each.</summary>
internal sealed class KeptHistory(CompiledKept compiled) : IDisposable
{
    private readonly FeatureTensor?[][] _states = Allocate(compiled.Depth, compiled.States.Length);
    private readonly FeatureTensor?[] _probes = new FeatureTensor?[compiled.Depth];
    private int _count;

    /// <summary>The bytes of elements that are held.</summary>
    public long HeldBytes => _count * compiled.EntryBytes;

    /// <summary>A kept state: entry 0 is the newest.</summary>
    public FeatureTensor State(int entry, int state) => _states[entry][state]!;

    /// <summary>The probe's residual beside it.</summary>
    public FeatureTensor Probe(int entry) => _probes[entry]!;

    /// <summary>Keeps an evaluation, and lets the oldest go where the ring is full.</summary>
    public void Keep(LaneFeatures features, FeatureArithmetic arithmetic)
    {
        var entry = Push();
        for (var i = 0; i < entry.Length; i++)
        {
            var state = compiled.States[i];
            entry[i] = state.Residual is { } residual ? arithmetic.Make(residual, features) : features[state.Target].AddLease();
        }

        if (compiled.Probe is { } probe)
        {
            _probes[0] = arithmetic.Make(probe, features);
        }
    }

    /// <summary>Lets go all but the newest entries.</summary>
    public void Shorten(int entries)
    {
        for (var i = entries; i < _states.Length; i++)
        {
            ReleaseEntry(i);
        }

        _count = Math.Min(_count, entries);
    }

    /// <summary>Forgets everything and gives all leases back.</summary>
    public void Dispose() => Shorten(0);

    /// <summary>Makes room for a new entry at the front and returns its empty places.</summary>
    private FeatureTensor?[] Push()
    {
        var last = _states.Length - 1;
        ReleaseEntry(last);
        var reused = _states[last];
        for (var i = last; i > 0; i--)
        {
            _states[i] = _states[i - 1];
            _probes[i] = _probes[i - 1];
        }

        _states[0] = reused;
        _probes[0] = null;
        _count = Math.Min(_count + 1, _states.Length);
        return reused;
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
