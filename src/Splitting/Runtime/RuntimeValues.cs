using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Splitting;

/// <summary>The values of a run by name, owned until it is disposed of.</summary>
internal sealed class RuntimeValues : IDisposable
{
    private readonly Dictionary<string, OrtValue> _values = new(StringComparer.Ordinal);

    public OrtValue this[string name] => _values[name];

    public long[] ShapeOf(string name) => _values[name].GetTensorTypeAndShape().Shape;

    public void Add(string name, OrtValue value) => _values.Add(name, value);

    /// <summary>Runs a session on the values and adds what it makes.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void Execute(InferenceSession session, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var options = new RunOptions();
        using var end = cancellationToken.Register(() => options.Terminate = true);
        using var results = session.Run(options, session.InputNames.ToDictionary(name => name, name => _values[name]), session.OutputNames);
        foreach (var (name, result) in session.OutputNames.Zip(results))
        {
            // The collection disposes of its values: they are copied out.
            _values.Add(name, RuntimeTensors.Copy(result));
        }
    }

    public void Dispose()
    {
        foreach (var value in _values.Values)
        {
            value.Dispose();
        }
    }
}
