using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>
/// Guidance whose result is brought nearer to the conditional output's standard deviation (arXiv 2305.08891, section 3.4):
/// φ · g · std(c) / std(g) + (1 − φ) · g, with standard deviations over the whole sample. One kernel; no number leaves the device.
/// </summary>
internal sealed class GuidanceRescale
{
    private readonly IDenoiserBackend _backend;
    private readonly TensorDescriptor _latent;
    private readonly IExpressionKernel _kernel;
    private readonly float[] _scalars;
    private readonly FeatureTensor[] _operands;

    /// <summary>Compiles the kernel.</summary>
    /// <param name="backend">Where it runs.</param>
    /// <param name="latent">The type and shape of the outputs.</param>
    /// <param name="passes">The weights of the guidance passes, the conditional one first.</param>
    /// <param name="share">φ, above 0 and at most 1.</param>
    public GuidanceRescale(IDenoiserBackend backend, TensorDescriptor latent, ImmutableArray<float> passes, float share)
    {
        (_backend, _latent) = (backend, latent);
        _scalars = [.. passes, share, 1 - share];
        _operands = new FeatureTensor[passes.Length];

        var guided = TensorExpression.Scalar(0) * TensorExpression.Input(0);
        for (var pass = 1; pass < passes.Length; pass++)
        {
            guided += TensorExpression.Scalar(pass) * TensorExpression.Input(pass);
        }

        // Both deviations are over the same number of elements, so Bessel's correction cancels. Outputs that do not vary at all stay as they are.
        var ratio = (Deviation(TensorExpression.Input(0)) / Deviation(guided)).OrIfNaN(1);
        var factor = (TensorExpression.Scalar(passes.Length) * ratio) + TensorExpression.Scalar(passes.Length + 1);
        _kernel = backend.Compile(new KernelSignature([.. Enumerable.Repeat(TensorType.Of(latent), passes.Length)], _scalars.Length, [guided * factor]));
    }

    /// <summary>The guided output, with a lease that the caller owns.</summary>
    public FeatureTensor? Apply(ReadOnlySpan<FeatureTensor?> outputs)
    {
        outputs.CopyTo(_operands!);
        var guided = _backend.Rent(_latent.ElementType, _latent.Shape);
        try
        {
            _kernel.Run(_operands, _scalars, new ReadOnlySpan<FeatureTensor>(in guided));
            return guided;
        }
        catch
        {
            guided.Release();
            throw;
        }
    }

    private static TensorExpression Deviation(TensorExpression x) => (x - x.Mean()).Square().Mean().Sqrt();
}
