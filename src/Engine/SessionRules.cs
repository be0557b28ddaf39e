namespace CachePolicies.Engine;

/// <summary>What a session accepts.</summary>
internal static class SessionRules
{
    /// <summary>Checks an evaluation before anything of it runs.</summary>
    public static void Check(
        DenoiserLayout layout, ReadOnlySpan<Lane> lanes, int count, in EvaluationInfo evaluation, ReadOnlySpan<FeatureTensor?> latents, ReadOnlySpan<FeatureTensor?> outputs)
    {
        if (latents.Length != lanes.Length || outputs.Length != lanes.Length)
        {
            throw new ArgumentException($"The session has {lanes.Length} lanes; given were {latents.Length} latents and room for {outputs.Length} outputs.");
        }

        if (evaluation.Count != count)
        {
            throw new ArgumentException($"The generation was started for {count} evaluations and is now told {evaluation.Count}; start a new session for another number of steps.", nameof(evaluation));
        }

        if (evaluation.Index < 0 || evaluation.Index >= count)
        {
            throw new ArgumentException($"Evaluation {evaluation.Index} does not exist: the generation was started for {count}, numbered from 0.", nameof(evaluation));
        }

        for (var i = 0; i < latents.Length; i++)
        {
            if (latents[i] is { } latent)
            {
                RequireMatch(latent, layout.Latent.Primary, "The latent");
                RequireNext(lanes[i], evaluation, count);
            }
        }
    }

    /// <summary>Checks that a lane has every input.</summary>
    public static void RequireInputs(DenoiserLayout layout, Lane lane)
    {
        for (var i = 0; i < layout.Inputs.Length; i++)
        {
            if (lane.Inputs.Given[i] is null)
            {
                throw new InvalidOperationException($"The input '{layout.Inputs[i].Name}' of '{layout.Name}' was not set for the lane of {lane.Info}; call SetInput before the first evaluation.");
            }
        }
    }

    /// <summary>The index of an input.</summary>
    public static int RequireInput(DenoiserLayout layout, string name)
    {
        for (var i = 0; i < layout.Inputs.Length; i++)
        {
            if (string.Equals(layout.Inputs[i].Name, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        throw new ArgumentException($"The model '{layout.Name}' has no input '{name}'. It has: {string.Join(", ", layout.Inputs.Select(i => i.Name))}.", nameof(name));
    }

    /// <summary>Checks the type and shape of what a caller gives.</summary>
    public static void RequireMatch(FeatureTensor value, TensorDescriptor expected, string what)
    {
        if (value.ElementType != expected.ElementType || !value.Shape.Equals(expected.Shape) || value.Rows != 1)
        {
            throw new ArgumentException($"{what} is {value}; expected is one row of {expected.ElementType} {expected.Shape}. Start a new session for another shape.");
        }
    }

    private static void RequireNext(Lane lane, in EvaluationInfo evaluation, int count)
    {
        if (evaluation.Index < lane.Next)
        {
            throw new ArgumentException(
                $"Evaluation {evaluation.Index} does not follow: for {lane.Info} expected is {lane.Next} to {count - 1}. Indices count evaluations of the denoiser and rise.", nameof(evaluation));
        }
    }
}
