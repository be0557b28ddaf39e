namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>The device could not do what it was asked to: it is out of memory, a kernel failed, or the device is lost.</summary>
public sealed class BackendFailedException : InvalidOperationException
{
    internal BackendFailedException(string backend, string what, Exception? innerException = null, bool isDeviceLost = false)
        : base($"'{backend}' failed: {what}.", innerException)
    {
        Backend = backend;
        IsDeviceLost = isDeviceLost;
    }

    /// <summary>The backend's name, with provider and device.</summary>
    public string Backend { get; }

    /// <summary>Whether the device is gone for good; every later use of the backend fails at once until it is rebuilt.</summary>
    public bool IsDeviceLost { get; }
}
