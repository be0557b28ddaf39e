using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>What makes two tensors interchangeable.</summary>
internal readonly record struct TensorKey(ElementType ElementType, TensorShape Shape, int Rows)
{
    public long ByteLength => checked(Shape.ElementCount * Rows * ElementType.ByteSize());

    /// <summary>The shape with the batch axis in front, as graphs see it.</summary>
    public long[] BatchedShape()
    {
        var dimensions = new long[Shape.Rank + 1];
        dimensions[0] = Rows;
        for (var axis = 0; axis < Shape.Rank; axis++)
        {
            dimensions[axis + 1] = Shape[axis];
        }

        return dimensions;
    }
}

/// <summary>Where tensors come from: the host's memory or a device's.</summary>
internal interface ITensorMemory : IDisposable
{
    /// <summary>Makes a tensor with one lease.</summary>
    OrtTensor Create(TensorPool pool, int id, in TensorKey key);

    /// <summary>Gives the memory of a retired tensor back.</summary>
    void Free(OrtTensor tensor);

    /// <summary>Bytes that the device's arena holds beside what it handed out; <see langword="null"/> where there is none or it does not say.</summary>
    long? ReserveBytes { get; }
}

/// <summary>Aligned memory of the host, which every operation may read in place.</summary>
internal sealed class HostMemory : ITensorMemory
{
    private const nuint Alignment = 64;

    public long? ReserveBytes => null;

    public unsafe OrtTensor Create(TensorPool pool, int id, in TensorKey key)
    {
        var address = (nint)NativeMemory.AlignedAlloc((nuint)key.ByteLength, Alignment);
        try
        {
            var value = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, key.ElementType.ToOnnx(), key.BatchedShape(), address, key.ByteLength);
            return new HostOrtTensor(pool, id, key, value, address);
        }
        catch
        {
            NativeMemory.AlignedFree((void*)address);
            throw;
        }
    }

    public unsafe void Free(OrtTensor tensor)
    {
        tensor.Value.Dispose();
        NativeMemory.AlignedFree((void*)((HostOrtTensor)tensor).Address);
    }

    public void Dispose()
    {
    }
}

/// <summary>Memory of a device, from the allocator of a session on it.</summary>
/// <param name="session">Kept open for as long as the memory is used; owned.</param>
/// <param name="provider">Whose device it is.</param>
/// <param name="info">Which memory; owned.</param>
internal sealed class DeviceMemory(InferenceSession session, ExecutionProvider provider, OrtMemoryInfo info) : ITensorMemory
{
    private readonly OrtAllocator _allocator = new(session, info);

    public long? ReserveBytes
    {
        get
        {
            using var turn = new DeviceTurn(provider.Turn);
            return ArenaStatistics.ReserveOf(_allocator);
        }
    }

    public OrtTensor Create(TensorPool pool, int id, in TensorKey key)
    {
        if (key.ByteLength > provider.MaximumTensorBytes)
        {
            throw new InsufficientMemoryException($"A tensor on {provider.Name} holds at most {provider.MaximumTensorBytes:N0} bytes.");
        }

        using var turn = new DeviceTurn(provider.Turn);
        return new OrtTensor(pool, id, key, OrtValue.CreateAllocatedTensorValue(_allocator, key.ElementType.ToOnnx(), key.BatchedShape()));
    }

    public void Free(OrtTensor tensor)
    {
        using var turn = new DeviceTurn(provider.Turn);
        tensor.Value.Dispose();
    }

    public void Dispose()
    {
        using var turn = new DeviceTurn(provider.Turn);
        _allocator.Dispose();
        info.Dispose();
        session.Dispose();
    }
}

/// <summary>
/// A thread's turn on a device that serves one at a time; free where there is nothing to wait for. Taken after a pool's lock and before a binding
/// cache's, and never held while a tensor is rented.
/// </summary>
internal readonly ref struct DeviceTurn
{
    private readonly Lock? _lock;

    public DeviceTurn(Lock? turn)
    {
        turn?.Enter();
        _lock = turn;
    }

    public void Dispose() => _lock?.Exit();
}
