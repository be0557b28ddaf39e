using System.Globalization;
using System.Text.Json;
using CachePolicies.Splitting;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace CachePolicies.Tool;

/// <summary>The largest difference at a boundary between the whole model and the chain of its stages.</summary>
/// <param name="Boundary">The boundary.</param>
/// <param name="Difference">The largest absolute difference of an element.</param>
/// <param name="Magnitude">The largest absolute value that the whole model has there.</param>
internal sealed record BoundaryDifference(string Boundary, double Difference, double Magnitude);

/// <summary>Runs a whole model and the chain of its stages on the same random inputs and compares every boundary's tensors.</summary>
internal sealed record SplitVerification(IReadOnlyList<BoundaryDifference> Boundaries)
{
    // The runtime fuses the whole graph otherwise than its parts: float32 sums then round differently.
    private const string Prelude = "prelude";
    private const double Tolerance = 1e-4, HalfTolerance = 2e-2;

    /// <summary>The largest difference of all.</summary>
    public double Largest => Boundaries.Max(boundary => boundary.Difference);

    /// <summary>Verifies a split.</summary>
    /// <param name="manifestPath">The manifest, beside which the stages lie.</param>
    /// <param name="whole">The whole model, with every boundary's tensors as outputs.</param>
    /// <exception cref="ModelSplitException">The stages compute something else.</exception>
    public static SplitVerification Run(string manifestPath, string whole)
    {
        var directory = Path.GetDirectoryName(manifestPath)!;
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(manifestPath));
        using var values = new ValueBag();
        Dictionary<string, OrtValue> expected;
        try
        {
            using (var session = new InferenceSession(whole, Deterministic()))
            {
                RandomInputs.Add(values, session);
                expected = Execute(session, values);
                foreach (var (name, value) in expected)
                {
                    values.AddExpected(name, value);
                }
            }

            foreach (var file in Graphs(manifest.RootElement))
            {
                using var session = new InferenceSession(Path.Combine(directory, file), Deterministic());
                foreach (var (name, value) in Execute(session, values))
                {
                    values.Add(name, value);
                }
            }
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelSplitException($"The stages could not be verified, since ONNX Runtime does not run them: {e.Message}", e);
        }

        var differences = manifest.RootElement.GetProperty("boundaries").EnumerateArray().Skip(1)
            .Select(boundary => Compare(boundary.GetProperty("name").GetString()!, boundary, values));
        if (manifest.RootElement.TryGetProperty(Prelude, out var prelude))
        {
            differences = differences.Prepend(Compare(Prelude, prelude, values));
        }

        return new SplitVerification([.. differences]);
    }

    // In the order in which they run.
    private static IEnumerable<string> Graphs(JsonElement manifest)
    {
        var stages = manifest.GetProperty("stages").EnumerateArray();
        return (manifest.TryGetProperty(Prelude, out var prelude) ? stages.Prepend(prelude) : stages).Select(graph => graph.GetProperty("file").GetString()!);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var culture = CultureInfo.InvariantCulture;
        return Largest == 0
            ? "Verified: the stages compute what the whole model computes, bit by bit, at every boundary."
            : "Verified: the largest difference from the whole model is " + string.Join(", ", Boundaries.Select(boundary => string.Create(culture, $"{boundary.Difference:g2} at {boundary.Boundary}")))
                + " (the runtime fuses whole and stages differently).";
    }

    private static SessionOptions Deterministic()
    {
        var settings = RuntimeLog.QuietSession();
        settings.GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_BASIC;
        return settings;
    }

    private static Dictionary<string, OrtValue> Execute(InferenceSession session, ValueBag values)
    {
        using var options = new RunOptions();
        using var results = session.Run(options, session.InputNames.ToDictionary(name => name, name => values[name]), session.OutputNames);
        // The collection would dispose of its values: they are copied out.
        return session.OutputNames.Zip(results).ToDictionary(pair => pair.First, pair => Tensors.Copy(pair.Second));
    }

    private static BoundaryDifference Compare(string name, JsonElement boundary, ValueBag values)
    {
        var (difference, magnitude) = (0.0, 0.0);
        foreach (var tensor in boundary.GetProperty("tensors").EnumerateArray())
        {
            var fullName = $"{name}/{tensor.GetProperty("name").GetString()}";
            var expected = Tensors.Numbers(values.Expected(fullName));
            var actual = Tensors.Numbers(values[fullName]);
            if (expected.Length != actual.Length)
            {
                throw new ModelSplitException($"The stages give '{fullName}' {actual.Length} elements, the whole model {expected.Length}.");
            }

            var (worst, largest) = (0.0, 0.0);
            for (var i = 0; i < expected.Length; i++)
            {
                var delta = expected[i].Equals(actual[i]) ? 0 : Math.Abs(expected[i] - actual[i]);
                worst = double.IsNaN(delta) ? double.PositiveInfinity : Math.Max(worst, delta);
                largest = Math.Max(largest, Math.Abs(expected[i]));
            }

            var tolerance = tensor.GetProperty("type").GetString() == "float32" ? Tolerance : HalfTolerance;
            if (worst > tolerance * Math.Max(1, largest))
            {
                throw new ModelSplitException(string.Create(
                    CultureInfo.InvariantCulture, $"The stages do not compute what the model computes: '{fullName}' differs by {worst:g3}, where its largest value is {largest:g3}."));
            }

            (difference, magnitude) = (Math.Max(difference, worst), Math.Max(magnitude, largest));
        }

        return new BoundaryDifference(name, difference, magnitude);
    }
}

/// <summary>The values of a run by name, owned until the bag is disposed of.</summary>
internal sealed class ValueBag : IDisposable
{
    private readonly Dictionary<string, OrtValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OrtValue> _expected = new(StringComparer.Ordinal);

    public OrtValue this[string name] => _values[name];

    public OrtValue Expected(string name) => _expected[name];

    public void Add(string name, OrtValue value) => _values.Add(name, value);

    public void AddExpected(string name, OrtValue value) => _expected.Add(name, value);

    public void Dispose()
    {
        foreach (var value in _values.Values.Concat(_expected.Values))
        {
            value.Dispose();
        }
    }
}

/// <summary>Random inputs for a denoiser, the same ones in each run.</summary>
internal static class RandomInputs
{
    private const int Lanes = 2, FreeAxis = 16;

    public static void Add(ValueBag values, InferenceSession session)
    {
        var random = new Random(20);
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, metadata) in session.InputMetadata)
        {
            var shape = metadata.Dimensions.Select((size, axis) => axis == 0 ? Lanes : size >= 0 ? size : Size(metadata.SymbolicDimensions[axis])).ToArray();
            values.Add(name, Tensors.Random(metadata.ElementDataType, shape, random, perLane: shape.Length > 1));
        }

        long Size(string symbol) => sizes.TryGetValue(symbol, out var size) ? size : sizes[symbol] = FreeAxis;
    }
}

/// <summary>Tensors as plain numbers.</summary>
internal static class Tensors
{
    public static OrtValue Copy(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        var copy = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, info.ElementDataType, info.Shape);
        value.GetTensorDataAsSpan<byte>().CopyTo(copy.GetTensorMutableRawData());
        return copy;
    }

    public static OrtValue Random(TensorElementType type, long[] shape, Random random, bool perLane)
    {
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape);
        var lane = shape.Skip(1).Aggregate(1L, (count, size) => count * size);
        switch (type)
        {
            case TensorElementType.Float:
                Fill(value.GetTensorMutableDataAsSpan<float>(), x => (float)x);
                break;
            case TensorElementType.Float16:
                Fill(value.GetTensorMutableDataAsSpan<Float16>(), x => (Float16)(float)x);
                break;
            case TensorElementType.BFloat16:
                Fill(value.GetTensorMutableDataAsSpan<BFloat16>(), x => (BFloat16)(float)x);
                break;
            case TensorElementType.Int64:
                // Identifiers of words and positions: small, and within every vocabulary.
                Fill(value.GetTensorMutableDataAsSpan<long>(), x => (long)Math.Abs(x * 2));
                break;
            default:
                throw new ModelSplitException($"An input of type {type} cannot be filled for verification; use --verify false.");
        }

        return value;

        // Scalars per lane (the timestep) are the same for all lanes.
        void Fill<T>(Span<T> data, Func<double, T> convert)
        {
            for (var i = 0; i < data.Length; i++)
            {
                data[i] = !perLane && i >= lane ? data[0] : convert(perLane ? (random.NextDouble() * 2) - 1 : random.NextDouble());
            }
        }
    }

    public static double[] Numbers(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType switch
    {
        TensorElementType.Float => Convert(value.GetTensorDataAsSpan<float>(), x => x),
        TensorElementType.Float16 => Convert(value.GetTensorDataAsSpan<Float16>(), x => x.ToFloat()),
        TensorElementType.BFloat16 => Convert(value.GetTensorDataAsSpan<BFloat16>(), x => x.ToFloat()),
        TensorElementType.Int64 => Convert(value.GetTensorDataAsSpan<long>(), x => x),
        var type => throw new ModelSplitException($"A tensor of type {type} cannot be compared; use --verify false."),
    };

    private static double[] Convert<T>(ReadOnlySpan<T> data, Func<T, double> convert)
    {
        var numbers = new double[data.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = convert(data[i]);
        }

        return numbers;
    }
}
