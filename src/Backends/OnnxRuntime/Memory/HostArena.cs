using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>
/// The arena in host memory that all sessions of the process take their intermediate results from. With an arena for each session, every stage of a
/// model would keep the most that it ever needed, although stages run one after another.
/// </summary>
/// <remarks>
/// How it grows is chosen by measurement: <c>dotnet run -c Release --project bench -- pipeline</c> compares the ways.
/// </remarks>
internal static class HostArena
{
    /// <summary>The setting of the process (in <c>runtimeconfig.json</c>, or <see cref="AppContext.SetData"/> before the first session) that chooses another growth: a name of <see cref="HostArenaGrowth"/>.</summary>
    public const string GrowthSetting = "CachePolicies.OnnxRuntime.HostArenaGrowth";

    // A session takes the arena that is registered at the moment it is opened: while one opens, no other arena may take that place.
    private static readonly ReaderWriterLockSlim Openings = new();
    private static uint? _registered;

    private static HostArenaGrowth Growth { get; } =
        Enum.TryParse<HostArenaGrowth>(AppContext.GetData(GrowthSetting) as string, ignoreCase: true, out var growth) && Enum.IsDefined(growth) ? growth : HostArenaGrowth.Doubling;

    /// <summary>
    /// Opens a session that takes its memory from the arena, which is made at the first use. A session whose limit differs from the last one's gets a new
    /// arena; the sessions before keep theirs. Sessions of one limit open side by side.
    /// </summary>
    /// <param name="settings">What the session is opened with.</param>
    /// <param name="limit">The most bytes of the arena; none, and none of 4 GiB or more, which the managed API cannot say.</param>
    /// <param name="open">Opens the session.</param>
    public static InferenceSession Open(SessionOptions settings, long? limit, Func<SessionOptions, InferenceSession> open)
    {
        if (Growth == HostArenaGrowth.PerSession)
        {
            return open(settings);
        }

        settings.AddSessionConfigEntry("session.use_env_allocators", "1");
        var most = limit is { } bytes and <= uint.MaxValue ? (uint)bytes : 0;
        return TryOpenInRegistered(settings, most, open) ?? OpenInNew(settings, most, open);
    }

    private static InferenceSession? TryOpenInRegistered(SessionOptions settings, uint most, Func<SessionOptions, InferenceSession> open)
    {
        Openings.EnterReadLock();
        try
        {
            return _registered == most ? open(settings) : null;
        }
        finally
        {
            Openings.ExitReadLock();
        }
    }

    private static InferenceSession OpenInNew(SessionOptions settings, uint most, Func<SessionOptions, InferenceSession> open)
    {
        Openings.EnterWriteLock();
        try
        {
            Register(most);
            return open(settings);
        }
        finally
        {
            Openings.ExitWriteLock();
        }
    }

    private static void Register(uint most)
    {
        if (_registered == most)
        {
            return;
        }

        using var memory = new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default);
        // With the runtime's own sizes of chunks.
        using var growth = new OrtArenaCfg(most, (int)Growth, -1, -1);
        if (_registered is not null)
        {
            OrtEnv.Instance().UnregisterAllocator(memory);
            _registered = null;
        }

        OrtEnv.Instance().CreateAndRegisterAllocator(memory, growth);
        _registered = most;
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

/// <summary>How the arena in host memory grows; the numbers are the runtime's.</summary>
internal enum HostArenaGrowth
{
    /// <summary>One arena, each chunk twice as large as the one before.</summary>
    Doubling = 0,

    /// <summary>One arena, each chunk as large as what is asked for.</summary>
    AsRequested = 1,

    /// <summary>An arena for each session, as the runtime has it by itself.</summary>
    PerSession = -1,
}
