using System.Diagnostics;
using System.Text.Json;

namespace CachePolicies.Tool.Tests;

/// <summary>One run of the tool with what it wrote.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    public static string CasesFolder => Path.Combine(AppContext.BaseDirectory, "Cases");

    public static string Trace { get; } = Path.Combine(CasesFolder, "s_smooth20.probe1.safetensors");

    /// <summary>The recorded run of 50 steps whose features change unevenly.</summary>
    public static string LongTrace { get; } = Path.Combine(CasesFolder, "s_mixed50.probe1.safetensors");

    /// <summary>Runs the tool within this process.</summary>
    public static async Task<ToolRun> Of(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await ToolProgram.RunAsync(arguments, new ToolConsole(output, error));
        return new ToolRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs the tool as a process.</summary>
    public static async Task<ToolRun> OfProcess(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(ToolProgram).Assembly.Location);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new ToolRun(process.ExitCode, await output, await error);
    }

    /// <summary>The lines of standard output, each an object of JSON.</summary>
    public IReadOnlyList<JsonElement> Json()
    {
        Assert.Equal("", Error);
        return [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
    }

    /// <summary>Checks that the tool refused its input: exit code 2, nothing on standard output, one line on standard error.</summary>
    /// <returns>The line.</returns>
    public string Refused()
    {
        Assert.Equal(ExitCodes.BadUsage, ExitCode);
        Assert.Equal("", Output);
        return Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
