namespace CachePolicies.Engine;

/// <summary>The latents of a generation's samples on the device, with the pictures that they start from and the noise that they are given.</summary>
internal sealed class GenerationState(IDenoiserBackend backend, TensorDescriptor latent, SamplingSchedule schedule, GenerationRequest request) : IDisposable
{
    private readonly FeatureTensor?[] _latents = new FeatureTensor?[request.Samples.Length];
    private readonly PictureBlend?[] _pictures = new PictureBlend?[request.Samples.Length];
    private readonly NoiseDraw[] _draws = schedule.DrawsNoise ? [.. request.Samples.Select(s => s.FreshNoise!())] : [];
    private readonly float[] _fresh = new float[schedule.DrawsNoise ? latent.Shape.ElementCount : 0];

    /// <summary>How many samples there are.</summary>
    public int Samples => _latents.Length;

    /// <summary>The latent of a sample, borrowed.</summary>
    public FeatureTensor this[int sample] => _latents[sample]!;

    /// <summary>Makes the first latents: noise at its initial scale, or a picture with noise added.</summary>
    public void Upload()
    {
        for (var sample = 0; sample < _latents.Length; sample++)
        {
            var source = request.Samples[sample];
            if (!source.Picture.IsEmpty)
            {
                _pictures[sample] = UploadPicture(source);
            }

            var first = schedule.Evaluations[0];
            _latents[sample] = source.Picture.IsEmpty || source.StartsFromNoise
                ? Uploaded(source.Noise, schedule.InitialScale)
                : _pictures[sample]!.AtLevel(first.Signal, first.Sigma);
        }
    }

    /// <summary>Fresh noise for a sample, with a lease that the caller owns; <see langword="null"/> where the evaluation adds none.</summary>
    public FeatureTensor? DrawNoise(int sample, int evaluation)
    {
        if (schedule.Evaluations[evaluation].Update.NoiseWeight == 0)
        {
            return null;
        }

        _draws[sample](_fresh);
        var tensor = backend.Rent(latent.ElementType, latent.Shape);
        try
        {
            backend.Upload(_fresh, tensor);
            return tensor;
        }
        catch
        {
            tensor.Release();
            throw;
        }
    }

    /// <summary>Takes ownership of a sample's next latent, after an evaluation; what a mask keeps is put back.</summary>
    public void Replace(int sample, int evaluation, FeatureTensor next)
    {
        _latents[sample]!.Release();
        _latents[sample] = next;
        if (_pictures[sample] is { HasMask: true } picture)
        {
            var (signal, sigma) = evaluation + 1 < schedule.Evaluations.Length
                ? (schedule.Evaluations[evaluation + 1].Signal, schedule.Evaluations[evaluation + 1].Sigma)
                : (1, 0);
            var blended = picture.PutBack(next, signal, sigma);
            next.Release();
            _latents[sample] = blended;
        }
    }

    public void Dispose()
    {
        Leases.ReleaseAll(_latents);
        foreach (ref var picture in _pictures.AsSpan())
        {
            picture?.Dispose();
            picture = null;
        }
    }

    private PictureBlend UploadPicture(GenerationSample source)
    {
        var tensors = new FeatureTensor?[3];
        try
        {
            tensors[0] = Uploaded(source.Picture);
            tensors[1] = Uploaded(source.Noise);
            tensors[2] = source.Mask.IsEmpty ? null : Uploaded(source.Mask);
            return new PictureBlend(backend, latent, tensors[0]!, tensors[1]!, tensors[2]);
        }
        catch
        {
            Leases.ReleaseAll(tensors);
            throw;
        }
    }

    private FeatureTensor Uploaded(ReadOnlyMemory<float> numbers, float scale = 1)
    {
        var tensor = backend.Rent(latent.ElementType, latent.Shape);
        try
        {
            if (scale == 1)
            {
                backend.Upload(numbers.Span, tensor);
            }
            else
            {
                var scaled = numbers.ToArray();
                foreach (ref var number in scaled.AsSpan())
                {
                    number *= scale;
                }

                backend.Upload(scaled, tensor);
            }

            return tensor;
        }
        catch
        {
            tensor.Release();
            throw;
        }
    }
}
