using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using CachePolicies.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Arithmetic and copies on a device as small ONNX graphs, each built once and shared. Thread-safe.</summary>
internal sealed class DeviceOperations(OrtDevice device) : ITensorOperations
{
    private readonly Lock _building = new();
    private readonly ConcurrentDictionary<KernelSignature, GraphKernel> _kernels = new();
    private readonly ConcurrentDictionary<OperationKey, BoundSession> _operations = new();
    private readonly Dictionary<string, BoundSession> _byModel = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ElementType, bool> _supported = new();
    private readonly ConcurrentDictionary<ElementType, bool> _inSingle = new();
    private readonly DeviceTransfers _transfers = new(device);

    public bool Supports(ElementType type) => _supported.GetOrAdd(type, Probe);

    public IExpressionKernel Compile(KernelSignature signature)
    {
        if (_kernels.TryGetValue(signature, out var known))
        {
            return known;
        }

        foreach (var type in signature.Inputs.Select(i => i.ElementType).Append(signature.OutputType))
        {
            if (!type.IsFloatingPoint() || !Supports(type))
            {
                throw new NotSupportedException($"{device.Selection.Chosen} has no arithmetic for {type.ToName()} on this device.");
            }
        }

        return _kernels.GetOrAdd(signature, s => new GraphKernel(s, measures =>
        {
            var (model, ports) = OperationGraph.Write(s, measures);
            return Open(model, ports, measures ? "a measurement" : "an operation");
        }));
    }

    public void Upload(ReadOnlySpan<float> source, FeatureTensor destination)
    {
        RequireElements(destination, source.Length);
        if (!destination.ElementType.IsFloatingPoint())
        {
            throw new ArgumentException($"The tensor {destination} holds integers, which are not converted from float32.", nameof(destination));
        }

        if (source.Length <= DeviceTransfers.MostNumbers && destination.ElementType == ElementType.Float32)
        {
            Operation(new OperationKey("numbers", destination.ElementType, destination.Shape, destination.Rows)).Run([], source, [destination]);
        }
        else
        {
            _transfers.Upload(source, (OrtTensor)destination);
        }
    }

    public void Upload(ReadOnlySpan<long> source, FeatureTensor destination)
    {
        RequireElements(destination, source.Length);
        if (destination.ElementType != ElementType.Int64)
        {
            throw new ArgumentException($"The tensor {destination} holds no integers; upload float32 numbers to it.", nameof(destination));
        }

        _transfers.Upload(source, (OrtTensor)destination);
    }

    public void Download(FeatureTensor source, Span<float> destination)
    {
        RequireElements(source, destination.Length);
        if (!source.ElementType.IsFloatingPoint())
        {
            throw new ArgumentException($"The tensor {source} holds integers, which are not converted to float32.", nameof(source));
        }

        _transfers.Download((OrtTensor)source, destination);
    }

    // Where a device has no float64, the kernel's float32 has to do.
    public double Dot(FeatureTensor a, FeatureTensor b)
    {
        ArgumentNullException.ThrowIfNull(a);
        if (!_inSingle.ContainsKey(a.ElementType))
        {
            try
            {
                return Operation(new OperationKey("dot", a.ElementType, RankOf(a), 1)).Run([a, b], [], []);
            }
            catch (NotSupportedException)
            {
                _inSingle.TryAdd(a.ElementType, true);
            }
        }

        var type = new TensorType(a.ElementType, a.Shape);
        return Compile(new KernelSignature([type, type], 0, [(TensorExpression.Input(0) * TensorExpression.Input(1)).Sum()])).Measure([a, b], default);
    }

    public void Gather(ReadOnlySpan<FeatureTensor> rows, FeatureTensor batch)
    {
        RequireBatch(batch, rows);
        Operation(new OperationKey("gather", batch.ElementType, RankOf(batch), rows.Length)).Run(rows, [], [batch]);
    }

    public void Scatter(FeatureTensor batch, ReadOnlySpan<FeatureTensor> rows)
    {
        RequireBatch(batch, rows);
        Operation(new OperationKey("scatter", batch.ElementType, RankOf(batch), rows.Length)).Run([batch], [], rows);
    }

    public void Dispose()
    {
        foreach (var session in _byModel.Values)
        {
            session.Dispose();
        }

        _transfers.Dispose();
    }

    private BoundSession Operation(OperationKey key)
    {
        if (_operations.TryGetValue(key, out var session))
        {
            return session;
        }

        var (model, ports) = key.Name switch
        {
            "gather" => TransferGraphs.Gather(key.ElementType, key.Shape.Rank, key.Count),
            "scatter" => TransferGraphs.Scatter(key.ElementType, key.Shape.Rank, key.Count),
            "dot" => OperationGraph.Dot(key.ElementType, key.Shape.Rank),
            _ => TransferGraphs.Numbers(key.Shape, key.Count),
        };
        return _operations.GetOrAdd(key, Open(model, ports, $"the operation '{key.Name}'", onDevice: key.ElementType.IsFloatingPoint()));
    }

    // Integers are identifiers and positions, no features: a provider without kernels for them moves them through the host.
    private BoundSession Open(byte[] model, SessionPorts ports, string what, bool onDevice = true)
    {
        var digest = Convert.ToHexString(SHA256.HashData(model)) + ports.Result;
        lock (_building)
        {
            if (!_byModel.TryGetValue(digest, out var session))
            {
                try
                {
                    session = new BoundSession(device, device.Sessions.OpenOperation(model, onDevice), ports, what);
                }
                catch (OnnxRuntimeException failure)
                {
                    throw new NotSupportedException(
                        $"{device.Selection.Chosen} cannot run {what} wholly on the device: {RuntimeMessages.Shorten(failure.Message)}.", failure);
                }

                _byModel.Add(digest, session);
            }

            return session;
        }
    }

    // Whether a provider computes with a type shows only when it does.
    private bool Probe(ElementType type)
    {
        if (type is ElementType.Float32 or ElementType.Int64)
        {
            return true;
        }

        var signature = new KernelSignature([new TensorType(type, new TensorShape(2))], 0, [TensorExpression.Input(0).Abs()]);
        var (model, ports) = OperationGraph.Write(signature, measures: false);
        FeatureTensor? x = null, y = null;
        try
        {
            using var session = new BoundSession(device, device.Sessions.OpenOperation(model), ports, $"a probe of {type.ToName()}");
            x = device.Pool.Rent(new TensorKey(type, new TensorShape(2), 1));
            y = device.Pool.Rent(new TensorKey(type, new TensorShape(2), 1));
            _transfers.Upload([1f, -2f], (OrtTensor)x);
            session.Run([x], [], [y]);
            return true;
        }
        catch (Exception failure) when (failure is OnnxRuntimeException or BackendFailedException { IsDeviceLost: false })
        {
            return false;
        }
        finally
        {
            x?.Release();
            y?.Release();
        }
    }

    private void RequireElements(FeatureTensor tensor, int length)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ObjectDisposedException.ThrowIf(tensor.Leases == 0, tensor);
        if (tensor is not OrtTensor own || !device.Owns(own))
        {
            throw new ArgumentException($"The tensor {tensor} is a {tensor.GetType().Name}, which is not in the memory of '{device.Name}'.", nameof(tensor));
        }

        if (tensor.Shape.ElementCount * tensor.Rows != length)
        {
            throw new ArgumentException($"The tensor {tensor} has {tensor.Shape.ElementCount * tensor.Rows} elements, and the span {length}.", nameof(tensor));
        }
    }

    private static void RequireBatch(FeatureTensor batch, ReadOnlySpan<FeatureTensor> rows)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Rows != rows.Length)
        {
            throw new ArgumentException($"The batch {batch} has {batch.Rows} rows, and there are {rows.Length} single tensors.", nameof(rows));
        }

        foreach (var row in rows)
        {
            if (row is null || row.Rows != 1 || row.ElementType != batch.ElementType || !row.Shape.Equals(batch.Shape))
            {
                throw new ArgumentException($"The tensor {row} is not one row of the batch {batch}.", nameof(rows));
            }
        }
    }

    // Graphs of gathering and scattering know the rank alone.
    private static TensorShape RankOf(FeatureTensor tensor) => TensorShapes.OfRank(tensor.Shape.Rank);

    private readonly record struct OperationKey(string Name, ElementType ElementType, TensorShape Shape, int Count);
}

/// <summary>Shapes that stand for their rank.</summary>
internal static class TensorShapes
{
    private static readonly ImmutableArray<TensorShape> ByRank =
        [.. Enumerable.Range(0, 9).Select(rank => new TensorShape([.. Enumerable.Range(0, rank).Select(a => (Dimension)a.ToString(CultureInfo.InvariantCulture))]))];

    public static TensorShape OfRank(int rank) => ByRank[rank];
}
