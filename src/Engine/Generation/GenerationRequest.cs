using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>What a generation starts from.</summary>
/// <param name="Steps">Sampler steps, 1 to 1,000.</param>
/// <param name="Samples">The samples of the batch, at least one.</param>
/// <param name="Guidance">
/// The scale g of classifier-free guidance, at least 0 and finite: output = u + g (c − u). At 1 the unconditional branch is not evaluated at all.
/// </param>
public sealed record GenerationRequest(int Steps, ImmutableArray<GenerationSample> Samples, float Guidance = 1);

/// <summary>One sample of a batch.</summary>
/// <param name="Noise">The latent to start from, row-major; as many numbers as the latent has elements.</param>
/// <param name="Conditional">Inputs of the denoiser with the prompt, by name.</param>
/// <param name="Unconditional">The same without the prompt; read where guidance is not 1.</param>
public sealed record GenerationSample(
    ReadOnlyMemory<float> Noise,
    IReadOnlyDictionary<string, InputValue> Conditional,
    IReadOnlyDictionary<string, InputValue>? Unconditional = null);

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
