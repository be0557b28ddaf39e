using System.Collections.Immutable;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>What a session reads and writes, by the names of its graph.</summary>
/// <param name="Inputs">Tensors that it reads.</param>
/// <param name="Outputs">Tensors that it writes.</param>
/// <param name="Scalars">Numbers that it is told at each run; in host memory.</param>
/// <param name="Result">The number that it brings to the host, or <see langword="null"/>.</param>
internal sealed record SessionPorts(ImmutableArray<string> Inputs, ImmutableArray<string> Outputs, ImmutableArray<string> Scalars, string? Result = null);

/// <summary>
/// A session with prebuilt bindings for the tensors in rotation. Thread-safe: the session runs for many threads at once, each with a
/// binding of its own. A run whose binding is there allocates nothing.
/// </summary>
internal sealed class BoundSession : IDisposable
{
    private readonly OnnxRuntimeBackend _backend;
    private readonly InferenceSession _session;
    private readonly SessionPorts _ports;
    private readonly string _what;
    private readonly BindingCache _bindings;
    private readonly ImmutableArray<int> _rebound;
    private readonly bool _mayCapture;

    /// <param name="backend">Borrowed.</param>
    /// <param name="session">Owned.</param>
    /// <param name="ports">The names of what it reads and writes.</param>
    /// <param name="what">What runs, for messages: <c>the stage 'head'</c>.</param>
    /// <param name="mayCapture">Whether the device may capture a run as a graph; not where numbers change in host memory.</param>
    public BoundSession(OnnxRuntimeBackend backend, InferenceSession session, SessionPorts ports, string what, bool mayCapture = false)
    {
        _mayCapture = mayCapture;
        _backend = backend;
        _session = session;
        _ports = ports;
        _what = what;
        _bindings = new BindingCache(backend.Options.BindingCapacity);
        _rebound = backend.IsHostMemory ? [] : FindHostInputs();
        backend.Track(this);
    }

    /// <summary>The inputs that the graph reads in host memory though tensors lie on the device; they are copied at each run.</summary>
    public IEnumerable<string> CopiedInputs => _rebound.Select(i => _ports.Inputs[i]);

    /// <summary>How many bindings were built so far.</summary>
    public int BindingsBuilt => _bindings.Built;

    /// <summary>Runs the graph. The tensors are borrowed for the run.</summary>
    /// <returns>The number that the graph brings to the host, or 0.</returns>
    /// <exception cref="ArgumentException">A tensor is of another backend, or an output is an input.</exception>
    /// <exception cref="BackendFailedException">The device could not run it.</exception>
    public float Run(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<float> scalars, ReadOnlySpan<FeatureTensor> outputs)
    {
        _backend.ThrowIfUnusable();
        RequireOwn(inputs);
        RequireOwn(outputs);
        using var turn = _backend.TakeTurn();
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
            _session.RunWithBinding(binding.Run, binding.Io);
            var result = _ports.Result is null ? 0 : numbers[^1];
            _bindings.Return(binding, isNew);
            binding = null;
            return result;
        }
        catch (OnnxRuntimeException failure)
        {
            throw _backend.Fail(_what, failure);
        }
        finally
        {
            binding?.Dispose();
        }
    }

    /// <summary>Drops the bindings over tensors whose memory goes back to the device.</summary>
    public void DropStale() => _bindings.DropStale();

    public string EndProfiling() => _session.EndProfiling();

    public void Dispose()
    {
        _backend.Untrack(this);
        using var turn = _backend.TakeTurn();
        _bindings.Dispose();
        _session.Dispose();
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

            return _mayCapture && _backend.NextGraphIdentifier() is { } identifier
                ? new Binding(inputs, outputs, io, Capturing(identifier), scalars) { OwnsRun = true }
                : new Binding(inputs, outputs, io, _backend.SharedRun, scalars);
        }
        catch (OnnxRuntimeException failure)
        {
            io.Dispose();
            scalars?.Dispose();
            throw _backend.Fail(_what, failure);
        }
    }

    private HostScalars? BindScalars(OrtIoBinding io)
    {
        if (_ports.Scalars.IsEmpty && _ports.Result is null)
        {
            return null;
        }

        var shapes = Enumerable.Repeat<long[]>([], _ports.Scalars.Length).Concat(_ports.Result is null ? [] : [[1L]]);
        var scalars = new HostScalars(shapes.ToArray());
        for (var i = 0; i < _ports.Scalars.Length; i++)
        {
            io.BindInput(_ports.Scalars[i], scalars[i]);
        }

        if (_ports.Result is { } result)
        {
            io.BindOutput(result, scalars[_ports.Scalars.Length]);
        }

        return scalars;
    }

    private static RunOptions Capturing(int identifier)
    {
        var run = new RunOptions();
        run.AddRunConfigEntry("gpu_graph_id", identifier.ToString(CultureInfo.InvariantCulture));
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
            if (tensor is not OrtTensor own || !_backend.Owns(own))
            {
                throw new ArgumentException($"{_what} was given the tensor {tensor}, a {tensor?.GetType().Name ?? "null"}, which does not lie in the memory of '{_backend.Name}'.");
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
