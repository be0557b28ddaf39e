using Xunit;

namespace CachePolicies.TestSupport;

public abstract partial class BackendContract
{
    /// <summary>Tokens of a grid, latents and videos with the axes that are filtered: their size and the distance between neighbours.</summary>
    private static readonly (TensorShape Shape, (int Size, int Stride)[] Axes)[] Grids =
    [
        (new(48, 10), [(6, 80), (8, 10)]), (new(3, 12, 9), [(12, 9), (9, 1)]), (new(30, 300), [(5, 1800), (6, 300)]), (new(2, 3, 4, 5), [(3, 20), (4, 5), (5, 1)]), (new(64), [(64, 1)]),
    ];

    [Fact]
    public void Filters_along_the_axes_of_a_grid_agree_with_float64_on_every_type()
    {
        foreach (var ((shape, axes), type, (signal, noise)) in from g in Grids from t in FloatingPointTypes from n in new[] { (0.999999f, 1e-6f), (0.5f, 0.5f), (1e-6f, 0.999999f) } select (g, t, n))
        {
            TensorExpression Filtered(TensorExpression x) =>
                axes.Aggregate(x, (e, axis) => e.Wiener(TensorExpression.Scalar(0), TensorExpression.Scalar(1), 2, axis.Size, axis.Stride));
            var (a, b) = (TensorExpression.Input(0), TensorExpression.Input(1));
            var once = Filtered(a);
            var input = new TensorType(type, shape);
            var signature = new KernelSignature(
                [input, input], 2, [Filtered(a), once.Abs().Mean(), (Filtered(a - b).Abs() + once).Mean() / Filtered(b).Abs().Mean(), (Filtered((2f * a) + b) - a).Square().Sum()]);
            Backend.AssertMatchesOracle(new KernelCase(signature, [Numbers(3, shape.ElementCount), Numbers(4, shape.ElementCount)], [signal, noise]), Oracle);
        }
    }

    [Fact]
    public void A_filter_passes_a_constant_on_and_flattens_what_is_noise()
    {
        // The gains of the frequencies 0 and ½ at α = β = ½: 2 and 1.6, before both are divided by the mean.
        var shape = new TensorShape(2);
        var signature = new KernelSignature([new TensorType(ElementType.Float32, shape)], 2, [TensorExpression.Input(0).Wiener(TensorExpression.Scalar(0), TensorExpression.Scalar(1), 2, 2, 1)]);
        float[] Filter(float a, float b, float signal, float noise) => Backend.Run(signature, [[a, b]], [signal, noise])[0];
        Assert.Equal([10 / 9f, 10 / 9f], Filter(1, 1, 0.5f, 0.5f).Select(x => MathF.Round(x, 5)).Select(x => x), (x, y) => Math.Abs(x - y) < 1e-4);
        Assert.Equal([8 / 9f, -8 / 9f], Filter(1, -1, 0.5f, 0.5f), (x, y) => Math.Abs(x - y) < 1e-4);

        // Nothing but noise: the mean alone remains.
        var flat = Filter(3, 1, 1e-6f, 1);
        Assert.Equal(flat[0], flat[1], 1e-4f);
    }
}
