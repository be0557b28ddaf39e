namespace CachePolicies.Testing;

internal sealed partial class BackendChecks
{
    /// <summary>Tokens of a grid, latents and videos with the axes that are filtered: their size and the distance between neighbours.</summary>
    private static readonly (TensorShape Shape, (int Size, int Stride)[] Axes)[] Grids =
    [
        (new(48, 10), [(6, 80), (8, 10)]), (new(3, 12, 9), [(12, 9), (9, 1)]), (new(30, 300), [(5, 1800), (6, 300)]), (new(2, 3, 4, 5), [(3, 20), (4, 5), (5, 1)]), (new(64), [(64, 1)]),
    ];

    /// <summary>Filters along the axes of a grid agree with float64 on every type.</summary>
    public void FiltersAgree()
    {
        foreach (var ((shape, axes), type, (signal, noise)) in from g in Grids from t in options.FloatingPointTypes from n in new[] { (0.999999f, 1e-6f), (0.5f, 0.5f), (1e-6f, 0.999999f) } select (g, t, n))
        {
            TensorExpression Filtered(TensorExpression x) =>
                axes.Aggregate(x, (e, axis) => e.Wiener(TensorExpression.Scalar(0), TensorExpression.Scalar(1), 2, axis.Size, axis.Stride));
            var (a, b) = (TensorExpression.Input(0), TensorExpression.Input(1));
            var once = Filtered(a);
            var input = new TensorType(type, shape);
            var signature = new KernelSignature(
                [input, input], 2, [Filtered(a), once.Abs().Mean(), (Filtered(a - b).Abs() + once).Mean() / Filtered(b).Abs().Mean(), (Filtered((2f * a) + b) - a).Square().Sum()]);
            Backend.ExpectOracle(new KernelCase(signature, [Numbers(3, shape.ElementCount), Numbers(4, shape.ElementCount)], [signal, noise]), options.Oracle);
        }
    }

    /// <summary>A filter passes a constant on and flattens what is noise.</summary>
    public void FiltersFlattenNoise()
    {
        // The gains of the frequencies 0 and ½ at α = β = ½: 2 and 1.6, before both are divided by the mean.
        var shape = new TensorShape(2);
        var signature = new KernelSignature([new TensorType(ElementType.Float32, shape)], 2, [TensorExpression.Input(0).Wiener(TensorExpression.Scalar(0), TensorExpression.Scalar(1), 2, 2, 1)]);
        float[] Filter(float a, float b, float signal, float noise) => Backend.Run(signature, [[a, b]], [signal, noise])[0];
        foreach (var (a, b, first, second) in new[] { (1f, 1f, 10 / 9f, 10 / 9f), (1f, -1f, 8 / 9f, -8 / 9f) })
        {
            var filtered = Filter(a, b, 0.5f, 0.5f);
            Expect.Equal(first, filtered[0], 1e-4f);
            Expect.Equal(second, filtered[1], 1e-4f);
        }

        // Nothing but noise: the mean alone remains.
        var flat = Filter(3, 1, 1e-6f, 1);
        Expect.Equal(flat[0], flat[1], 1e-4f);
    }
}
