namespace CachePolicies.Policies;

/// <summary>LogSnr as it is registered.</summary>
internal static class LogSnrDescriptor
{
    public static CachePolicyDescriptor<LogSnrOptions> Instance { get; } = new("LogSnr", static (options, name) => new LogSnrPolicy(options, name))
    {
        Summaries =
        [
            new(
                "**LogSnr** (this project's own)",
                "nothing: evaluations evenly spaced in log-SNR",
                "everything; the clean picture is forecast, guidance fades",
                "n `Evaluations` 10"),
        ],
        Tuning = static _ => [TuningDimension.Each(nameof(LogSnrOptions.Evaluations), "28", "22", "18", "14", "12", "10", "8", "7", "6", "5")],
    };
}

/// <content>LogSnr.</content>
public static partial class CachePolicy
{
    /// <summary>LogSnr. <inheritdoc cref="LogSnrOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy LogSnr(LogSnrOptions? options = null, string name = "LogSnr") => LogSnrDescriptor.Instance.Create(options ?? new(), name);
}
