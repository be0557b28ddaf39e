namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>The ranges of options.</summary>
internal static class OptionRules
{
    /// <exception cref="ArgumentException">An option is out of its range; the message names it and the range.</exception>
    public static void Check(OnnxRuntimeOptions options)
    {
        var problems = ProblemsOf(options);
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", problems));
        }
    }

    /// <summary>A sentence for each option that is out of its range.</summary>
    public static IReadOnlyList<string> ProblemsOf(OnnxRuntimeOptions options)
    {
        var problems = new List<string>();
        void Require(bool condition, string option, object? value, string expected)
        {
            if (!condition)
            {
                problems.Add($"{nameof(OnnxRuntimeOptions)}.{option} is {value}; expected {expected}.");
            }
        }

        Require(options.DeviceId >= 0, nameof(options.DeviceId), options.DeviceId, "at least 0");
        Require(options.MemoryLimit is null or >= 1, nameof(options.MemoryLimit), options.MemoryLimit, "at least 1 byte, or null for no limit");
        Require(options.TrimAfterIdleSeconds is >= 0 and <= 86_400, nameof(options.TrimAfterIdleSeconds), options.TrimAfterIdleSeconds, "0 to 86,400, a day; 0 for never");
        Require(options.Threads >= 0, nameof(options.Threads), options.Threads, "at least 0; 0 takes one for each core");
        Require(options.BindingCapacity >= 1, nameof(options.BindingCapacity), options.BindingCapacity, "at least 1");
        Require(Enum.IsDefined(options.ArenaStrategy), nameof(options.ArenaStrategy), options.ArenaStrategy, $"one of {string.Join(", ", Enum.GetNames<ArenaStrategy>())}");
        Require(Enum.IsDefined(options.GraphOptimization), nameof(options.GraphOptimization), options.GraphOptimization, $"one of {string.Join(", ", Enum.GetNames<GraphOptimization>())}");
        Require(Enum.IsDefined(options.ThreadWaiting), nameof(options.ThreadWaiting), options.ThreadWaiting, $"one of {string.Join(", ", Enum.GetNames<ThreadWaiting>())}");
        return problems;
    }
}
