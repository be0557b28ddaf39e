using System.Diagnostics;

namespace CachePolicies.Packages.Tests;

/// <summary>Runs programs as a user would.</summary>
internal static class Dotnet
{
    /// <summary>Runs <c>dotnet</c> and returns what it printed.</summary>
    public static string Expect(string folder, params string[] arguments)
    {
        var (code, output) = Run("dotnet", folder, arguments);
        Assert.True(code == 0, output);
        return output;
    }

    /// <summary>Runs a program in a folder.</summary>
    public static (int Code, string Output) Run(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };

        // What the test runner and the build set for themselves would reach into the builds that are started here.
        foreach (var name in start.Environment.Keys.Where(IsOfTheRunner).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    private static bool IsOfTheRunner(string name) =>
        name == "NUGET_PACKAGES" || (name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) && name != "MSBUILDDISABLENODEREUSE");
}
