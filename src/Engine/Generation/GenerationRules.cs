namespace CachePolicies.Engine;

/// <summary>Whether a request fits a model.</summary>
internal static class GenerationRules
{
    public static void Check(DenoiserLayout layout, GenerationRequest request)
    {
        if (!float.IsFinite(request.Guidance) || request.Guidance < 0)
        {
            throw new ArgumentException($"Guidance is {request.Guidance}; it must be finite and at least 0.", nameof(request));
        }

        if (request.Samples.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A generation has at least one sample.", nameof(request));
        }

        for (var i = 0; i < request.Samples.Length; i++)
        {
            var sample = request.Samples[i];
            if (sample.Noise.Length != layout.Latent.Primary.Shape.ElementCount)
            {
                throw new ArgumentException($"The noise of sample {i} has {sample.Noise.Length} numbers; the latent {layout.Latent.Primary} needs {layout.Latent.Primary.Shape.ElementCount}.", nameof(request));
            }

            CheckInputs(layout, sample.Conditional, $"of sample {i} with the prompt");
            if (request.Guidance != 1)
            {
                CheckInputs(
                    layout,
                    sample.Unconditional ?? throw new ArgumentException($"Guidance is {request.Guidance}, which needs the inputs of the unconditional branch; give them or use 1.", nameof(request)),
                    $"of sample {i} without the prompt");
            }
        }
    }

    private static void CheckInputs(DenoiserLayout layout, IReadOnlyDictionary<string, InputValue> values, string branch)
    {
        foreach (var input in layout.Inputs)
        {
            var filledByEngine = input.Name is DenoiserLayout.TimestepInput or DenoiserLayout.SigmaInput;
            if (!values.TryGetValue(input.Name, out var value))
            {
                if (!filledByEngine)
                {
                    throw new ArgumentException($"The input '{input.Name}' of '{layout.Name}' is missing in the branch {branch}.");
                }

                continue;
            }

            var given = value.IsInteger ? value.Integers.Length : value.Numbers.Length;
            if (filledByEngine || value.IsInteger == input.ElementType.IsFloatingPoint() || given != input.Shape.ElementCount)
            {
                throw new ArgumentException(filledByEngine
                    ? $"The input '{input.Name}' is filled by the engine at each evaluation; do not give it."
                    : $"The input '{input.Name}' {branch} has {given} {(value.IsInteger ? "integers" : "floating-point numbers")}; '{layout.Name}' needs {input}.");
            }
        }

        foreach (var name in values.Keys)
        {
            if (!layout.Inputs.Any(i => i.Name == name))
            {
                throw new ArgumentException($"'{name}' is not an input of '{layout.Name}'. It has: {string.Join(", ", layout.Inputs.Select(i => i.Name))}.");
            }
        }
    }
}
