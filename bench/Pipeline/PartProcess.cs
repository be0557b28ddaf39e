using System.Diagnostics;
using System.Text.Json;

namespace CachePolicies.Bench;

/// <summary>Measures in a process of its own, whose memory nothing else has used.</summary>
internal static class PartProcess
{
    private const string Variable = "CACHEPOLICIES_BENCH_PART";

    /// <summary>What this process was started to measure, or <see langword="null"/>.</summary>
    public static PartRequest? Requested => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } json
        ? JsonSerializer.Deserialize(json, PartJson.Default.PartRequest)
        : null;

    /// <summary>Tells the process that asked.</summary>
    public static void Report(PartFigure[] figures) => Console.Out.WriteLine(JsonSerializer.Serialize(figures, PartJson.Default.PartFigureArray));

    /// <summary>Measures in a new process.</summary>
    /// <returns>The figures by their names.</returns>
    /// <exception cref="InvalidDataException">The process failed.</exception>
    public static Dictionary<string, double> Run(PartRequest request)
    {
        // The program itself, or 'dotnet' with the program's assembly.
        var program = Environment.ProcessPath!;
        string[] arguments = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(PartProcess).Assembly.Location, "pipeline"] : ["pipeline"];
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Variable] = JsonSerializer.Serialize(request, PartJson.Default.PartRequest);
        using var process = Process.Start(start)!;
        var complaints = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var last = output.TrimEnd().Split('\n')[^1];
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize(last, PartJson.Default.PartFigureArray)!.ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal)
            : throw new InvalidDataException($"Measuring {request} failed with exit code {process.ExitCode}: {complaints.GetAwaiter().GetResult()}");
    }
}
