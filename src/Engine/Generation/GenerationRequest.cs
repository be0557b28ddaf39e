using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>What a generation starts from.</summary>
/// <param name="Steps">Sampler steps, 1 to 1,000.</param>
/// <param name="Samples">The samples of the batch, at least one.</param>
/// <param name="Guidance">
/// The scale g of classifier-free guidance, at least 0 and finite: output = u + g (c − u). At 1 the unconditional branch is not evaluated at all.
/// </param>
public sealed record GenerationRequest(int Steps, ImmutableArray<GenerationSample> Samples, float Guidance = 1)
{
    /// <summary>
    /// φ of guidance rescale (arXiv 2305.08891, section 3.4): the guided output is mixed with itself at the conditional output's standard deviation,
    /// output = φ · guided · std(c) / std(guided) + (1 − φ) · guided.
    /// </summary>
    /// <value>From 0, the default, which leaves the output as it is, to 1. Without guidance it has no effect.</value>
    public float GuidanceRescale { get; init; }

    /// <summary>The sampler step to begin with: image to image leaves out the steps before it.</summary>
    /// <value>From 0, the default, to below <see cref="Steps"/>. Above 0 every sample needs a <see cref="GenerationSample.Picture"/>.</value>
    public int FirstStep { get; init; }

    /// <summary>How many tokens of the picture the denoiser sees, for schedules that depend on the picture's size.</summary>
    /// <value>At least 1, or <see langword="null"/>, the default.</value>
    public int? ImageTokens { get; init; }

    /// <summary>What the sampler is asked for.</summary>
    public ScheduleRequest Schedule => new(Steps, FirstStep, ImageTokens);
}

/// <summary>One sample of a batch.</summary>
/// <param name="Noise">Standard normal noise to start from, row-major; as many numbers as the latent has elements.</param>
/// <param name="Conditional">Inputs of the denoiser with the prompt, by name.</param>
/// <param name="Unconditional">The same without the prompt; read where guidance is not 1.</param>
public sealed record GenerationSample(
    ReadOnlyMemory<float> Noise,
    IReadOnlyDictionary<string, InputValue> Conditional,
    IReadOnlyDictionary<string, InputValue>? Unconditional = null)
{
    /// <summary>Further passes of guidance, each added as scale · (c − pass); the samples of a request have the same number.</summary>
    /// <value>Empty by default.</value>
    public ImmutableArray<GuidancePass> FurtherPasses { get; init; } = [];

    /// <summary>
    /// The latent of a picture to start from, as many numbers as the latent has elements: the first latent is this picture with the noise of the first
    /// evaluation's level added.
    /// </summary>
    /// <value>Empty, the default, to start from noise alone.</value>
    public ReadOnlyMemory<float> Picture { get; init; }

    /// <summary>Whether the first latent is noise alone although there is a <see cref="Picture"/>, which then serves the <see cref="Mask"/> only.</summary>
    public bool StartsFromNoise { get; init; }

    /// <summary>
    /// Where a new picture is made, one number for each element of the latent: 1 makes it new, 0 keeps <see cref="Picture"/>, numbers between mix.
    /// What is kept is put back after each evaluation with the noise of the next level.
    /// </summary>
    /// <value>Empty, the default, to make all of it.</value>
    public ReadOnlyMemory<float> Mask { get; init; }

    /// <summary>
    /// Makes the source of fresh noise of one generation, so that a request gives the same each time it is generated. The source is asked once for each
    /// evaluation that adds noise, in order, on the generation's thread; it should not allocate.
    /// </summary>
    /// <value><see langword="null"/>, the default, where the sampler adds none.</value>
    public Func<NoiseDraw>? FreshNoise { get; init; }
}

/// <summary>Fills a span with standard normal noise.</summary>
/// <param name="destination">As many numbers as the latent has elements.</param>
public delegate void NoiseDraw(Span<float> destination);

/// <summary>A further pass of guidance.</summary>
/// <param name="Scale">s: the pass adds s · (c − pass) to the guided output; finite.</param>
/// <param name="Inputs">Inputs of the denoiser, by name.</param>
public sealed record GuidancePass(float Scale, IReadOnlyDictionary<string, InputValue> Inputs);

/// <summary>The value of an input: floating-point numbers or integers, row-major.</summary>
public readonly record struct InputValue
{
    private InputValue(ReadOnlyMemory<float> numbers, ReadOnlyMemory<long> integers, bool isInteger) =>
        (Numbers, Integers, IsInteger) = (numbers, integers, isInteger);

    /// <summary>The numbers, for a floating-point input.</summary>
    public ReadOnlyMemory<float> Numbers { get; }

    /// <summary>The integers, for an integer input.</summary>
    public ReadOnlyMemory<long> Integers { get; }

    /// <summary>Which of the two it is.</summary>
    public bool IsInteger { get; }

    /// <summary>A floating-point input.</summary>
    public static implicit operator InputValue(float[] numbers) => new(numbers, default, false);

    /// <summary>An integer input.</summary>
    public static implicit operator InputValue(long[] integers) => new(default, integers, true);
}
