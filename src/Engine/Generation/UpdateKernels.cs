using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>
/// The kernels of a schedule, one for each evaluation, with the numbers that it is told: worked out once for a generation, so that a step only runs
/// them. Operands are the latent, the outputs of the guidance passes, the anchor, earlier estimates and noise, in this order.
/// </summary>
internal sealed class UpdateKernels
{
    private readonly IDenoiserBackend _backend;
    private readonly TensorDescriptor _latent;
    private readonly ImmutableArray<float> _passes;

    /// <summary>Compiles the kernels.</summary>
    /// <param name="backend">Where they run.</param>
    /// <param name="latent">The latent's type and shape.</param>
    /// <param name="schedule">The evaluations.</param>
    /// <param name="passes">The weights of the guidance passes in the output.</param>
    public UpdateKernels(IDenoiserBackend backend, TensorDescriptor latent, SamplingSchedule schedule, ImmutableArray<float> passes)
    {
        (_backend, _latent, _passes) = (backend, latent, passes);
        var stored = StoredEstimates(schedule);
        Updates = [.. schedule.Evaluations.Select((e, i) => Prepare(e.Update, stored[i]))];
        Capacity = schedule.EstimateHistory - 1;
    }

    /// <summary>What follows each evaluation.</summary>
    public ImmutableArray<PreparedUpdate> Updates { get; }

    /// <summary>How many earlier estimates a sample holds at the most.</summary>
    public int Capacity { get; }

    /// <summary>Which evaluations make an estimate that a later one reads.</summary>
    private static bool[] StoredEstimates(SamplingSchedule schedule)
    {
        var stored = new bool[schedule.Evaluations.Length];
        var kept = new List<int>();
        for (var i = 0; i < stored.Length; i++)
        {
            var update = schedule.Evaluations[i].Update;
            var earlier = Math.Max(update.EstimateWeights.Length, update.Anchor?.EstimateWeights.Length ?? 0) - 1;
            for (var j = 0; j < earlier; j++)
            {
                stored[kept[^(j + 1)]] = true;
            }

            if (update.KeepsEstimate)
            {
                kept.Add(i);
            }
        }

        return stored;
    }

    private PreparedUpdate Prepare(SamplerUpdate update, bool storesEstimate)
    {
        var earlier = Math.Max(Math.Max(update.EstimateWeights.Length, update.Anchor?.EstimateWeights.Length ?? 0) - 1, 0);
        var limited = float.IsFinite(update.EstimateLimit);
        var isOutput = !limited && _passes.Length == 1 && update is { EstimateLatentWeight: 0, EstimateOutputWeight: 1 };
        var shape = new UpdateShape(
            _passes.Length,
            update.AnchorWeight != 0 || update.Anchor is { AnchorWeight: not 0 },
            earlier,
            update.NoiseWeight != 0,
            StoresEstimate: storesEstimate && !isOutput,
            SetsAnchor: update.Anchor is not null && !IsHeldLatent(update.Anchor),
            update.EstimateLimit);
        return new PreparedUpdate(
            _backend.Compile(Signature(shape)),
            [.. Scalars(update, shape)],
            shape,
            HoldsLatent: IsHeldLatent(update.Anchor),
            HoldsOutput: storesEstimate && isOutput);
    }

    private static bool IsHeldLatent(AnchorUpdate? anchor) =>
        anchor is { LatentWeight: 1, AnchorWeight: 0 } && anchor.EstimateWeights.All(w => w == 0);

    /// <summary>The numbers in the order in which <see cref="Signature"/> reads them.</summary>
    private IEnumerable<float> Scalars(SamplerUpdate update, UpdateShape shape)
    {
        var (p, q) = (update.EstimateLatentWeight, update.EstimateOutputWeight);
        foreach (var number in Sum(update.LatentWeight, update.OutputWeight, update.AnchorWeight, update.EstimateWeights))
        {
            yield return number;
        }

        if (shape.DrawsNoise)
        {
            yield return update.NoiseWeight;
        }

        if (shape.SetsAnchor)
        {
            foreach (var number in Sum(update.Anchor!.LatentWeight, 0, update.Anchor.AnchorWeight, update.Anchor.EstimateWeights))
            {
                yield return number;
            }
        }

        if (shape.MakesEstimate)
        {
            yield return p;
            foreach (var pass in _passes)
            {
                yield return q * pass;
            }
        }

        // Where nothing limits the estimate it is the sum of its parts, and the parts are added to the latent without making it.
        IEnumerable<float> Sum(float latent, float output, float anchor, ImmutableArray<float> estimates)
        {
            var newest = estimates.IsEmpty ? 0 : estimates[0];
            yield return shape.IsLimited || newest * p == 0 ? latent : latent + (newest * p);
            foreach (var pass in _passes)
            {
                yield return (shape.IsLimited ? output : output + (newest * q)) * pass;
            }

            if (shape.IsLimited)
            {
                yield return newest;
            }

            if (shape.ReadsAnchor)
            {
                yield return anchor;
            }

            for (var j = 1; j <= shape.Earlier; j++)
            {
                yield return j < estimates.Length ? estimates[j] : 0;
            }
        }
    }

    private KernelSignature Signature(UpdateShape shape)
    {
        var scalars = 0;
        var estimateOperands = shape.MakesEstimate ? new TensorExpression[1 + shape.Passes] : [];
        TensorExpression? estimate = null;
        var sums = shape.SetsAnchor ? 2 : 1;
        var perSum = 1 + shape.Passes + (shape.IsLimited ? 1 : 0) + (shape.ReadsAnchor ? 1 : 0) + shape.Earlier;
        var estimateAt = (perSum * sums) + (shape.DrawsNoise ? 1 : 0);
        if (shape.MakesEstimate)
        {
            for (var i = 0; i < estimateOperands.Length; i++)
            {
                var term = TensorExpression.Scalar(estimateAt + i) * TensorExpression.Input(i);
                estimate = estimate is null ? term : estimate + term;
            }

            estimate = shape.IsLimited ? estimate!.Clamp(-shape.Limit, shape.Limit) : estimate;
        }

        var next = Sum();
        var noiseAt = 1 + shape.Passes + (shape.ReadsAnchor ? 1 : 0) + shape.Earlier;
        if (shape.DrawsNoise)
        {
            next += TensorExpression.Scalar(scalars++) * TensorExpression.Input(noiseAt);
        }

        var outputs = ImmutableArray.CreateBuilder<TensorExpression>();
        outputs.Add(next);
        if (shape.SetsAnchor)
        {
            outputs.Add(Sum());
        }

        if (shape.StoresEstimate)
        {
            outputs.Add(estimate!);
        }

        scalars = estimateAt + estimateOperands.Length;
        return new KernelSignature([.. Enumerable.Repeat(TensorType.Of(_latent), shape.Operands)], scalars, outputs.ToImmutable());

        TensorExpression Sum()
        {
            var sum = TensorExpression.Scalar(scalars++) * TensorExpression.Input(0);
            var input = 1;
            for (; input <= shape.Passes; input++)
            {
                sum += TensorExpression.Scalar(scalars++) * TensorExpression.Input(input);
            }

            if (shape.IsLimited)
            {
                sum += TensorExpression.Scalar(scalars++) * estimate!;
            }

            for (var i = 0; i < (shape.ReadsAnchor ? 1 : 0) + shape.Earlier; i++)
            {
                sum += TensorExpression.Scalar(scalars++) * TensorExpression.Input(input++);
            }

            return sum;
        }
    }
}

/// <summary>What follows an evaluation, ready to run.</summary>
/// <param name="Kernel">Computes the next latent, then the anchor and the estimate where they are asked for.</param>
/// <param name="Scalars">The numbers that the kernel is told.</param>
/// <param name="Shape">Which operands it reads and what it makes.</param>
/// <param name="HoldsLatent">Whether the latent as it was becomes the anchor.</param>
/// <param name="HoldsOutput">Whether the output itself is the estimate that later evaluations read.</param>
internal sealed record PreparedUpdate(IExpressionKernel Kernel, float[] Scalars, UpdateShape Shape, bool HoldsLatent, bool HoldsOutput);

/// <summary>Which operands an update reads and what it makes.</summary>
/// <param name="Passes">How many guidance passes there are.</param>
/// <param name="ReadsAnchor">Whether it reads the anchor.</param>
/// <param name="Earlier">How many earlier estimates it reads.</param>
/// <param name="DrawsNoise">Whether it adds fresh noise.</param>
/// <param name="StoresEstimate">Whether its estimate is an output.</param>
/// <param name="SetsAnchor">Whether the next anchor is an output.</param>
/// <param name="Limit">The largest magnitude of an element of the estimate.</param>
internal readonly record struct UpdateShape(
    int Passes, bool ReadsAnchor, int Earlier, bool DrawsNoise, bool StoresEstimate, bool SetsAnchor, float Limit)
{
    public bool IsLimited => float.IsFinite(Limit);

    public bool MakesEstimate => StoresEstimate || IsLimited;

    public int Operands => 1 + Passes + (ReadsAnchor ? 1 : 0) + Earlier + (DrawsNoise ? 1 : 0);
}
