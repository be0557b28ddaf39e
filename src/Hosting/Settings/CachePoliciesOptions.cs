using CachePolicies.Engine;
using CachePolicies.Policies;

namespace CachePolicies.Hosting;

/// <summary>Settings beside those of the policies, in the section <c>CachePolicies</c>. They follow a changed file from the next generation on.</summary>
public sealed class CachePoliciesOptions
{
    /// <summary>The section of configuration: the settings here, and a section for each policy.</summary>
    public const string SectionName = "CachePolicies";

    internal const string OnnxRuntime = "OnnxRuntime";

    /// <summary>What the section may hold that is nobody's setting: the editor's schema.</summary>
    internal const string Schema = "$schema";

    /// <summary>The policy that is used where a request names none.</summary>
    /// <value>A registered name. The default is <see langword="null"/>: the policy that was registered first.</value>
    public string? DefaultPolicy { get; set; }

    /// <summary>How many generations run at once; the others wait in the order in which they came.</summary>
    /// <value>At least 1. The default is 1. Where it is more, generations share stage runs (<see cref="MaximumSharedRows"/>).</value>
    public int MaximumConcurrentGenerations { get; set; } = 1;

    /// <summary>How many lanes (a picture in one guidance branch), of whichever generation and step, a stage computes in one run.</summary>
    /// <value>
    /// 1 to 1,024; <see langword="null"/> to run each generation for itself, which makes them slow each other down. The default is 8. Read where
    /// <see cref="MaximumConcurrentGenerations"/> is above 1.
    /// </value>
    public int? MaximumSharedRows { get; set; } = 8;

    /// <summary>How long a lane may be passed over in favour of fuller runs.</summary>
    /// <value>Above 0. The default is 50 ms.</value>
    public TimeSpan MaximumSharedWait { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How many stage runs are under way at once where generations share them.</summary>
    /// <value>1 to 64. The default is 1: a GPU is busy with one run. On a CPU, as many runs as cores with one thread each can be faster.</value>
    public int ParallelRuns { get; set; } = 1;

    /// <summary>How many generations may wait; more are refused at once.</summary>
    /// <value>At least 0; <see langword="null"/> for no limit. The default is 100.</value>
    public int? MaximumQueuedGenerations { get; set; } = 100;

    /// <summary>How long a generation may wait for its turn; then it is refused.</summary>
    /// <value>Above 0; <see langword="null"/> for no limit. The default is five minutes.</value>
    public TimeSpan? MaximumQueueTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest prompt, and the longest negative prompt, that a request may bring.</summary>
    /// <value>At least 1, in characters; <see langword="null"/>, the default, for what the model takes (at most 16,384).</value>
    public int? MaximumPromptLength { get; set; }

    /// <summary>The most sampler steps that a request may ask for.</summary>
    /// <value>At least 1; <see langword="null"/>, the default, for 1,000.</value>
    public int? MaximumSteps { get; set; }

    /// <summary>The strongest guidance that a request may ask for, embedded or true.</summary>
    /// <value>Finite, at least 0; <see langword="null"/>, the default, for any.</value>
    public float? MaximumGuidance { get; set; }

    /// <summary>The most pixels per picture that a request may ask for.</summary>
    /// <value>At least 1; <see langword="null"/>, the default, for what the model draws.</value>
    public int? MaximumPixels { get; set; }

    /// <summary>The most pictures that a request may ask for.</summary>
    /// <value>At least 1; <see langword="null"/>, the default, for 64.</value>
    public int? MaximumImageCount { get; set; }

    /// <summary>What a picture is to reach where its request names neither a target nor a policy.</summary>
    /// <value><c>40 dB</c>, <c>0.99 SSIM</c> or <c>3x</c>; it needs <see cref="MeasuredFile"/>. <see langword="null"/>, the default, for none.</value>
    public string? Target { get; set; }

    /// <summary>The measured settings that targets are served from.</summary>
    /// <value>The path of what <c>cachepolicies tune --measured</c> wrote for the model. The default is <see langword="null"/>: targets are refused.</value>
    public string? MeasuredFile { get; set; }

    /// <summary>The options with the values that they take.</summary>
    internal static OptionSet<CachePoliciesOptions> Set { get; } = OptionSet.Of<CachePoliciesOptions>()
        .With(nameof(DefaultPolicy), OptionTypes.Text("the name of a registered policy"), static o => o.DefaultPolicy, static (o, v) => o.DefaultPolicy = v)
        .With(nameof(MaximumConcurrentGenerations), OptionTypes.AtLeast(1), static o => o.MaximumConcurrentGenerations, static (o, v) => o.MaximumConcurrentGenerations = v)
        .With(nameof(MaximumSharedRows), OptionTypes.OrNull(OptionTypes.Between(1, StageSchedulerOptions.RowLimit)), static o => o.MaximumSharedRows, static (o, v) => o.MaximumSharedRows = v)
        .With(nameof(MaximumSharedWait), OptionTypes.Duration, static o => o.MaximumSharedWait, static (o, v) => o.MaximumSharedWait = v)
        .With(nameof(ParallelRuns), OptionTypes.Between(1, StageSchedulerOptions.ParallelLimit), static o => o.ParallelRuns, static (o, v) => o.ParallelRuns = v)
        .With(nameof(MaximumQueuedGenerations), OptionTypes.OrNull(OptionTypes.AtLeast(0)), static o => o.MaximumQueuedGenerations, static (o, v) => o.MaximumQueuedGenerations = v)
        .With(nameof(MaximumQueueTime), OptionTypes.OrNull(OptionTypes.Duration), static o => o.MaximumQueueTime, static (o, v) => o.MaximumQueueTime = v)
        .With(nameof(MaximumPromptLength), OptionTypes.OrNull(OptionTypes.AtLeast(1)), static o => o.MaximumPromptLength, static (o, v) => o.MaximumPromptLength = v)
        .With(nameof(MaximumSteps), OptionTypes.OrNull(OptionTypes.AtLeast(1)), static o => o.MaximumSteps, static (o, v) => o.MaximumSteps = v)
        .With(nameof(MaximumGuidance), OptionTypes.OrNull(OptionTypes.FiniteAtLeast(0)), static o => o.MaximumGuidance, static (o, v) => o.MaximumGuidance = v)
        .With(nameof(MaximumPixels), OptionTypes.OrNull(OptionTypes.AtLeast(1)), static o => o.MaximumPixels, static (o, v) => o.MaximumPixels = v)
        .With(nameof(MaximumImageCount), OptionTypes.OrNull(OptionTypes.AtLeast(1)), static o => o.MaximumImageCount, static (o, v) => o.MaximumImageCount = v)
        .With(nameof(Target), GenerationTarget.OptionType, static o => o.Target, static (o, v) => o.Target = v)
        .With(nameof(MeasuredFile), OptionTypes.File("the path of a file that 'cachepolicies tune --measured' wrote"), static o => o.MeasuredFile, static (o, v) => o.MeasuredFile = v);

    /// <summary>Whether a name in the section means something else than a policy.</summary>
    internal static bool IsReserved(string name) =>
        Set.Find(name) is not null || name.Equals(OnnxRuntime, StringComparison.OrdinalIgnoreCase) || name.Equals(Schema, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the settings of a section whose other parts are those of policies and of the ONNX Runtime backend.</summary>
    internal static void Read(SettingsReader reader, CachePoliciesOptions options, IEnumerable<string> policies)
    {
        reader.Skip([.. policies, OnnxRuntime, Schema]);
        reader.Read(Set, options);
    }
}
