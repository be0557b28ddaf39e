namespace CachePolicies.Engine;

/// <summary>
/// The picture that a sample starts from or keeps parts of, on the device: <c>α · picture + σ · noise</c> at an evaluation's level, and the same put
/// back under a mask, <c>m · z + (1 − m) · (α · picture + σ · noise)</c>.
/// </summary>
internal sealed class PictureBlend : IDisposable
{
    private readonly IDenoiserBackend _backend;
    private readonly TensorDescriptor _latent;
    private readonly IExpressionKernel _kernel;
    private readonly FeatureTensor[] _operands;
    private readonly float[] _scalars = new float[2];
    private readonly FeatureTensor _picture;
    private readonly FeatureTensor _noise;
    private readonly FeatureTensor? _mask;

    /// <summary>Takes ownership of the tensors.</summary>
    public PictureBlend(IDenoiserBackend backend, TensorDescriptor latent, FeatureTensor picture, FeatureTensor noise, FeatureTensor? mask)
    {
        (_backend, _latent, _picture, _noise, _mask) = (backend, latent, picture, noise, mask);
        _operands = mask is null ? [picture, noise] : [picture, noise, mask, picture];
        _kernel = mask is null ? Noised(backend, latent) : Blended(backend, latent);
    }

    /// <summary>Whether a mask keeps part of the picture.</summary>
    public bool HasMask => _mask is not null;

    /// <summary>The picture at a noise level, with a lease that the caller owns.</summary>
    public FeatureTensor AtLevel(float signal, float sigma)
    {
        var kernel = Noised(_backend, _latent);
        return Run(kernel, [_picture, _noise], signal, sigma);
    }

    /// <summary>A latent with the kept part of the picture put back at a noise level, with a lease that the caller owns.</summary>
    public FeatureTensor PutBack(FeatureTensor latent, float signal, float sigma)
    {
        _operands[3] = latent;
        return Run(_kernel, _operands, signal, sigma);
    }

    public void Dispose()
    {
        _picture.Release();
        _noise.Release();
        _mask?.Release();
    }

    private FeatureTensor Run(IExpressionKernel kernel, FeatureTensor[] operands, float signal, float sigma)
    {
        var result = _backend.Rent(_latent.ElementType, _latent.Shape);
        try
        {
            (_scalars[0], _scalars[1]) = (signal, sigma);
            kernel.Run(operands, _scalars, new ReadOnlySpan<FeatureTensor>(in result));
            return result;
        }
        catch
        {
            result.Release();
            throw;
        }
    }

    private static TensorExpression NoisedPicture =>
        (TensorExpression.Scalar(0) * TensorExpression.Input(0)) + (TensorExpression.Scalar(1) * TensorExpression.Input(1));

    private static IExpressionKernel Noised(IDenoiserBackend backend, TensorDescriptor latent) =>
        backend.Compile(new KernelSignature([TensorType.Of(latent), TensorType.Of(latent)], 2, [NoisedPicture]));

    private static IExpressionKernel Blended(IDenoiserBackend backend, TensorDescriptor latent)
    {
        var (mask, z) = (TensorExpression.Input(2), TensorExpression.Input(3));
        return backend.Compile(new KernelSignature(
            [.. Enumerable.Repeat(TensorType.Of(latent), 4)], 2, [(mask * z) + ((TensorExpression.Constant(1) - mask) * NoisedPicture)]));
    }
}
