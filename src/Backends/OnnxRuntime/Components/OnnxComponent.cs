using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>
/// A graph that runs whole beside the denoiser, on the same device: a text encoder, a VAE. It runs once or twice per picture, so its inputs and outputs
/// pass through host memory. Thread-safe; closing it ends nothing: the session is freed when its last run has ended.
/// </summary>
public sealed class OnnxComponent : IDisposable
{
    private readonly OnnxRuntimeBackend _backend;
    private readonly InferenceSession _session;
    private readonly string _path;
    private readonly UseCount _uses;

    private OnnxComponent(OnnxRuntimeBackend backend, InferenceSession session, string path)
    {
        (_backend, _session, _path) = (backend, session, path);
        _uses = new UseCount(session.Dispose);
        Inputs = [.. session.InputNames.Select(n => PortOf(n, session.InputMetadata[n]))];
        Outputs = [.. session.OutputNames.Select(n => PortOf(n, session.OutputMetadata[n]))];
    }

    /// <summary>What it reads, in the graph's order.</summary>
    public ImmutableArray<ComponentPort> Inputs { get; }

    /// <summary>What it can write, in the graph's order.</summary>
    public ImmutableArray<ComponentPort> Outputs { get; }

    /// <summary>Opens a graph.</summary>
    /// <param name="path">The file, its external data beside it.</param>
    /// <param name="backend">Where it runs. Borrowed.</param>
    /// <exception cref="InvalidDataException">The file is damaged or not supported by the provider.</exception>
    public static OnnxComponent Open(string path, OnnxRuntimeBackend backend)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(backend);
        backend.Device.ThrowIfUnusable();
        try
        {
            return new OnnxComponent(backend, backend.Device.Sessions.OpenComponent(path), path);
        }
        catch (OnnxRuntimeException failure)
        {
            throw new InvalidDataException(
                $"'{path}' cannot be opened on {backend.Selection.Chosen}: {RuntimeMessages.WhyNotOpened(failure.Message)}.", failure);
        }
    }

    /// <summary>Runs the graph.</summary>
    /// <param name="inputs">The value of each input, by name.</param>
    /// <param name="outputs">The names of the outputs that are wanted.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>The outputs in the order asked for; floating-point types as float32.</returns>
    /// <exception cref="ArgumentException">An input is missing or of another kind than the graph's.</exception>
    /// <exception cref="BackendFailedException">The run failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ObjectDisposedException">It was closed.</exception>
    public ComponentValue[] Run(IReadOnlyDictionary<string, ComponentValue> inputs, IReadOnlyCollection<string> outputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        cancellationToken.ThrowIfCancellationRequested();
        _backend.Device.ThrowIfUnusable();
        if (!_uses.TryBegin())
        {
            throw new ObjectDisposedException(nameof(OnnxComponent), $"'{_path}' was closed.");
        }

        try
        {
            return RunOnce(inputs, outputs, cancellationToken);
        }
        finally
        {
            _uses.End();
        }
    }

    /// <summary>Lets no further run begin; the session is freed when the last run has ended.</summary>
    public void Dispose() => _uses.Close();

    private ComponentValue[] RunOnce(IReadOnlyDictionary<string, ComponentValue> inputs, IReadOnlyCollection<string> outputs, CancellationToken cancellationToken)
    {
        var values = new List<OrtValue>(Inputs.Length);
        using var options = new RunOptions();
        try
        {
            foreach (var port in Inputs)
            {
                var value = inputs.TryGetValue(port.Name, out var given)
                    ? given
                    : throw new ArgumentException($"'{_path}' reads '{port.Name}', which was not given; given were {string.Join(", ", inputs.Keys)}.");
                values.Add(ComponentTensors.ToOrt(value, _session.InputMetadata[port.Name].ElementDataType, port.Name));
            }

            using var stop = cancellationToken.Register(static o => ((RunOptions)o!).Terminate = true, options);
            using var turn = _backend.Device.TakeTurn();
            using var results = _session.Run(options, [.. Inputs.Select(i => i.Name)], values, outputs);
            return [.. results.Select(ComponentTensors.FromOrt)];
        }
        catch (OnnxRuntimeException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OnnxRuntimeException failure)
        {
            throw _backend.Device.Fail($"'{_path}'", failure);
        }
        finally
        {
            values.ForEach(v => v.Dispose());
        }
    }

    private static ComponentPort PortOf(string name, NodeMetadata metadata) => new(
        name,
        metadata.IsTensor && metadata.ElementDataType is TensorElementType.Int64 or TensorElementType.Int32 or TensorElementType.Bool,
        [.. metadata.Dimensions]);
}
