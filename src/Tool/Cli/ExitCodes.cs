namespace CachePolicies.Tool;

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    /// <summary>Everything that was asked for was done.</summary>
    public const int Success = 0;

    /// <summary>Something went wrong that other input would not mend, or the run was stopped.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a file it names is wrong; the message says what would be right.</summary>
    public const int BadUsage = 2;
}
