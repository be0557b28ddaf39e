using System.CommandLine;
using CachePolicies.Diffusers;
using CachePolicies.Engine;
using CachePolicies.Files;
using CachePolicies.Onnx;
using CachePolicies.Splitting;

namespace CachePolicies.Tool;

/// <summary>Parses the command line, runs the verb, and turns what goes wrong into one line and an exit code.</summary>
internal static class ToolProgram
{
    /// <summary>A stage that runs ends at once; removing what was begun takes the rest.</summary>
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string[] arguments, ToolConsole console, CancellationToken cancellationToken = default)
    {
        // Response files are off: a prompt may begin with @.
        var parsed = CreateRoot(console).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            return Report(console, ExitCodes.BadUsage, Explain(parsed));
        }

        var signals = new StopSignals(console.HandlesSignals, TimeToStop, console.Time, cancellationToken);
        var run = Task.Run(() => RunVerbAsync(parsed, console, signals), CancellationToken.None);
        if (await Task.WhenAny(run, signals.Overdue).ConfigureAwait(false) == run)
        {
            signals.Dispose();
            return await run.ConfigureAwait(false);
        }

        // The verb goes on and may still ask whether it was stopped: what it holds ends with the process.
        UnfinishedWork.RemoveAll();
        console.RestoreTerminal();
        return Report(console, signals.ExitCode ?? ExitCodes.Failed, "Stopped.");
    }

    /// <summary>Verbs run on a thread of their own, so that a signal is heard while they work.</summary>
    private static async Task<int> RunVerbAsync(ParseResult parsed, ToolConsole console, StopSignals signals)
    {
        try
        {
            var configuration = new InvocationConfiguration
            {
                Output = console.Output,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            var exitCode = await parsed.InvokeAsync(configuration, signals.Token).ConfigureAwait(false);
            return exitCode == ExitCodes.Success ? exitCode : signals.ExitCode ?? exitCode;
        }
        catch (OperationCanceledException)
        {
            console.RestoreTerminal();
            return Report(console, signals.ExitCode ?? ExitCodes.Failed, "Stopped.");
        }
        catch (Exception problem) when (IsBadInput(problem))
        {
            return Report(console, ExitCodes.BadUsage, problem.Message);
        }
        catch (Exception failure) when (MemoryBound.IsExceededBy(failure))
        {
            console.RestoreTerminal();
            return Report(console, ExitCodes.BadUsage, $"{failure.Message} {MemoryBound.Option} sets how much memory it may take.");
        }
        catch (Exception failure)
        {
            return Report(console, ExitCodes.Failed, failure is IOException or StageFailedException ? failure.Message : $"{failure.GetType().Name}: {failure.Message}");
        }
    }

    private static RootCommand CreateRoot(ToolConsole console) => HelpExamples.Behind(new("Compares, records, replays, measures and tunes caching policies of diffusion denoisers.")
    {
        GenerateVerb.Create(console),
        CompareVerb.Create(console),
        TuneVerb.Create(console),
        ScheduleVerb.Create(console),
        RecordVerb.Create(console),
        ReplayVerb.Create(console),
        MeasureVerb.Create(console),
        ProvidersVerb.Create(console),
        ImportVerb.Create(console),
        InspectVerb.Create(console),
        SplitVerb.Create(console),
    });

    private static string Explain(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var isRoot = command is RootCommand;
        if (parsed.UnmatchedTokens is [var unknown, ..])
        {
            return isRoot && !unknown.StartsWith('-')
                ? Names.Unknown("verb", unknown, [.. command.Subcommands.Select(c => c.Name)]).Message
                : Names.Unknown($"option of '{command.Name}' called", unknown, [.. command.Options.Select(o => o.Name)]).Message;
        }

        return $"{InWords(parsed.Errors[0].Message)} 'cachepolicies {(isRoot ? "" : command.Name + " ")}--help' shows how it is used.";
    }

    /// <summary>The parser's message without the names of types.</summary>
    private static string InWords(string message) => message
        .Replace(" as expected type 'System.Int32'", ", a whole number", StringComparison.Ordinal)
        .Replace(" as expected type 'System.Int64'", ", a whole number", StringComparison.Ordinal)
        .Replace(" as expected type 'System.Nullable`1[System.Double]'", ", a number", StringComparison.Ordinal)
        .Replace(" as expected type 'System.Double'", ", a number", StringComparison.Ordinal);

    /// <summary>Whether other input would have been right: these exceptions carry a sentence that says which.</summary>
    private static bool IsBadInput(Exception exception) => exception
        is UsageException or ArgumentException or CachePlanException or InvalidDataException
        or OnnxFormatException or ModelSplitException or DiffusersFolderException or TokenizerException
        or NotSupportedException or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException;

    private static int Report(ToolConsole console, int exitCode, string message)
    {
        console.Error.WriteLine(string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)));
        return exitCode;
    }
}
