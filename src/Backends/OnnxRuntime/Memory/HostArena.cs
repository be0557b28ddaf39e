using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>
/// The arena in host memory that all sessions of the process take their intermediate results from. With an arena for each session, every stage of a
/// model would keep the most that it ever needed, although stages run one after another.
/// </summary>
internal static class HostArena
{
    private const int Doubling = 0;

    private static readonly Lock Gate = new();
    private static uint? _registered;

    /// <summary>
    /// Lets a session take its memory from the arena, which is made at the first use. Under another limit than the last session's an arena is made anew; the
    /// sessions before keep theirs.
    /// </summary>
    /// <param name="settings">Of the session that is opened next.</param>
    /// <param name="limit">The most bytes of the arena; none, and none of 4 GiB or more, which the managed API cannot say.</param>
    public static void Join(SessionOptions settings, long? limit)
    {
        var most = limit is { } bytes and <= uint.MaxValue ? (uint)bytes : 0;
        lock (Gate)
        {
            if (_registered != most)
            {
                using var memory = new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default);
                // With the runtime's own sizes of chunks. Doubling keeps less than growing by what is asked for, whose chunks of odd
                // sizes are of no use to the next stage: 559 against 1036 MB, and 1905 MB with an arena for each session, on nine blocks of FLUX's shape
                // with 2432 tokens of 256 channels.
                using var growth = new OrtArenaCfg(most, Doubling, -1, -1);
                if (_registered is not null)
                {
                    OrtEnv.Instance().UnregisterAllocator(memory);
                }

                OrtEnv.Instance().CreateAndRegisterAllocator(memory, growth);
                _registered = most;
            }
        }

        settings.AddSessionConfigEntry("session.use_env_allocators", "1");
    }

    /// <summary>Gives the arena's chunks that nothing uses back to the system.</summary>
    /// <param name="session">Any session that has joined, with one input <c>x</c> of one axis and the output <c>y</c>.</param>
    public static void Shrink(InferenceSession session)
    {
        using var run = new RunOptions();
        run.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
        using var x = OrtValue.CreateTensorValueFromMemory(new float[1], [1]);
        using var results = session.Run(run, ["x"], [x], ["y"]);
    }
}
