using System.Globalization;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Splitting;

/// <summary>The largest difference at a boundary between the whole model and the chain of its stages.</summary>
/// <param name="Boundary">The boundary.</param>
/// <param name="Difference">The largest absolute difference of an element.</param>
/// <param name="Magnitude">The largest absolute value that the whole model has there.</param>
public sealed record BoundaryDifference(string Boundary, double Difference, double Magnitude);

/// <summary>What a proof found: the whole model, from its own file, and the chain of its stages ran on the same random inputs.</summary>
/// <param name="Boundaries">The differences at each boundary, in order.</param>
/// <param name="Sizes">The sizes of the free axes that it ran with, one set after another.</param>
public sealed record SplitVerification(IReadOnlyList<BoundaryDifference> Boundaries, IReadOnlyList<IReadOnlyDictionary<string, long>> Sizes)
{
    // Kernels may sum in another order where a graph is cut: float32 then rounds differently, float16 more so.
    private const double Tolerance = 1e-4, HalfTolerance = 2e-2;

    // What the runtime says where an operator is known and the processor does not have it, or not in its type: a model for another provider.
    private const string MissingKernel = "Could not find an implementation";

    // A proof that nobody asked for takes little memory; one that was asked for may take much.
    private const double ModestBytes = 1L << 26, MostBytes = 1L << 31;

    /// <summary>The largest difference of all.</summary>
    public double Largest => Boundaries.Max(boundary => boundary.Difference);

    /// <inheritdoc/>
    public override string ToString() => Largest == 0
        ? "Verified: the stages compute what the whole model computes, bit by bit, at every boundary."
        : "Verified: the largest difference from the whole model is " + string.Join(", ", Boundaries.Select(boundary => string.Create(CultureInfo.InvariantCulture, $"{boundary.Difference:g2} at {boundary.Boundary}")))
            + " (the runtime rounds differently where a graph is cut).";

    /// <summary>Verifies a split.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="folder">Where the stages lie.</param>
    /// <param name="whole">The whole model with every boundary's tensors as outputs, and the folder of its external data; the source's own.</param>
    /// <param name="isAsked">Whether a person asked for it.</param>
    /// <param name="notice">Gets a sentence where nothing was verified.</param>
    /// <param name="cancellationToken">Ends it, in the middle of a run too.</param>
    /// <returns><see langword="null"/> where nobody asked for it and a run would take too much memory, or the model is not for the processor.</returns>
    /// <exception cref="ModelSplitException">The stages compute something else, or cannot be run.</exception>
    internal static SplitVerification? Run(SplitPlan plan, string folder, (IMessage Model, string Folder) whole, bool isAsked, Action<string> notice, CancellationToken cancellationToken)
    {
        var sets = VerificationSizes.Choose(plan.Graph);
        if (sets.Count == 0)
        {
            notice("Not verified: no sizes were found that the model's graph accepts.");
            return null;
        }

        var largest = sets.Max(sizes => VerificationSizes.LargestBytes(plan.Graph, sizes));
        if (largest > (isAsked ? MostBytes : ModestBytes))
        {
            var size = string.Create(CultureInfo.InvariantCulture, $"one value of a run has {largest / (1 << 20):N0} MB at the smallest sizes that the model has");
            if (isAsked)
            {
                throw new ModelSplitException($"The split cannot be verified here: {size}; expected at most {MostBytes / (1 << 20):N0} MB. --verify false splits without a proof.");
            }

            notice($"Not verified: {size}; --verify true runs it all the same.");
            return null;
        }

        try
        {
            var compared = new List<BoundaryDifference>();
            using var settings = RuntimeSessions.Settings(whole.Folder);
            using var session = new InferenceSession(whole.Model.ToByteArray(), settings);
            foreach (var sizes in sets)
            {
                compared.AddRange(Compare(plan, folder, session, sizes, cancellationToken));
            }

            return new SplitVerification([.. compared.GroupBy(one => one.Boundary).Select(same => new BoundaryDifference(same.Key, same.Max(one => one.Difference), same.Max(one => one.Magnitude)))], sets);
        }
        catch (OnnxRuntimeException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (isAsked || !e.Message.Contains(MissingKernel, StringComparison.Ordinal))
            {
                throw new ModelSplitException($"The stages could not be verified, since ONNX Runtime does not run them: {e.Message}", e);
            }

            notice($"Not verified: ONNX Runtime does not run the model on the processor ({Sentence(e.Message)}); another provider may.");
            return null;
        }
    }

    private static string Sentence(string message) => message[(message.IndexOf(']', StringComparison.Ordinal) + 1)..].Trim().TrimEnd('.');

    /// <summary>Runs whole and stages at one set of sizes.</summary>
    internal static IReadOnlyList<BoundaryDifference> Compare(SplitPlan plan, string folder, InferenceSession whole, IReadOnlyDictionary<string, long> sizes, CancellationToken cancellationToken)
    {
        using var expected = new RuntimeValues();
        using var actual = new RuntimeValues();
        AddInputs(plan, sizes, expected, actual);
        expected.Execute(whole, cancellationToken);
        foreach (var file in plan.Files)
        {
            using var settings = RuntimeSessions.Settings();
            using var session = new InferenceSession(Path.Combine(folder, file), settings);
            actual.Execute(session, cancellationToken);
        }

        var boundaries = plan.Boundaries.Skip(1);
        return [.. (plan.Prelude is { } prelude ? boundaries.Prepend(prelude) : boundaries).Select(boundary => Compare(boundary, expected, actual))];
    }

    // The same random inputs for whole and stages, the same in each run.
    private static void AddInputs(SplitPlan plan, IReadOnlyDictionary<string, long> sizes, params ReadOnlySpan<RuntimeValues> values)
    {
        var shapes = plan.Graph.Shapes;
        var lanes = plan.FixedBatch ?? sizes[ShapeTable.Batch];
        var latent = plan.Boundaries[0];
        foreach (var bag in values)
        {
            var random = new Random(20);
            bag.Add(latent.FullName(latent.Tensors[0]), RuntimeTensors.Random(latent.Tensors[0].Type, shapes.InputSizes(plan.Graph.Latent, axis => sizes[axis])!, random));
            foreach (var input in plan.Inputs)
            {
                var own = shapes.InputSizes(input.Value, axis => sizes[axis])!;
                long[] shape = input.Axes.Count == 0 ? [lanes] : shapes.Of(input.Value).HasBatch ? own : [lanes, .. own];
                bag.Add(input.Name, RuntimeTensors.Random(input.Type, shape, random));
            }
        }
    }

    private static BoundaryDifference Compare(PlannedBoundary boundary, RuntimeValues expected, RuntimeValues actual)
    {
        var (difference, magnitude) = (0.0, 0.0);
        foreach (var tensor in boundary.Tensors)
        {
            var fullName = boundary.FullName(tensor);
            var (whole, staged) = (RuntimeTensors.Numbers(expected[fullName]), RuntimeTensors.Numbers(actual[fullName]));
            if (!expected.ShapeOf(fullName).SequenceEqual(actual.ShapeOf(fullName)))
            {
                throw new ModelSplitException($"The stages give '{fullName}' the shape [{string.Join(", ", actual.ShapeOf(fullName))}], the whole model [{string.Join(", ", expected.ShapeOf(fullName))}].");
            }

            var (worst, largest) = (0.0, 0.0);
            for (var i = 0; i < whole.Length; i++)
            {
                var delta = whole[i].Equals(staged[i]) ? 0 : Math.Abs(whole[i] - staged[i]);
                worst = double.IsNaN(delta) ? double.PositiveInfinity : Math.Max(worst, delta);
                largest = Math.Max(largest, Math.Abs(whole[i]));
            }

            if (worst > (tensor.Type == OnnxElementType.Float32 ? Tolerance : HalfTolerance) * Math.Max(1, largest))
            {
                throw new ModelSplitException(string.Create(
                    CultureInfo.InvariantCulture, $"The stages do not compute what the model computes: '{fullName}' differs by {worst:g3}, where its largest value is {largest:g3}."));
            }

            (difference, magnitude) = (Math.Max(difference, worst), Math.Max(magnitude, largest));
        }

        return new BoundaryDifference(boundary.Name, difference, magnitude);
    }
}
