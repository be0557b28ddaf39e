using CachePolicies.Backends.Numerics;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>A feature in an OrtValue of the backend's memory, owned by its pool.</summary>
internal class OrtTensor(TensorPool pool, int id, in TensorKey key, OrtValue value) : FeatureTensor(key.ElementType, key.Shape, key.Rows)
{
    /// <summary>Unique in the pool and never used again.</summary>
    public int Id { get; } = id;

    public TensorKey Key { get; } = key;

    public OrtValue Value { get; } = value;

    public TensorPool Pool { get; } = pool;

    /// <summary>Whether the memory was given back to the device; bindings over it are to be dropped.</summary>
    public bool IsRetired { get; private set; }

    public void Reopen() => Revive();

    public void Retire() => IsRetired = true;

    protected override void ReturnToPool() => Pool.Return(this);
}

/// <summary>A feature in host memory, which operations read in place.</summary>
internal sealed class HostOrtTensor(TensorPool pool, int id, in TensorKey key, OrtValue value, nint address)
    : OrtTensor(pool, id, key, value), IHostTensor
{
    public nint Address { get; } = address;
}
