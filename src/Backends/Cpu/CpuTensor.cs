using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CachePolicies.Backends.Numerics;

namespace CachePolicies.Backends.Cpu;

/// <summary>
/// A tensor of the <see cref="CpuBackend"/>: elements in a pinned array, rows one after the other, starting on a cache line. The only feature that
/// shows its elements; read or write them only while a lease is held.
/// </summary>
public sealed unsafe class CpuTensor : FeatureTensor, IHostTensor
{
    private const int Alignment = 64;
    private readonly CpuTensorPool.Shelf _shelf;

    // Keeps the memory alive. It lies on the pinned heap, so that the address stays; 64-bit elements let it exceed 2 GiB.
    private readonly long[] _memory;

    internal CpuTensor(CpuTensorPool.Shelf shelf)
        : base(shelf.ElementType, shelf.Shape, shelf.Rows)
    {
        _shelf = shelf;
        _memory = GC.AllocateUninitializedArray<long>(checked((int)((ByteLength + Alignment + sizeof(long) - 1) / sizeof(long))), pinned: true);
        var start = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        Address = (start + Alignment - 1) & ~(nint)(Alignment - 1);
    }

    /// <inheritdoc/>
    public nint Address { get; }

    /// <summary>The elements of all rows, of a float32 tensor.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds another element type, or more elements than a span can.</exception>
    public Span<float> Singles => Elements<float>(ElementType.Float32);

    /// <summary>The elements of all rows, of a float16 tensor.</summary>
    /// <inheritdoc cref="Singles"/>
    public Span<Half> Halves => Elements<Half>(ElementType.Float16);

    /// <summary>The bits of the elements of all rows, of a bfloat16 tensor: each is the upper half of a float32.</summary>
    /// <inheritdoc cref="Singles"/>
    public Span<ushort> BFloat16Bits => Elements<ushort>(ElementType.BFloat16);

    /// <summary>The elements of all rows, of a tensor of integers.</summary>
    /// <inheritdoc cref="Singles"/>
    public Span<long> Integers => Elements<long>(ElementType.Int64);

    internal void RentOut() => Revive();

    /// <inheritdoc/>
    protected override void ReturnToPool() => _shelf.Return(this);

    private Span<T> Elements<T>(ElementType type)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(Leases == 0, this);
        if (ElementType != type)
        {
            throw new InvalidOperationException($"The tensor {this} holds {ElementType}, not {type}.");
        }

        var count = ByteLength / sizeof(T);
        return count <= int.MaxValue
            ? new Span<T>((void*)Address, (int)count)
            : throw new InvalidOperationException($"The tensor {this} has {count} elements; a span holds at most {int.MaxValue}. Use fewer rows.");
    }
}
