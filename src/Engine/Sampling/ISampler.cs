using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>
/// A deterministic sampler: turns a number of steps into the evaluations of the denoiser and, for each, the linear update that follows it.
/// Every explicit solver without noise has that form, multistep and second-order ones among them, so the update runs on the device as one kernel.
/// </summary>
public interface ISampler
{
    /// <summary>The name in configuration and manifests.</summary>
    string Name { get; }

    /// <summary>The evaluations for so many steps.</summary>
    /// <param name="steps">From 1 to 1,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is out of range.</exception>
    SamplingSchedule CreateSchedule(int steps);
}

/// <summary>The evaluations of a generation.</summary>
public sealed class SamplingSchedule
{
    /// <summary>The most steps that a generation can have.</summary>
    public const int MaximumSteps = 1000;

    /// <summary>Creates a schedule.</summary>
    /// <param name="steps">The sampler steps.</param>
    /// <param name="evaluations">The evaluations, at least one.</param>
    /// <exception cref="ArgumentException">There is no evaluation, or one reads outputs from before the first.</exception>
    public SamplingSchedule(int steps, ImmutableArray<SamplingEvaluation> evaluations)
    {
        if (evaluations.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A schedule has at least one evaluation.", nameof(evaluations));
        }

        for (var i = 0; i < evaluations.Length; i++)
        {
            var weights = evaluations[i].Update.OutputWeights.Length;
            if (weights < 1 || weights > i + 1)
            {
                throw new ArgumentException($"Evaluation {i} reads {weights} outputs; it can read 1 to {i + 1}.", nameof(evaluations));
            }
        }

        Steps = steps;
        Evaluations = evaluations;
        OutputHistory = evaluations.Max(e => e.Update.OutputWeights.Length);
    }

    /// <summary>The sampler steps.</summary>
    public int Steps { get; }

    /// <summary>The evaluations of the denoiser, in order.</summary>
    public ImmutableArray<SamplingEvaluation> Evaluations { get; }

    /// <summary>How many outputs an update reads at the most.</summary>
    public int OutputHistory { get; }

    /// <summary>The evaluation at an index, as the denoiser is told.</summary>
    public EvaluationInfo InfoAt(int index) => new(index, Evaluations.Length, Evaluations[index].Timestep, Evaluations[index].Sigma);

    internal static int CheckSteps(int steps) => steps is >= 1 and <= MaximumSteps
        ? steps
        : throw new ArgumentOutOfRangeException(nameof(steps), steps, $"The number of steps is from 1 to {MaximumSteps}.");
}

/// <summary>An evaluation of the denoiser and what follows it.</summary>
/// <param name="Step">The sampler step that it belongs to, from 0.</param>
/// <param name="Timestep">What the model is told.</param>
/// <param name="Sigma">The noise level.</param>
/// <param name="Update">How the latent goes on.</param>
public readonly record struct SamplingEvaluation(int Step, float Timestep, float Sigma, SamplerUpdate Update);

/// <summary>z := latentWeight · z + Σ_j outputWeights[j] · output of the j-th last evaluation.</summary>
/// <param name="LatentWeight">The weight of the latent.</param>
/// <param name="OutputWeights">The weights of the outputs, this evaluation's first.</param>
public sealed record SamplerUpdate(float LatentWeight, ImmutableArray<float> OutputWeights);
