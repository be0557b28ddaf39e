namespace CachePolicies;

/// <summary>What a plan may declare on a layout.</summary>
internal static class PlanRules
{
    public static Measurement Resolve(DenoiserLayout layout, MeasurementKey key, MeasurementSubject subject, ISimilarityEstimator estimator, ReferenceUpdate moves)
    {
        var boundary = layout.Require(subject.Boundary);
        if (subject.Signal is { } signal)
        {
            var index = boundary.IndexOf(signal);
            if (index < 0)
            {
                throw new CachePlanException(
                    $"The model '{layout.Name}' has no signal '{boundary.Name}/{signal}', which the measurement '{key}' reads. " +
                    $"At '{boundary.Name}' it has: {string.Join(", ", boundary.Tensors.Select(t => t.Name))}. " +
                    $"Split the model with that signal ('cachepolicies split MODEL.onnx --signal {boundary.Name}/{signal}=TENSOR').");
            }

            return boundary.Tensors[index].Kind == TensorKind.Signal
                ? new Measurement(key, subject, estimator, moves, boundary.Index, null, index)
                : throw new CachePlanException(
                    $"The measurement '{key}' reads '{boundary.Name}/{signal}' of '{layout.Name}' as a signal, but it is {NameOf(boundary.Tensors[index].Kind)}. " +
                    $"Measure the image tokens at '{boundary.Name}' as state, or split the model with a signal of another name.");
        }

        if (subject.ResidualBase is not { } from)
        {
            return new Measurement(key, subject, estimator, moves, boundary.Index, null, boundary.PrimaryIndex);
        }

        var start = layout.Require(from);
        if (start.Index >= boundary.Index || !start.Primary.IsCompatibleWith(boundary.Primary))
        {
            throw new CachePlanException(
                $"The measurement '{key}' reads the residual '{subject}', which needs an earlier boundary of equal shape; '{start.Name}' holds {start.Primary} and '{boundary.Name}' {boundary.Primary}.");
        }

        return new Measurement(key, subject, estimator, moves, boundary.Index, start.Index, boundary.PrimaryIndex);
    }

    public static Measurement PerFrame(DenoiserLayout layout, Measurement measurement)
    {
        var boundary = layout.Boundaries[measurement.Boundary];
        var tensor = boundary.Tensors[measurement.Tensor];
        return tensor.Frames is { } frames
            ? measurement with { Estimator = SimilarityEstimator.PerFrame(measurement.Estimator, frames) }
            : throw new CachePlanException(
                $"The measurement '{measurement.Key}' is to be taken per frame, but '{boundary.Name}/{tensor.Name}' {tensor.Shape} of the model '{layout.Name}' declares no frames. " +
                "Declare them for that tensor, in a manifest as \"frames\": { \"axis\": 0, \"count\": 21 } and in code as TensorDescriptor.Frames, or measure whole features.");
    }

    public static KeptFeature Resolve(DenoiserLayout layout, BoundaryRef from, BoundaryRef to, Approximation approximation, out int start)
    {
        var source = layout.Require(from);
        var target = layout.Require(to);
        start = source.Index;
        if (target.Index <= source.Index)
        {
            throw new CachePlanException($"A skip leads forward; from '{source.Name}' to '{target.Name}' it does not. Boundaries in order: {layout}.");
        }

        RequireConditioning(layout, source, target);
        if (approximation.MaximumHistory < 1 || approximation.MinimumHistory < 1 || approximation.MinimumHistory > approximation.MaximumHistory)
        {
            throw new CachePlanException($"{Describe(source, target, approximation)} keeps {approximation.MinimumHistory} to {approximation.MaximumHistory} evaluations; it must be at least one, and the least not above the most.");
        }

        if (approximation.Base is not { } baseRef)
        {
            if (approximation.Forms.FirstOrDefault(f => f.ReadsBase) is { } form)
            {
                throw new CachePlanException($"{Describe(source, target, approximation)} keeps {form} and names no base for it.");
            }

            return approximation.Probe is null
                ? Kept(target.Index, null, null, source.Index, approximation)
                : throw new CachePlanException($"{Describe(source, target, approximation)} names a probe and no base to take its residual over.");
        }

        var origin = RequireBefore(layout, baseRef, source, target, approximation, "base");
        RequireEqualStates(layout, origin, source, target, approximation);
        int? probe = null;
        if (approximation.Probe is { } probeRef)
        {
            var place = RequireBefore(layout, probeRef, source, target, approximation, "probe");
            if (place.Index <= origin.Index || !place.Primary.IsCompatibleWith(origin.Primary))
            {
                throw new CachePlanException($"{Describe(source, target, approximation)} needs a probe after its base '{origin.Name}' of equal shape; '{place.Name}' is not.");
            }

            probe = place.Index;
        }

        return Kept(target.Index, origin.Index, probe, origin.Index, approximation);
    }

    private static KeptFeature Kept(int target, int? origin, int? probe, int start, Approximation approximation) => new(target, origin, probe, start, approximation.MaximumHistory)
    {
        Forms = approximation.Forms,
        History = approximation.History,
        Products = approximation.Products,
    };

    private static void RequireConditioning(DenoiserLayout layout, Boundary source, Boundary target)
    {
        for (var stage = target.Index; stage < layout.Stages.Length; stage++)
        {
            foreach (var read in layout.ReadsOf(stage))
            {
                if (read.IsAtBoundary && read.Boundary > source.Index && read.Boundary <= target.Index && layout.DescriptorOf(read) is { Kind: not TensorKind.State } tensor)
                {
                    throw new CachePlanException(
                        $"A skip from '{source.Name}' to '{target.Name}' passes over the producer of '{layout.Boundaries[read.Boundary].Name}/{tensor.Name}' ({tensor.Kind}), " +
                        $"which the stage '{layout.Stages[stage].Name}' reads. Skip from '{layout.Boundaries[read.Boundary].Name}' or later, or to '{layout.Output.Name}'.");
                }
            }
        }
    }

    private static Boundary RequireBefore(DenoiserLayout layout, BoundaryRef reference, Boundary source, Boundary target, Approximation approximation, string what)
    {
        var boundary = layout.Require(reference);
        return boundary.Index <= source.Index
            ? boundary
            : throw new CachePlanException($"{Describe(source, target, approximation)} has its {what} at '{boundary.Name}', which does not exist yet where the skip is decided; it must be at or before '{source.Name}'.");
    }

    private static void RequireEqualStates(DenoiserLayout layout, Boundary origin, Boundary source, Boundary target, Approximation approximation)
    {
        foreach (var tensor in target.Tensors)
        {
            if (tensor.Kind != TensorKind.State)
            {
                continue;
            }

            var index = origin.IndexOf(tensor.Name);
            if (index < 0 || origin.Tensors[index].Kind != TensorKind.State || !origin.Tensors[index].IsCompatibleWith(tensor))
            {
                var found = index < 0 ? $"has no '{tensor.Name}'" : $"holds {origin.Tensors[index]}";
                throw new CachePlanException(
                    $"{Describe(source, target, approximation)} adds to '{origin.Name}', which {found} where '{target.Name}' of '{layout.Name}' holds {tensor}. " +
                    "A residual needs equal names, element types and shapes: add to a boundary after the embedding, or choose a policy that reuses whole outputs (H2Cache, EasyCache).");
            }
        }
    }

    private static string Describe(Boundary source, Boundary target, Approximation approximation) =>
        $"The skip from '{source.Name}' to '{target.Name}' by {approximation.Name}";

    private static string NameOf(TensorKind kind) => kind switch
    {
        TensorKind.State => "state",
        TensorKind.Conditioning => "conditioning",
        _ => "a carried tensor",
    };
}
