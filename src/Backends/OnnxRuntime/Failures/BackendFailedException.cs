namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>The device could not do what it was asked to: it is out of memory, a kernel failed, or the device is lost.</summary>
public sealed class BackendFailedException : InvalidOperationException
{
    internal BackendFailedException(string backend, string what, Exception? innerException = null, bool isDeviceLost = false, bool isOutOfMemory = false)
        : base($"'{backend}' failed: {what}.", innerException)
    {
        Backend = backend;
        IsDeviceLost = isDeviceLost;
        IsOutOfMemory = isOutOfMemory;
    }

    /// <summary>The backend's name, with provider and device.</summary>
    public string Backend { get; }

    /// <summary>Whether the device is gone for good; every later use of the backend fails at once until it is rebuilt.</summary>
    public bool IsDeviceLost { get; }

    /// <summary>Whether memory ran out, or its limit was reached (<see cref="OnnxRuntimeOptions.MemoryLimit"/>).</summary>
    public bool IsOutOfMemory { get; }
}
