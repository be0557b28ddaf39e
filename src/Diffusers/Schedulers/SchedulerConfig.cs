using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using CachePolicies.Engine;
using CachePolicies.Files;

namespace CachePolicies.Diffusers;

/// <summary>
/// Reads <c>scheduler_config.json</c>, as diffusers saves it, into a sampler. An option that the file does not have takes the default of the scheduler's
/// class; one that is not implemented is refused by name.
/// </summary>
public static class SchedulerConfig
{
    private const int MaximumBytes = 4 * 1024 * 1024;

    private static readonly JsonDocumentOptions Reading = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 16 };

    private static readonly FrozenDictionary<string, Func<SchedulerSettings, SchedulerContext, ISampler>> Samplers =
        new Dictionary<string, Func<SchedulerSettings, SchedulerContext, ISampler>>(StringComparer.Ordinal)
        {
            ["DDIMScheduler"] = DiffusionSchedulers.Ddim,
            ["DPMSolverMultistepScheduler"] = MultistepSchedulers.DpmSolver,
            ["EulerAncestralDiscreteScheduler"] = DiffusionSchedulers.EulerAncestral,
            ["EulerDiscreteScheduler"] = DiffusionSchedulers.Euler,
            ["FlowMatchEulerDiscreteScheduler"] = FlowSchedulers.Euler,
            ["FlowMatchHeunDiscreteScheduler"] = FlowSchedulers.Heun,
            ["HeunDiscreteScheduler"] = DiffusionSchedulers.Heun,
            ["LCMScheduler"] = DiffusionSchedulers.Lcm,
            ["PNDMScheduler"] = DiffusionSchedulers.Pndm,
            ["UniPCMultistepScheduler"] = MultistepSchedulers.UniPc,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Other names of the same schedulers that files have.</summary>
    private static readonly FrozenDictionary<string, string> Aliases = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["DDIMParallelScheduler"] = "DDIMScheduler",
        ["FlaxDDIMScheduler"] = "DDIMScheduler",
        ["FlaxDPMSolverMultistepScheduler"] = "DPMSolverMultistepScheduler",
        ["FlaxEulerDiscreteScheduler"] = "EulerDiscreteScheduler",
        ["FlaxPNDMScheduler"] = "PNDMScheduler",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The classes of schedulers that can be read.</summary>
    public static IReadOnlyList<string> Classes { get; } = [.. Samplers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="context">What the pipeline adds; the defaults otherwise.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or asks for what is not implemented; the message says what.</exception>
    public static ISampler Read(string path, SchedulerContext? context = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Parse(RegularFile.ReadAllBytes(path, MaximumBytes), path, context);
    }

    /// <summary>Reads the text of a file.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="name">How the file is called in messages.</param>
    /// <param name="context">What the pipeline adds; the defaults otherwise.</param>
    /// <exception cref="InvalidDataException">The text is damaged, or asks for what is not implemented; the message says what.</exception>
    public static ISampler Parse(ReadOnlySpan<byte> json, string name, SchedulerContext? context = null)
    {
        try
        {
            using var document = JsonFile.Parse(Encoding.UTF8.GetBytes(NonFiniteNumbers.Quote(Encoding.UTF8.GetString(json).TrimStart('\uFEFF'))), Reading);
            return Create(document.RootElement, name, context ?? new SchedulerContext());
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"The scheduler '{name}' is not JSON: {damaged.Message}", damaged);
        }
    }

    private static ISampler Create(JsonElement root, string name, SchedulerContext context)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"The scheduler '{name}' is not a JSON object.");
        }

        if (!root.TryGetProperty("_class_name", out var named) || named.ValueKind != JsonValueKind.String)
        {
            throw new InvalidDataException($"The scheduler '{name}' has no '_class_name', which says what kind of scheduler it is; expected one of {string.Join(", ", Classes)}.");
        }

        var className = named.GetString()!;
        if (!Samplers.TryGetValue(Aliases.GetValueOrDefault(className, className), out var create))
        {
            throw new InvalidDataException($"The scheduler '{name}' is of the class '{Excerpt.Of(className)}', which is not supported; supported are {string.Join(", ", Classes)}.");
        }

        var settings = new SchedulerSettings(name, className, root);
        RequireKind(settings, root, context);
        try
        {
            var sampler = create(settings, context);
            settings.RefuseUnknown();
            return sampler;
        }
        catch (ArgumentException refused)
        {
            throw settings.Refusal(refused.Message, refused);
        }
    }

    /// <summary>Refuses a scheduler of flow matching for a model that predicts noise, and the other way round: the picture would be noise.</summary>
    private static void RequireKind(SchedulerSettings settings, JsonElement root, SchedulerContext context)
    {
        var isFlow = settings.Class.StartsWith("FlowMatch", StringComparison.Ordinal)
            || (root.TryGetProperty("prediction_type", out var prediction) && prediction.ValueKind == JsonValueKind.String && prediction.GetString() == "flow_prediction");
        if (context.IsFlow is { } wanted && wanted != isFlow)
        {
            throw settings.Refusal(wanted
                ? "it is for models that predict noise, and this one predicts the velocity of flow matching; use FlowMatchEulerDiscreteScheduler, or DPMSolverMultistepScheduler or UniPCMultistepScheduler with prediction_type flow_prediction"
                : "it is for flow matching, and this model does not predict a velocity of that kind; use the model's own scheduler, or EulerDiscreteScheduler, DDIMScheduler or DPMSolverMultistepScheduler");
        }
    }
}
