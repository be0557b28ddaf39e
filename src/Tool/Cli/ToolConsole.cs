using System.Text;

namespace CachePolicies.Tool;

/// <summary>Where the tool writes, and what it may assume about whoever reads it.</summary>
/// <param name="output">Answers: JSON lines with <c>--json</c>, tables otherwise.</param>
/// <param name="error">Everything else that is meant for people.</param>
/// <param name="isInteractive">Whether <paramref name="error"/> is a terminal, where a progress bar can be drawn.</param>
/// <param name="handlesSignals">Whether Ctrl-C and SIGTERM of the process stop the run.</param>
internal sealed class ToolConsole(TextWriter output, TextWriter error, bool isInteractive = false, bool handlesSignals = false)
{
    private const string ShowCursor = "\u001b[?25h";

    /// <summary>For answers. No terminal obeys what is written here.</summary>
    public TextWriter Output { get; } = new PrintableWriter(output);

    /// <summary>For people. No terminal obeys what is written here.</summary>
    public TextWriter Error { get; } = new PrintableWriter(error);

    /// <summary>The terminal itself, for a progress bar and nothing else.</summary>
    public TextWriter Terminal { get; } = error;

    public bool IsInteractive { get; } = isInteractive;

    public bool HandlesSignals { get; } = handlesSignals;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The console of this process, in UTF-8.</summary>
    public static ToolConsole OfProcess()
    {
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return new ToolConsole(
            new StreamWriter(Console.OpenStandardOutput(), encoding) { AutoFlush = true },
            new StreamWriter(Console.OpenStandardError(), encoding) { AutoFlush = true },
            isInteractive: !Console.IsErrorRedirected,
            handlesSignals: true);
    }

    /// <summary>Says sentences to people, a line each.</summary>
    public void Tell(IEnumerable<string> sentences)
    {
        foreach (var sentence in sentences)
        {
            Error.WriteLine(sentence);
        }
    }

    /// <summary>Shows the cursor, which a progress bar that was broken off leaves hidden.</summary>
    public void RestoreTerminal()
    {
        if (IsInteractive)
        {
            Terminal.Write(ShowCursor);
        }
    }
}
