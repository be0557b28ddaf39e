using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using CachePolicies.Backends.Numerics;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Copies of whole tensors between host and device, through a staging tensor in host memory. For the ends of a generation, not for its steps.</summary>
internal sealed class DeviceTransfers : IDisposable
{
    /// <summary>The most numbers that are not copied as a tensor but handed over one by one, which allocates nothing.</summary>
    public const int MostNumbers = 16;

    private readonly ConcurrentDictionary<(ElementType, int), Lazy<InferenceSession>> _copies = new();
    private readonly OrtDevice _device;
    private readonly RunOptions _run = new();
    private readonly TensorPool _staging;
    private readonly UseCount _uses;

    /// <param name="device">Borrowed.</param>
    public DeviceTransfers(OrtDevice device)
    {
        _device = device;
        _staging = new TensorPool(new HostMemory(), device.Name, limit: null, static () => { });
        _uses = new UseCount(Free);
    }

    public void Upload(ReadOnlySpan<float> source, OrtTensor destination)
    {
        var staging = _staging.Rent(destination.Key);
        try
        {
            HostTransfers.Upload(source, staging);
            Copy(staging, destination);
        }
        finally
        {
            staging.Release();
        }
    }

    public void Upload(ReadOnlySpan<long> source, OrtTensor destination)
    {
        var staging = _staging.Rent(destination.Key);
        try
        {
            HostTransfers.Upload(source, staging);
            Copy(staging, destination);
        }
        finally
        {
            staging.Release();
        }
    }

    public void Download(OrtTensor source, Span<float> destination)
    {
        var staging = _staging.Rent(source.Key);
        try
        {
            Copy(source, staging);
            HostTransfers.Download(staging, destination);
        }
        finally
        {
            staging.Release();
        }
    }

    /// <summary>Lets no copy begin; frees what they use when the last has ended.</summary>
    public void Dispose() => _uses.Close();

    private void Free()
    {
        using var turn = _device.TakeTurn();
        foreach (var session in _copies.Values)
        {
            session.Value.Dispose();
        }

        _run.Dispose();
        _staging.Dispose();
    }

    // An input is brought to the device when it is bound, an output to the host when the run ends.
    private void Copy(OrtTensor from, OrtTensor to)
    {
        if (!_uses.TryBegin())
        {
            throw Disposed.Backend(_device.Name);
        }

        var key = (from.ElementType, from.Shape.Rank);
        try
        {
            var session = _copies.GetOrAdd(key, k => new(() => _device.Sessions.OpenOperation(TransferGraphs.Copy(k.Item1, k.Item2), k.Item1.IsFloatingPoint()))).Value;
            using var turn = _device.TakeTurn();
            using var io = session.CreateIoBinding();
            io.BindInput("from", from.Value);
            io.BindOutput("to", to.Value);
            session.RunWithBinding(_run, io);
            io.SynchronizeBoundOutputs();
        }
        catch (OnnxRuntimeException failure)
        {
            throw _device.Fail("a copy between host and device", failure);
        }
        finally
        {
            _uses.End();
        }
    }
}
