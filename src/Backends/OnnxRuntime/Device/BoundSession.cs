using System.Collections.Immutable;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>What a session reads and writes, by the names of its graph.</summary>
/// <param name="Inputs">Tensors that it reads.</param>
/// <param name="Outputs">Tensors that it writes.</param>
/// <param name="Scalars">Numbers that it is told at each run; in host memory.</param>
/// <param name="Result">The number that it brings to the host, or <see langword="null"/>.</param>
/// <param name="Remainder">What float32 leaves out of the result, where it is told as well.</param>
internal sealed record SessionPorts(
    ImmutableArray<string> Inputs, ImmutableArray<string> Outputs, ImmutableArray<string> Scalars, string? Result = null, string? Remainder = null)
{
    /// <summary>The numbers that it brings to the host, one after the other.</summary>
    public IEnumerable<string> Results => new[] { Result, Remainder }.OfType<string>();
}

/// <summary>
/// A session with prebuilt bindings for the tensors in rotation. Thread-safe: the session runs for many threads at once, each with a
/// binding of its own. A run whose binding is there allocates nothing. Closing it ends its runs; it is freed when the last one has ended.
/// </summary>
internal sealed class BoundSession : IDisposable
{
    private readonly OrtDevice _device;
    private readonly InferenceSession _session;
    private readonly SessionPorts _ports;
    private readonly string _what;
    private readonly BindingCache _bindings;
    private readonly ImmutableArray<int> _rebound;
    private readonly bool _mayCapture;
    private readonly UseCount _uses;
    private readonly CancellationTokenSource _closing = new();

    /// <param name="device">Borrowed.</param>
    /// <param name="session">Owned.</param>
    /// <param name="ports">The names of what it reads and writes.</param>
    /// <param name="what">What runs, for messages: <c>the stage 'head'</c>.</param>
    /// <param name="mayCapture">Whether the device may capture a run as a graph; not where numbers change in host memory.</param>
    public BoundSession(OrtDevice device, InferenceSession session, SessionPorts ports, string what, bool mayCapture = false)
    {
        _mayCapture = mayCapture;
        _device = device;
        _session = session;
        _ports = ports;
        _what = what;
        _bindings = new BindingCache(device.Options.BindingCapacity);
        _rebound = device.IsHostMemory ? [] : FindHostInputs();
        _uses = new UseCount(Free);
        device.Enter(this);
    }

    /// <summary>The inputs that the graph reads in host memory though tensors lie on the device; they are copied at each run.</summary>
    public IEnumerable<string> CopiedInputs => _rebound.Select(i => _ports.Inputs[i]);

    /// <summary>How many bindings were built so far.</summary>
    public int BindingsBuilt => _bindings.Built;

    /// <summary>Runs the graph. The tensors are borrowed for the run.</summary>
    /// <param name="inputs">What it reads.</param>
    /// <param name="scalars">The numbers that it is told.</param>
    /// <param name="outputs">What it writes.</param>
    /// <param name="cancellationToken">Ends the run between two operators.</param>
    /// <returns>The number that the graph brings to the host, or 0.</returns>
    /// <exception cref="ArgumentException">A tensor is of another backend, or an output is an input.</exception>
    /// <exception cref="BackendFailedException">The device could not run it.</exception>
    /// <exception cref="ObjectDisposedException">The session was closed, before or during the run.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public double Run(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<float> scalars, ReadOnlySpan<FeatureTensor> outputs, CancellationToken cancellationToken = default)
    {
        _device.ThrowIfUnusable();
        if (!_uses.TryBegin())
        {
            throw Disposed.Session(_device.Name, _what);
        }

        try
        {
            RequireOwn(inputs);
            RequireOwn(outputs);
            using var turn = _device.TakeTurn();
            cancellationToken.ThrowIfCancellationRequested();
            return RunBound(inputs, scalars, outputs, cancellationToken);
        }
        finally
        {
            _uses.End();
        }
    }

    private double RunBound(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<float> scalars, ReadOnlySpan<FeatureTensor> outputs, CancellationToken cancellationToken)
    {
        var isNew = !_bindings.TryTake(inputs, outputs, out var binding);
        if (isNew)
        {
            binding = Bind(inputs, outputs);
        }

        try
        {
            foreach (var input in _rebound)
            {
                binding!.Io.BindInput(_ports.Inputs[input], ((OrtTensor)inputs[input]).Value);
            }

            var numbers = binding!.Scalars is { } host ? host.Numbers : [];
            scalars.CopyTo(numbers);
            using (Terminate(binding.Run, _closing.Token))
            using (Terminate(binding.Run, cancellationToken))
            {
                _session.RunWithBinding(binding.Run, binding.Io);
            }

            var result = _ports.Result is null ? 0
                : _ports.Remainder is null ? numbers[^1]
                : (double)numbers[^2] + numbers[^1];
            if (!binding.Run.Terminate)
            {
                _bindings.Return(binding, isNew);
                binding = null;
            }

            return result;
        }
        catch (OnnxRuntimeException) when (binding is { Run.Terminate: true })
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Disposed.Session(_device.Name, _what);
        }
        catch (OnnxRuntimeException failure)
        {
            throw _device.Fail(_what, failure);
        }
        finally
        {
            binding?.Dispose();
        }
    }

    // The runtime looks at the flag before each operator, those inside a loop included. A registration that is disposed of has ended.
    private static CancellationTokenRegistration Terminate(RunOptions run, CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(static run => ((RunOptions)run!).Terminate = true, run);

    /// <summary>Drops the bindings over tensors whose memory goes back to the device.</summary>
    public void DropStale() => _bindings.DropStale();

    public string EndProfiling() => _session.EndProfiling();

    /// <summary>Ends the runs and lets no other begin. Does not wait.</summary>
    public void Dispose()
    {
        if (_uses.Close())
        {
            _closing.Cancel();
        }
    }

    /// <summary>Waits until the last run has ended and the session was freed, but not longer than a time.</summary>
    public bool Wait(TimeSpan longest) => _uses.Wait(longest);

    private void Free()
    {
        using (_device.TakeTurn())
        {
            _bindings.Dispose();
            _session.Dispose();
        }

        _device.Leave(this);
    }

    private Binding Bind(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<FeatureTensor> outputs)
    {
        RequireCount("inputs", _ports.Inputs, inputs.Length);
        RequireCount("outputs", _ports.Outputs, outputs.Length);
        RequireDistinct(inputs, outputs);
        var io = _session.CreateIoBinding();
        var scalars = BindScalars(io);
        try
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                io.BindInput(_ports.Inputs[i], ((OrtTensor)inputs[i]).Value);
            }

            for (var i = 0; i < outputs.Length; i++)
            {
                io.BindOutput(_ports.Outputs[i], ((OrtTensor)outputs[i]).Value);
            }

            return new Binding(inputs, outputs, io, RunOptionsOf(_mayCapture ? _device.NextGraphIdentifier() : null), scalars);
        }
        catch (OnnxRuntimeException failure)
        {
            io.Dispose();
            scalars?.Dispose();
            throw _device.Fail(_what, failure);
        }
    }

    private HostScalars? BindScalars(OrtIoBinding io)
    {
        if (_ports.Scalars.IsEmpty && _ports.Result is null)
        {
            return null;
        }

        var shapes = Enumerable.Repeat<long[]>([], _ports.Scalars.Length).Concat(_ports.Results.Select<string, long[]>(_ => [1L]));
        var scalars = new HostScalars(shapes.ToArray());
        for (var i = 0; i < _ports.Scalars.Length; i++)
        {
            io.BindInput(_ports.Scalars[i], scalars[i]);
        }

        foreach (var (index, result) in _ports.Results.Index())
        {
            io.BindOutput(result, scalars[_ports.Scalars.Length + index]);
        }

        return scalars;
    }

    private static RunOptions RunOptionsOf(int? graph)
    {
        var run = new RunOptions();
        if (graph is { } identifier)
        {
            run.AddRunConfigEntry("gpu_graph_id", identifier.ToString(CultureInfo.InvariantCulture));
        }

        return run;
    }

    private ImmutableArray<int> FindHostInputs()
    {
        using var infos = _session.GetMemoryInfosForInputs();
        var names = _session.InputNames;
        return
        [
            .. Enumerable.Range(0, _ports.Inputs.Length).Where(i =>
            {
                var info = infos[IndexOf(names, _ports.Inputs[i])];
                return info.Name is "Cpu" or "CPU";
            }),
        ];
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        var index = 0;
        while (names[index] != name)
        {
            index++;
        }

        return index;
    }

    private void RequireOwn(ReadOnlySpan<FeatureTensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            if (tensor is not OrtTensor own || !_device.Owns(own))
            {
                throw new ArgumentException($"{_what} was given the tensor {tensor}, a {tensor?.GetType().Name ?? "null"}, which is not in the memory of '{_device.Name}'.");
            }

            ObjectDisposedException.ThrowIf(tensor.Leases == 0, tensor);
        }
    }

    private void RequireCount(string kind, ImmutableArray<string> names, int given)
    {
        if (names.Length != given)
        {
            throw new ArgumentException($"{_what} has the {kind} {string.Join(", ", names)}; given were {given} tensors.");
        }
    }

    private void RequireDistinct(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<FeatureTensor> outputs)
    {
        for (var i = 0; i < outputs.Length; i++)
        {
            for (var j = 0; j < inputs.Length; j++)
            {
                if (ReferenceEquals(inputs[j], outputs[i]))
                {
                    throw new ArgumentException(
                        $"{_what} was given one tensor as the input '{_ports.Inputs[j]}' and as the output '{_ports.Outputs[i]}'; an output never aliases an input.");
                }
            }

            for (var j = 0; j < i; j++)
            {
                if (ReferenceEquals(outputs[j], outputs[i]))
                {
                    throw new ArgumentException($"{_what} was given one tensor as the outputs '{_ports.Outputs[j]}' and '{_ports.Outputs[i]}'.");
                }
            }
        }
    }
}
