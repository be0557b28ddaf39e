using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>
/// Guidance and the sampler's update of one generation on the device: one kernel an evaluation and sample, and one more for guidance rescale. Holds the
/// estimates and anchors that multistep and second-order solvers read again.
/// </summary>
internal sealed class LatentUpdate : IDisposable
{
    private readonly IDenoiserBackend _backend;
    private readonly TensorDescriptor _latent;
    private readonly UpdateKernels _kernels;
    private readonly GuidanceRescale? _rescale;
    private readonly FeatureTensor?[][] _estimates;
    private readonly FeatureTensor?[] _anchors;
    private readonly FeatureTensor[] _operands;
    private readonly FeatureTensor?[] _results = new FeatureTensor?[3];

    /// <summary>Compiles what the schedule needs.</summary>
    /// <param name="backend">Where it runs.</param>
    /// <param name="latent">The latent's type and shape.</param>
    /// <param name="schedule">The evaluations.</param>
    /// <param name="samples">How many samples there are.</param>
    /// <param name="passes">The weights of the guidance passes in the output, the conditional one first.</param>
    /// <param name="rescale">φ of guidance rescale; 0 for none.</param>
    public LatentUpdate(IDenoiserBackend backend, TensorDescriptor latent, SamplingSchedule schedule, int samples, ImmutableArray<float> passes, float rescale)
    {
        (_backend, _latent) = (backend, latent);
        _rescale = rescale > 0 && passes.Length > 1 ? new GuidanceRescale(backend, latent, passes, rescale) : null;
        _kernels = new UpdateKernels(backend, latent, schedule, _rescale is null ? passes : [1]);
        _estimates = [.. Enumerable.Range(0, samples).Select(_ => new FeatureTensor?[Math.Max(_kernels.Capacity, 0)])];
        _anchors = new FeatureTensor?[samples];
        _operands = new FeatureTensor[_kernels.Updates.Max(u => u.Shape.Operands)];
    }

    /// <summary>The next latent of a sample, with a lease that the caller owns; everything else is borrowed.</summary>
    /// <param name="evaluation">Which evaluation was made.</param>
    /// <param name="sample">Of which sample.</param>
    /// <param name="latent">The latent that was evaluated.</param>
    /// <param name="outputs">The outputs of the guidance passes.</param>
    /// <param name="noise">Fresh noise, where the update adds some.</param>
    public FeatureTensor Apply(int evaluation, int sample, FeatureTensor latent, ReadOnlySpan<FeatureTensor?> outputs, FeatureTensor? noise)
    {
        if (_rescale is null)
        {
            return Run(_kernels.Updates[evaluation], sample, latent, outputs, noise);
        }

        var guided = _rescale.Apply(outputs);
        try
        {
            return Run(_kernels.Updates[evaluation], sample, latent, new ReadOnlySpan<FeatureTensor?>(in guided), noise);
        }
        finally
        {
            guided!.Release();
        }
    }

    public void Dispose()
    {
        foreach (var estimates in _estimates)
        {
            Leases.ReleaseAll(estimates);
        }

        Leases.ReleaseAll(_anchors);
    }

    private FeatureTensor Run(PreparedUpdate update, int sample, FeatureTensor latent, ReadOnlySpan<FeatureTensor?> outputs, FeatureTensor? noise)
    {
        var shape = update.Shape;
        var count = GatherOperands(shape, sample, latent, outputs, noise);
        var results = _results.AsSpan(0, 1 + (shape.SetsAnchor ? 1 : 0) + (shape.StoresEstimate ? 1 : 0));
        results.Clear();
        try
        {
            foreach (ref var result in results)
            {
                result = _backend.Rent(_latent.ElementType, _latent.Shape);
            }

            update.Kernel.Run(_operands.AsSpan(0, count), update.Scalars, results!);
        }
        catch
        {
            Leases.ReleaseAll(results);
            throw;
        }

        if (update.HoldsLatent || shape.SetsAnchor)
        {
            _anchors[sample]?.Release();
            _anchors[sample] = update.HoldsLatent ? latent.AddLease() : results[1];
        }

        if (update.HoldsOutput || shape.StoresEstimate)
        {
            Push(_estimates[sample], update.HoldsOutput ? outputs[0]!.AddLease() : results[^1]!);
        }

        return results[0]!;
    }

    private int GatherOperands(UpdateShape shape, int sample, FeatureTensor latent, ReadOnlySpan<FeatureTensor?> outputs, FeatureTensor? noise)
    {
        var count = 0;
        _operands[count++] = latent;
        for (var pass = 0; pass < shape.Passes; pass++)
        {
            _operands[count++] = outputs[pass]!;
        }

        if (shape.ReadsAnchor)
        {
            _operands[count++] = _anchors[sample]!;
        }

        for (var j = 0; j < shape.Earlier; j++)
        {
            _operands[count++] = _estimates[sample][j]!;
        }

        if (shape.DrawsNoise)
        {
            _operands[count++] = noise!;
        }

        return count;
    }

    private static void Push(FeatureTensor?[] estimates, FeatureTensor newest)
    {
        Leases.Release(ref estimates[^1]);
        Array.Copy(estimates, 0, estimates, 1, estimates.Length - 1);
        estimates[0] = newest;
    }
}
