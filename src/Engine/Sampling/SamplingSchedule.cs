using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>The evaluations of a generation.</summary>
public sealed class SamplingSchedule
{
    /// <summary>The most steps that a generation can have.</summary>
    public const int MaximumSteps = 1000;

    /// <summary>Creates a schedule.</summary>
    /// <param name="steps">The sampler steps.</param>
    /// <param name="evaluations">The evaluations, at least one.</param>
    /// <param name="initialScale">
    /// What standard normal noise is multiplied by to be the first latent, in the scale that the model is told; finite and above 0.
    /// </param>
    /// <exception cref="ArgumentException">There is no evaluation, or one reads what no earlier one kept.</exception>
    public SamplingSchedule(int steps, ImmutableArray<SamplingEvaluation> evaluations, float initialScale = 1)
    {
        if (evaluations.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A schedule has at least one evaluation.", nameof(evaluations));
        }

        if (!float.IsFinite(initialScale) || initialScale <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(initialScale), initialScale, "Expected a finite number above 0.");
        }

        var (kept, anchored) = (0, false);
        for (var i = 0; i < evaluations.Length; i++)
        {
            var update = evaluations[i].Update;
            var read = Math.Max(update.EstimateWeights.Length, update.Anchor?.EstimateWeights.Length ?? 0);
            if (read > kept + 1)
            {
                throw new ArgumentException($"Evaluation {i} reads {read} estimates; it can read up to {kept + 1}.", nameof(evaluations));
            }

            if (!anchored && (update.AnchorWeight != 0 || update.Anchor is { AnchorWeight: not 0 }))
            {
                throw new ArgumentException($"Evaluation {i} reads the anchor, which no earlier evaluation has set.", nameof(evaluations));
            }

            kept += update.KeepsEstimate ? 1 : 0;
            anchored |= update.Anchor is not null;
        }

        Steps = steps;
        Evaluations = evaluations;
        InitialScale = initialScale;
    }

    /// <summary>The sampler steps.</summary>
    public int Steps { get; }

    /// <summary>The evaluations of the denoiser, in order.</summary>
    public ImmutableArray<SamplingEvaluation> Evaluations { get; }

    /// <summary>What standard normal noise is multiplied by to be the first latent, in the scale that the model is told.</summary>
    public float InitialScale { get; }

    /// <summary>How many estimates an update reads at the most, its own among them.</summary>
    public int EstimateHistory => Evaluations.Max(e => Math.Max(e.Update.EstimateWeights.Length, e.Update.Anchor?.EstimateWeights.Length ?? 0));

    /// <summary>Whether an update draws fresh noise.</summary>
    public bool DrawsNoise => Evaluations.Any(e => e.Update.NoiseWeight != 0);

    /// <summary>The evaluation at an index, as the denoiser is told.</summary>
    public EvaluationInfo InfoAt(int index) => new(index, Evaluations.Length, Evaluations[index].Timestep, Evaluations[index].Sigma)
    {
        NextSigma = index + 1 < Evaluations.Length ? Evaluations[index + 1].Sigma : 0,
        Clean = Evaluations[index].Clean,
    };
}

/// <summary>
/// An evaluation of the denoiser and what follows it. The latent that the denoiser is given is <c>Signal · data + Sigma · noise</c>, in the scale that
/// the model was trained on.
/// </summary>
/// <param name="Step">The sampler step that it belongs to, from 0.</param>
/// <param name="Timestep">What the model is told.</param>
/// <param name="Sigma">The noise level: σ of flow matching, √(1 − ᾱ) for models that predict noise, velocity or data.</param>
/// <param name="Update">How the latent goes on.</param>
public readonly record struct SamplingEvaluation(int Step, float Timestep, float Sigma, SamplerUpdate Update)
{
    /// <summary>The weight of the data in the latent: √ᾱ, or 1 − σ in flow matching, which is the default.</summary>
    public float Signal { get; init; } = 1 - Sigma;

    /// <summary>How the clean picture is estimated from the latent and the output; z − σ · v, as in flow matching, by default.</summary>
    public CleanEstimate Clean { get; init; } = new(1, -Sigma);
}
