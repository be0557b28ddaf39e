namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>The ranges of options.</summary>
internal static class OptionRules
{
    /// <exception cref="ArgumentException">An option is out of its range; the message names it and the range.</exception>
    public static void Check(OnnxRuntimeOptions options)
    {
        Require(options.DeviceId >= 0, nameof(options.DeviceId), options.DeviceId, "at least 0");
        Require(options.MemoryLimit is null or >= 1, nameof(options.MemoryLimit), options.MemoryLimit, "at least 1 byte, or null for no limit");
        Require(options.Threads >= 0, nameof(options.Threads), options.Threads, "at least 0; 0 takes one for each core");
        Require(options.BindingCapacity >= 1, nameof(options.BindingCapacity), options.BindingCapacity, "at least 1");
        Require(Enum.IsDefined(options.ArenaStrategy), nameof(options.ArenaStrategy), options.ArenaStrategy, string.Join(", ", Enum.GetNames<ArenaStrategy>()));
        Require(Enum.IsDefined(options.GraphOptimization), nameof(options.GraphOptimization), options.GraphOptimization, string.Join(", ", Enum.GetNames<GraphOptimization>()));
        Require(Enum.IsDefined(options.ThreadWaiting), nameof(options.ThreadWaiting), options.ThreadWaiting, string.Join(", ", Enum.GetNames<ThreadWaiting>()));
    }

    private static void Require(bool condition, string option, object? value, string right)
    {
        if (!condition)
        {
            throw new ArgumentException($"{nameof(OnnxRuntimeOptions)}.{option} is {value}; right is: {right}.");
        }
    }
}
