using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Opens sessions on one provider, as the options say. Thread-safe.</summary>
internal sealed class SessionFactory(OnnxRuntimeOptions options, ExecutionProvider provider) : IDisposable
{
    private readonly PrePackedWeightsContainer _weights = new();
    private int _profiles;

    public ExecutionProvider Provider => provider;

    /// <summary>Opens a stage in a file, whose external data lies beside it. Weights that several stages share are prepared once.</summary>
    public InferenceSession Open(string path) =>
        Open(provider, Path.GetFileNameWithoutExtension(path), capture: true, settings => new InferenceSession(path, settings, _weights));

    /// <summary>Opens a graph as stages are opened.</summary>
    public InferenceSession OpenAsStage(byte[] model) =>
        Open(provider, "stage", capture: true, settings => new InferenceSession(model, settings));

    /// <summary>Opens a graph that runs whole, beside the stages; what is prepared for it goes when it is closed.</summary>
    public InferenceSession OpenComponent(string path) =>
        Open(provider, Path.GetFileNameWithoutExtension(path), capture: false, settings => new InferenceSession(path, settings));

    /// <summary>Opens an operation graph, on the provider that runs operations.</summary>
    /// <param name="model">The graph.</param>
    /// <param name="onDevice">Whether every node must run on the device.</param>
    public InferenceSession OpenOperation(byte[] model, bool onDevice = true) => Open(provider.ForOperations, "operation", capture: false, settings =>
    {
        if (onDevice && !provider.UsesHostMemory)
        {
            settings.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1");
        }

        return new InferenceSession(model, settings);
    });

    public void Dispose() => _weights.Dispose();

    private InferenceSession Open(ExecutionProvider on, string what, bool capture, Func<SessionOptions, InferenceSession> open)
    {
        using var turn = new DeviceTurn(provider.Turn);
        using var settings = Settings(on, what, capture);
        return on is CpuProvider ? HostArena.Open(settings, options.MemoryLimit, open) : open(settings);
    }

    private SessionOptions Settings(ExecutionProvider on, string what, bool capture)
    {
        var settings = new SessionOptions();
        try
        {
            settings.GraphOptimizationLevel = options.GraphOptimization switch
            {
                GraphOptimization.None => GraphOptimizationLevel.ORT_DISABLE_ALL,
                GraphOptimization.Basic => GraphOptimizationLevel.ORT_ENABLE_BASIC,
                GraphOptimization.Extended => GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
                _ => GraphOptimizationLevel.ORT_ENABLE_ALL,
            };
            settings.EnableMemoryPattern = options.MemoryPattern;
            settings.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
            if (options.Threads > 0)
            {
                settings.IntraOpNumThreads = options.Threads;
            }
            else if (options.ThreadWaiting == ThreadWaiting.Sleep)
            {
                SharedThreads.Join(settings);
            }

            settings.AddSessionConfigEntry("session.intra_op.allow_spinning", options.ThreadWaiting == ThreadWaiting.Sleep ? "0" : "1");
            settings.AddSessionConfigEntry("session.force_spinning_stop", options.ThreadWaiting == ThreadWaiting.SpinDuringRun ? "1" : "0");
            if (options.ProfilePrefix is { } prefix)
            {
                settings.ProfileOutputPathPrefix = string.Create(CultureInfo.InvariantCulture, $"{prefix}-{what}-{Interlocked.Increment(ref _profiles)}");
                settings.EnableProfiling = true;
            }

            on.AppendTo(settings, options, capture);
            return settings;
        }
        catch
        {
            settings.Dispose();
            throw;
        }
    }
}
