namespace CachePolicies.Engine;

/// <summary>The tensors of one kept feature of one lane for the last computed evaluations: a ring that owns a lease on each.</summary>
internal sealed class KeptHistory(CompiledKept compiled) : IDisposable
{
    private readonly FeatureTensor?[][] _states = Allocate(compiled.Depth, compiled.States.Length * compiled.Forms);
    private readonly FeatureTensor?[] _probes = new FeatureTensor?[compiled.Depth];
    private readonly double[] _products = compiled.Products == KeptProducts.None ? [] : new double[compiled.Depth * compiled.Depth];
    private int _count;

    /// <summary>The bytes of elements that are held.</summary>
    public long HeldBytes => _count * compiled.EntryBytes;

    /// <summary>The scalar products of the entries' first forms over all state tensors, by rows of the depth; empty where nobody asks for them.</summary>
    public ReadOnlySpan<double> Products => _products;

    /// <summary>What is kept of a state: entry 0 is the newest.</summary>
    public FeatureTensor State(int entry, int state, int form = 0) => _states[entry][(state * compiled.Forms) + form]!;

    /// <summary>The probe's residual beside it.</summary>
    public FeatureTensor Probe(int entry) => _probes[entry]!;

    /// <summary>Keeps an evaluation, and lets the oldest go where the ring is full.</summary>
    public void Keep(in EvaluationInfo evaluation, LaneFeatures features, FeatureArithmetic arithmetic)
    {
        var entry = Push();
        for (var i = 0; i < compiled.States.Length; i++)
        {
            var state = compiled.States[i];
            for (var form = 0; form < compiled.Forms; form++)
            {
                entry[(i * compiled.Forms) + form] = arithmetic.Make(state.Parts[form], state, evaluation, features);
            }
        }

        if (compiled.Probe is { } probe)
        {
            _probes[0] = arithmetic.Make(probe, features);
        }

        if (compiled.Products != KeptProducts.None)
        {
            TakeProducts(arithmetic);
        }
    }

    private void TakeProducts(FeatureArithmetic arithmetic)
    {
        var depth = compiled.Depth;
        for (var row = depth - 1; row > 0; row--)
        {
            _products.AsSpan((row - 1) * depth, depth - 1).CopyTo(_products.AsSpan((row * depth) + 1));
        }

        for (var other = 0; other < depth; other++)
        {
            var product = other < _count && (other == 0 || compiled.Products == KeptProducts.All) ? 0 : double.NaN;
            for (var state = 0; state < compiled.States.Length && !double.IsNaN(product); state++)
            {
                product += arithmetic.Dot(State(0, state), State(other, state));
            }

            _products[other] = product;
            _products[other * depth] = product;
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
