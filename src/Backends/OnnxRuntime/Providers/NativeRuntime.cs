using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>The native library, which the program that runs brings: libraries reference the managed API alone.</summary>
internal static class NativeRuntime
{
    /// <summary>Loads the library, and returns the providers that it lists.</summary>
    /// <exception cref="ProviderNotAvailableException">It cannot be loaded, or is too old for the managed API; the message says which package brings it.</exception>
    public static string[] ListProviders()
    {
        try
        {
            SharedThreads.Prepare();
            return OrtEnv.Instance().GetAvailableProviders();
        }
        catch (Exception failure) when (Cause(failure) is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw new ProviderNotAvailableException(
                "The native library of ONNX Runtime cannot be loaded. Add the package Microsoft.ML.OnnxRuntime (for the processor) or CachePolicies.OnnxRuntime.Gpu "
                + $"(for NVIDIA GPUs) to the program; version {typeof(OrtEnv).Assembly.GetName().Version?.ToString(3)} matches the managed API.",
                Cause(failure));
        }
    }

    /// <summary>The first use of the managed API loads the library, in a static constructor.</summary>
    private static Exception Cause(Exception failure) => failure is TypeInitializationException { InnerException: { } inner } ? Cause(inner) : failure;
}
