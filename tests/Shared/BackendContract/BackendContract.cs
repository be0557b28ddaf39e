using Xunit;

namespace CachePolicies.TestSupport;

/// <summary>
/// What every backend does alike. Derive from it in the backend's tests and say how a backend is made; each test also asserts that it left
/// no lease behind.
/// </summary>
public abstract partial class BackendContract : IDisposable
{
    private readonly Lazy<IDenoiserBackend> _own;
    private BackendStatistics? _before;

    /// <summary>Prepares a test; the backend is made when it is first asked for.</summary>
    protected BackendContract() => _own = new Lazy<IDenoiserBackend>(CreateBackend);

    /// <summary>The backend under test. Override it to share one between tests where making one is slow; the one given is not disposed of.</summary>
    protected virtual IDenoiserBackend SharedBackend => _own.Value;

    /// <summary>The floating-point types that the backend computes with.</summary>
    protected virtual IReadOnlyList<ElementType> FloatingPointTypes => [ElementType.Float32, ElementType.Float16, ElementType.BFloat16];

    /// <summary>What kernels are compared with; by default the bounds of IEEE 754 float32 with blocked sums.</summary>
    protected virtual ExpressionOracle Oracle => KernelRunner.Ieee;

    /// <summary>The backend under test, with its ledger as it was when the test began.</summary>
    protected IDenoiserBackend Backend
    {
        get
        {
            var backend = SharedBackend;
            _before ??= backend.Statistics;
            return backend;
        }
    }

    /// <summary>Makes a backend of its own.</summary>
    protected abstract IDenoiserBackend CreateBackend();

    /// <inheritdoc/>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (_before is { } before)
        {
            var after = SharedBackend.Statistics;
            if (_own.IsValueCreated)
            {
                _own.Value.Dispose();
            }

            Assert.Equal(before.LiveTensors, after.LiveTensors);
            Assert.Equal(before.LiveBytes, after.LiveBytes);
        }
    }

    /// <summary>Numbers in [−4, 4] that every element type holds exactly, different for each seed.</summary>
    protected static float[] Numbers(int seed, long count)
    {
        var numbers = new float[count];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = MathF.Round(128 * MathF.Sin((seed * 1.7f) + (i * (0.7f + (0.013f * seed))))) / 32;
        }

        return numbers;
    }

    /// <summary>An element type of the contract that this backend does not compute with is left out.</summary>
    protected bool Supports(KernelCase test)
    {
        ArgumentNullException.ThrowIfNull(test);
        return FloatingPointTypes.Contains(test.Signature.OutputType) && test.Signature.Inputs.All(i => FloatingPointTypes.Contains(i.ElementType));
    }

    /// <summary>A tensor of no backend at all.</summary>
    private protected sealed class ForeignTensor(ElementType elementType, TensorShape shape, int rows = 1) : FeatureTensor(elementType, shape, rows)
    {
        protected override void ReturnToPool()
        {
        }
    }
}
