namespace CachePolicies.Engine;

/// <summary>Whether a request fits a model.</summary>
internal static class GenerationRules
{
    public static void Check(DenoiserLayout layout, GenerationRequest request, SamplingSchedule schedule, ISampler sampler)
    {
        if (!float.IsFinite(request.Guidance) || request.Guidance < 0)
        {
            throw new ArgumentException($"Guidance is {request.Guidance}; it must be finite and at least 0.", nameof(request));
        }

        if (!(request.GuidanceRescale is >= 0 and <= 1))
        {
            throw new ArgumentException($"GuidanceRescale is {request.GuidanceRescale}; expected 0 to 1.", nameof(request));
        }

        if (request.Samples.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A generation has at least one sample.", nameof(request));
        }

        for (var i = 0; i < request.Samples.Length; i++)
        {
            var sample = request.Samples[i];
            CheckLatents(layout, request, sample, i);
            if (schedule.DrawsNoise && sample.FreshNoise is null)
            {
                throw new ArgumentException($"The sampler '{sampler.Name}' adds noise at each step; give sample {i} {nameof(GenerationSample.FreshNoise)}.", nameof(request));
            }

            CheckPasses(request, sample, i);
            CheckInputs(layout, sample.Conditional, $"of sample {i} with the prompt");
            if (request.Guidance != 1)
            {
                CheckInputs(
                    layout,
                    sample.Unconditional ?? throw new ArgumentException($"Guidance is {request.Guidance}, which needs the inputs of the unconditional branch; give them or use 1.", nameof(request)),
                    $"of sample {i} without the prompt");
            }

            for (var k = 0; k < sample.FurtherPasses.Length; k++)
            {
                CheckInputs(layout, sample.FurtherPasses[k].Inputs, $"of sample {i} in its further pass {k}");
            }
        }
    }

    private static void CheckLatents(DenoiserLayout layout, GenerationRequest request, GenerationSample sample, int i)
    {
        var latent = layout.Latent.Primary;
        void Require(ReadOnlyMemory<float> numbers, string what)
        {
            if (numbers.Length != latent.Shape.ElementCount)
            {
                throw new ArgumentException($"The {what} of sample {i} has {numbers.Length} numbers; the latent {latent} needs {latent.Shape.ElementCount}.", nameof(request));
            }
        }

        Require(sample.Noise, "noise");
        if (!sample.Picture.IsEmpty)
        {
            Require(sample.Picture, "picture");
        }
        else if (request.FirstStep > 0 || !sample.Mask.IsEmpty)
        {
            throw new ArgumentException(
                request.FirstStep > 0
                    ? $"The generation begins at step {request.FirstStep}, so sample {i} needs a picture to start from."
                    : $"Sample {i} has a mask and no picture whose rest it keeps.",
                nameof(request));
        }

        if (!sample.Mask.IsEmpty)
        {
            Require(sample.Mask, "mask");
        }
    }

    private static void CheckPasses(GenerationRequest request, GenerationSample sample, int i)
    {
        var first = request.Samples[0].FurtherPasses;
        if (sample.FurtherPasses.IsDefault || sample.FurtherPasses.Length != first.Length)
        {
            throw new ArgumentException($"Sample {i} has another number of further guidance passes than sample 0.", nameof(request));
        }

        for (var k = 0; k < first.Length; k++)
        {
            var scale = sample.FurtherPasses[k].Scale;
            if (!float.IsFinite(scale) || scale != first[k].Scale)
            {
                throw new ArgumentException($"The scale of the further pass {k} of sample {i} is {scale}; expected a finite number, the same for all samples.", nameof(request));
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
