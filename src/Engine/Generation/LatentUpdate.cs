namespace CachePolicies.Engine;

/// <summary>
/// Guidance and the sampler's update as one kernel: z := A z + B (g c + (1 − g) u). Samplers that read earlier outputs keep the guided outputs and
/// add them: z := A z + Σ_j B_j v_j.
/// </summary>
internal sealed class LatentUpdate : IDisposable
{
    private readonly IDenoiserBackend _backend;
    private readonly TensorDescriptor _latent;
    private readonly IExpressionKernel[] _sums;
    private readonly FeatureTensor?[][] _history;
    private readonly FeatureTensor[] _operands;
    private readonly float[] _weights;

    public LatentUpdate(IDenoiserBackend backend, TensorDescriptor latent, int outputHistory, int samples, bool guided)
    {
        _backend = backend;
        _latent = latent;
        var most = Math.Max(outputHistory + 1, guided ? 3 : 2);
        _sums = [.. Enumerable.Range(1, most).Select(terms => WeightedSum(backend, latent, terms))];
        _history = [.. Enumerable.Range(0, samples).Select(_ => new FeatureTensor?[outputHistory > 1 ? outputHistory : 0])];
        _operands = new FeatureTensor[most];
        _weights = new float[most];
    }

    /// <summary>The next latent, with a lease that the caller owns; everything else is borrowed.</summary>
    public FeatureTensor Apply(int sample, FeatureTensor latent, FeatureTensor conditional, FeatureTensor? unconditional, float guidance, SamplerUpdate update)
    {
        var history = _history[sample];
        if (history.Length == 0)
        {
            var weight = update.OutputWeights[0];
            Set(0, latent, update.LatentWeight);
            if (unconditional is null)
            {
                Set(1, conditional, weight);
                return Sum(2);
            }

            Set(1, conditional, weight * guidance);
            Set(2, unconditional, weight * (1 - guidance));
            return Sum(3);
        }

        Push(history, Guide(conditional, unconditional, guidance));
        Set(0, latent, update.LatentWeight);
        for (var j = 0; j < update.OutputWeights.Length; j++)
        {
            Set(j + 1, history[j]!, update.OutputWeights[j]);
        }

        return Sum(update.OutputWeights.Length + 1);
    }

    public void Dispose()
    {
        foreach (var history in _history)
        {
            Leases.ReleaseAll(history);
        }
    }

    private FeatureTensor Guide(FeatureTensor conditional, FeatureTensor? unconditional, float guidance)
    {
        if (unconditional is null)
        {
            return conditional.AddLease();
        }

        Set(0, conditional, guidance);
        Set(1, unconditional, 1 - guidance);
        return Sum(2);
    }

    private static void Push(FeatureTensor?[] history, FeatureTensor newest)
    {
        Leases.Release(ref history[^1]);
        Array.Copy(history, 0, history, 1, history.Length - 1);
        history[0] = newest;
    }

    private void Set(int index, FeatureTensor operand, float weight) => (_operands[index], _weights[index]) = (operand, weight);

    private FeatureTensor Sum(int terms)
    {
        var sum = _backend.Rent(_latent.ElementType, _latent.Shape);
        try
        {
            _sums[terms - 1].Run(_operands.AsSpan(0, terms), _weights.AsSpan(0, terms), new ReadOnlySpan<FeatureTensor>(in sum));
            return sum;
        }
        catch
        {
            sum.Release();
            throw;
        }
    }

    private static IExpressionKernel WeightedSum(IDenoiserBackend backend, TensorDescriptor latent, int terms)
    {
        var sum = TensorExpression.Scalar(0) * TensorExpression.Input(0);
        for (var i = 1; i < terms; i++)
        {
            sum += TensorExpression.Scalar(i) * TensorExpression.Input(i);
        }

        return backend.Compile(new KernelSignature([.. Enumerable.Repeat(TensorType.Of(latent), terms)], terms, [sum]));
    }
}
