using System.Collections.Immutable;
using System.Runtime.InteropServices;
using CachePolicies.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Chooses the first provider of a list that works. The runtime lists providers whose libraries are missing, so only a session tells.</summary>
internal static class ProviderSelector
{
    /// <summary>Chooses, and opens memory on what was chosen.</summary>
    /// <exception cref="ArgumentException">A name is unknown.</exception>
    /// <exception cref="ProviderNotAvailableException">None works.</exception>
    public static ProviderSelection Select(OnnxRuntimeOptions options, out SessionFactory sessions, out ITensorMemory memory)
    {
        var available = NativeRuntime.ListProviders();
        IEnumerable<string> wanted = options.Providers.Count == 0 ? ["CPU"] : options.Providers;
        var candidates = wanted.Select(name => ExecutionProvider.Find(name, available)).ToArray();
        var rejected = ImmutableArray.CreateBuilder<RejectedProvider>();
        foreach (var candidate in candidates)
        {
            if (TryOpen(candidate, options, available, out var reason) is var (factory, opened))
            {
                (sessions, memory) = (factory, opened);
                return new ProviderSelection(candidate.Name, options.DeviceId, rejected.ToImmutable());
            }

            rejected.Add(new RejectedProvider(candidate.Name, reason));
        }

        var failures = candidates.Zip(rejected, (c, r) => $"The execution provider {c.Name} cannot be used: {r.Reason}. {c.Remedy}");
        throw new ProviderNotAvailableException(
            string.Join(' ', failures) + (candidates.Any(c => c is CpuProvider) ? "" : " To run on the processor instead, name CPU last in the list of providers."));
    }

    private static (SessionFactory Sessions, ITensorMemory Memory)? TryOpen(
        ExecutionProvider provider, OnnxRuntimeOptions options, string[] available, out string reason)
    {
        reason = "";
        if (!available.Contains(provider.RuntimeName, StringComparer.OrdinalIgnoreCase))
        {
            reason = $"this build of ONNX Runtime has only {string.Join(", ", available)}";
            return null;
        }

        if (provider.HasOneDevice && options.DeviceId != 0)
        {
            reason = $"there is no device {options.DeviceId}, only 0";
            return null;
        }

        var sessions = new SessionFactory(options, provider);
        using var quiet = new QuietRuntime();
        try
        {
            return (sessions, OpenMemory(sessions, provider, options));
        }
        catch (Exception failure) when (failure is OnnxRuntimeException or DllNotFoundException or EntryPointNotFoundException)
        {
            sessions.Dispose();
            reason = MissingLibrary(provider, failure.Message) is { } library ? $"the library {library} is missing" : RuntimeMessages.Shorten(failure.Message);
            return null;
        }
    }

    // A session on the smallest of graphs loads the provider's library; memory of the device shows that the device is there.
    private static ITensorMemory OpenMemory(SessionFactory sessions, ExecutionProvider provider, OnnxRuntimeOptions options)
    {
        if (provider is CpuProvider)
        {
            return new HostMemory();
        }

        var probe = sessions.OpenAsStage(ProbeGraph());
        if (provider.UsesHostMemory)
        {
            probe.Dispose();
            return new HostMemory();
        }

        OrtMemoryInfo? info = null;
        try
        {
            info = provider.MemoryOf(options.DeviceId);
            return new DeviceMemory(probe, provider, info);
        }
        catch
        {
            info?.Dispose();
            probe.Dispose();
            throw;
        }
    }

    /// <summary>The smallest of graphs: the absolute values of <c>x</c> are <c>y</c>.</summary>
    public static byte[] ProbeGraph()
    {
        var graph = new OnnxGraphBuilder("probe");
        var x = graph.Input("x", OnnxElementType.Float32, "n");
        graph.Output("y", graph.Abs(x), OnnxElementType.Float32, "n");
        return graph.ToBytes();
    }

    // The runtime keeps the loader's message to its own log; loading the provider's library again tells what it misses.
    private static string? MissingLibrary(ExecutionProvider provider, string message)
    {
        if (RuntimeMessages.MissingLibrary(message) is { } named)
        {
            return named;
        }

        foreach (var library in provider.Libraries)
        {
            var file = OperatingSystem.IsWindows() ? $"{library}.dll" : $"lib{library}.so";
            var path = SearchFolders().Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
            if (path is null)
            {
                return file;
            }

            try
            {
                NativeLibrary.Load(path);
            }
            catch (DllNotFoundException failure)
            {
                return RuntimeMessages.MissingLibrary(failure.Message) ?? file;
            }
            catch (BadImageFormatException)
            {
                return file;
            }
        }

        return null;
    }

    private static IEnumerable<string> SearchFolders() =>
        [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native")];

    // What the runtime would print of a provider that is not there is told in a sentence instead.
    private readonly struct QuietRuntime : IDisposable
    {
        private readonly OrtLoggingLevel _before;

        public QuietRuntime()
        {
            _before = OrtEnv.Instance().EnvLogLevel;
            OrtEnv.Instance().EnvLogLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
        }

        public void Dispose() => OrtEnv.Instance().EnvLogLevel = _before;
    }
}
