namespace CachePolicies.Testing;

/// <summary>Something that every backend does.</summary>
public sealed class BackendLaw
{
    private readonly Action<BackendChecks> _check;

    internal BackendLaw(string name, Action<BackendChecks> check) => (Name, _check) = (name, check);

    /// <summary>The law, in words.</summary>
    public string Name { get; }

    /// <summary>Checks it, and that the check has left no lease behind.</summary>
    /// <param name="backend">The backend, which nobody else uses meanwhile. Borrowed.</param>
    /// <param name="options">What the backend can, and how exactly.</param>
    /// <exception cref="BackendLawException">It is broken.</exception>
    public void Check(IDenoiserBackend backend, BackendLawOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(backend);
        var before = backend.Statistics;
        try
        {
            _check(new BackendChecks(backend, options ?? new BackendLawOptions()));
        }
        catch (Exception found)
        {
            throw new BackendLawException($"{Name}: {(found is BackendLawException ? found.Message : $"{found.GetType().Name}, {found.Message}")}", found);
        }

        var after = backend.Statistics;
        if ((before.LiveTensors, before.LiveBytes) != (after.LiveTensors, after.LiveBytes))
        {
            throw new BackendLawException($"{Name}: {after.LiveTensors - before.LiveTensors} tensors ({after.LiveBytes - before.LiveBytes} bytes) were released and still count as live.");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
