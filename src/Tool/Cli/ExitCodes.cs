namespace CachePolicies.Tool;

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    /// <summary>Everything that was asked for was done.</summary>
    public const int Success = 0;

    /// <summary>Something went wrong that other input would not mend, or the run was stopped from within.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a file it names is wrong; the message says what was expected.</summary>
    public const int BadUsage = 2;

    /// <summary>Ctrl-C (SIGINT) stopped the run: 128 and the signal's number, as a shell counts.</summary>
    public const int Interrupted = 130;

    /// <summary>SIGTERM stopped the run.</summary>
    public const int Terminated = 143;
}
