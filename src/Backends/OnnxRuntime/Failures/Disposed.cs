namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>What is said where something is used after it was disposed of.</summary>
internal static class Disposed
{
    /// <summary>A backend.</summary>
    /// <param name="backend">Its name.</param>
    public static ObjectDisposedException Backend(string backend) => new("", $"The backend '{backend}' was disposed of.");

    /// <summary>A session.</summary>
    /// <param name="backend">The backend's name.</param>
    /// <param name="what">What the session runs.</param>
    public static ObjectDisposedException Session(string backend, string what) => new("", $"'{backend}' cannot run {what}: its model or backend was disposed of.");
}
