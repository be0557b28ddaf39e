using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace CachePolicies.Comparison;

/// <summary>What a comparison ran on, so that its figures can be read later and elsewhere.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Fingerprint">Identifies its weights, or empty.</param>
/// <param name="Provider">What it ran on.</param>
/// <param name="Processor">The machine's processor.</param>
/// <param name="ProcessorCount">How many processors the process may use.</param>
/// <param name="Threads">Threads that a stage may use; <see langword="null"/> where the provider chose.</param>
/// <param name="Runtime">.NET's version and the operating system.</param>
/// <param name="Version">The version of CachePolicies.</param>
/// <param name="Date">When the comparison began, in UTC.</param>
public sealed record RunConditions(
    string Model, string Fingerprint, string Provider, string Processor, int ProcessorCount, int? Threads, string Runtime, string Version, DateTimeOffset Date)
{
    private const string ProcessorFacts = "/proc/cpuinfo";

    /// <summary>The conditions of this moment.</summary>
    public static RunConditions Of(IPictureModel model, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(time);
        return new RunConditions(
            model.Name,
            model.Fingerprint,
            model.Provider,
            ProcessorName(),
            Environment.ProcessorCount,
            model.Threads,
            $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}",
            typeof(RunConditions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown",
            time.GetUtcNow());
    }

    /// <summary>The conditions in a line for people.</summary>
    public override string ToString()
    {
        var threads = Threads is { } count ? string.Create(CultureInfo.InvariantCulture, $", {count} {(count == 1 ? "thread" : "threads")}") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Model} on {Provider}{threads}, {Processor} ({ProcessorCount} {(ProcessorCount == 1 ? "processor" : "processors")}), {Runtime}, CachePolicies {Version}, {Date:yyyy-MM-dd HH:mm} UTC");
    }

    private static string ProcessorName()
    {
        try
        {
            if (File.Exists(ProcessorFacts))
            {
                var line = File.ReadLines(ProcessorFacts).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
                if (line?.Split(':', 2) is [_, var name])
                {
                    return name.Trim();
                }
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // The architecture below will do.
        }

        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.OSArchitecture.ToString();
    }
}
