namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>How ONNX Runtime runs a model: on which device, with what memory and threads.</summary>
public sealed class OnnxRuntimeOptions
{
    /// <summary>The execution providers in order of preference: the first that a probe session runs on is used.</summary>
    /// <value>
    /// <c>CPU</c>, <c>CUDA</c>, <c>TensorRT</c>, <c>WebGPU</c>, or any other that the ONNX Runtime build has. An empty list means <c>CPU</c>.
    /// A list with one name requires it; the CPU is never fallen back to unless it is named.
    /// </value>
    public IList<string> Providers { get; set; } = [];

    /// <summary>Which of several devices.</summary>
    /// <value>At least 0. The default is 0.</value>
    public int DeviceId { get; set; }

    /// <summary>The most bytes of features that the backend keeps, live and pooled together; also the limit of the arena of intermediate results.</summary>
    /// <value>
    /// At least 1; <see langword="null"/>, the default, for no limit. The arena in host memory is the process's: of backends with different limits each has one
    /// of its own, and from 4 GiB on it has none. A stage that asks for more fails with a <see cref="BackendFailedException"/>.
    /// </value>
    public long? MemoryLimit { get; set; }

    /// <summary>After how many seconds without a tensor being rented the memory of idle tensors, and on the CPU of the arena, goes back to the system.</summary>
    /// <value>0 to 86,400, a day; 0 for never. The default is 60.</value>
    public int TrimAfterIdleSeconds { get; set; } = 60;

    /// <summary>How the arena of a device grows.</summary>
    /// <value>The default is <see cref="ArenaStrategy.SameAsRequested"/>, which keeps the least in reserve.</value>
    public ArenaStrategy ArenaStrategy { get; set; } = ArenaStrategy.SameAsRequested;

    /// <summary>Where TensorRT keeps the engines that it builds, so that only the first start is slow.</summary>
    /// <value>A folder that can be written; <see langword="null"/>, the default, to build them at each start.</value>
    public string? TensorRtCacheFolder { get; set; }

    /// <summary>Whether CUDA captures each stage as a graph for each set of buffers, which saves launches on small stages.</summary>
    /// <value>The default is <see langword="false"/>. Needs stages without control flow that run wholly on CUDA.</value>
    public bool CudaGraphs { get; set; }

    /// <summary>How far ONNX Runtime rewrites a stage's graph.</summary>
    /// <value>The default is <see cref="GraphOptimization.All"/>.</value>
    public GraphOptimization GraphOptimization { get; set; } = GraphOptimization.All;

    /// <summary>Threads that share the work of one operator on the CPU, the calling one included.</summary>
    /// <value>
    /// At least 0; 0, the default, is one for each core, which all sessions of the process share where they sleep while they wait. With another number, and
    /// where they spin, each stage has threads of its own.
    /// </value>
    public int Threads { get; set; }

    /// <summary>What the CPU's helper threads do while they wait for work.</summary>
    /// <value>The default is <see cref="ThreadWaiting.Sleep"/>.</value>
    /// <remarks>
    /// Threads that spin win a little on a machine of their own, and lose ten times and more as soon as something else wants the cores: the sample
    /// model with two threads on two crowded cores took 11 ms a step asleep and 126 ms spinning.
    /// </remarks>
    public ThreadWaiting ThreadWaiting { get; set; } = ThreadWaiting.Sleep;

    /// <summary>Whether ONNX Runtime plans the memory of intermediate results once for each shape.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool MemoryPattern { get; set; } = true;

    /// <summary>The most sets of buffers that each stage and operation keeps prebuilt bindings for.</summary>
    /// <value>At least 1. The default is 512; a miss costs some microseconds and some hundred bytes.</value>
    public int BindingCapacity { get; set; } = 512;

    /// <summary>Where ONNX Runtime writes a profile of every session, as a prefix of file names.</summary>
    /// <value><see langword="null"/>, the default, for none.</value>
    public string? ProfilePrefix { get; set; }

    /// <summary>Further options of each provider, as its own documentation names them: provider, option, value.</summary>
    public IDictionary<string, Dictionary<string, string>> ProviderOptions { get; init; } =
        new Dictionary<string, Dictionary<string, string>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is wrong with the settings: a sentence for each, with the value and what was expected; empty where all is well. Whether a provider is there is asked when the backend is opened.</summary>
    public IReadOnlyList<string> Validate() => OptionRules.ProblemsOf(this);
}

/// <summary>How the arena of a device grows.</summary>
public enum ArenaStrategy
{
    /// <summary>By the bytes that are asked for.</summary>
    SameAsRequested,

    /// <summary>By powers of two: fewer allocations, more reserve.</summary>
    NextPowerOfTwo,
}

/// <summary>How far ONNX Runtime rewrites a graph.</summary>
public enum GraphOptimization
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>What keeps every result as it is: constants folded, dead nodes removed.</summary>
    Basic,

    /// <summary>Also fused operators.</summary>
    Extended,

    /// <summary>Also data layouts that suit the processor.</summary>
    All,
}

/// <summary>What the CPU's helper threads do while they wait for work.</summary>
public enum ThreadWaiting
{
    /// <summary>They sleep: cheapest for the machine, slowest to start.</summary>
    Sleep,

    /// <summary>They spin while a stage runs and sleep between stages, so that one stage's threads do not disturb the next one's.</summary>
    SpinDuringRun,

    /// <summary>They spin for a while after each stage too: fastest where a single session runs, slowest where several take turns.</summary>
    Spin,
}
