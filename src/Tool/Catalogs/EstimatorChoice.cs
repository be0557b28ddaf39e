using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>The estimators by name.</summary>
internal static class EstimatorChoice
{
    private static readonly Dictionary<string, Func<IReadOnlyCollection<string>, NamedEstimator>> All = new(StringComparer.Ordinal)
    {
        ["relative-l1"] = settings => Plain(SimilarityEstimator.RelativeL1, settings),
        ["relative-l2"] = settings => Plain(SimilarityEstimator.RelativeL2, settings),
        ["cosine"] = settings => Plain(SimilarityEstimator.Cosine, settings),
        ["mean-absolute-difference"] = settings => Plain(SimilarityEstimator.MeanAbsoluteDifference, settings),
        ["pfs"] = Pooled,
    };

    /// <summary>The names, for messages and help.</summary>
    public static IReadOnlyCollection<string> Known => All.Keys;

    /// <summary>The estimator of a name under settings.</summary>
    /// <exception cref="UsageException">There is no such estimator or option, or a value is out of range.</exception>
    public static NamedEstimator Create(string name, IReadOnlyCollection<string> settings)
    {
        var key = All.Keys.FirstOrDefault(k => Names.AreEqual(k, name)) ?? throw Names.Unknown("estimator", name, Known);
        return All[key](settings);
    }

    private static NamedEstimator Plain(ISimilarityEstimator estimator, IReadOnlyCollection<string> settings)
    {
        var options = new EstimatorOptions();
        OptionArguments.Apply(EstimatorOptions.Set, options, $"the estimator '{estimator.Name}'", settings);
        return PerFrame(estimator, null, options);
    }

    private static NamedEstimator Pooled(IReadOnlyCollection<string> settings)
    {
        var options = new PooledOptions();
        OptionArguments.Apply(PooledOptions.Declared, options, "the estimator 'pfs'", settings);
        return options.Divisor >= 1
            ? PerFrame(SimilarityEstimator.PooledRelativeL1(options.Divisor), options.Divisor, options)
            : throw new UsageException($"The option Divisor of the estimator 'pfs' is {options.Divisor}; expected a whole number of at least 1.");
    }

    private static NamedEstimator PerFrame(ISimilarityEstimator estimator, int? divisor, EstimatorOptions options)
    {
        if (options.Frames is not { } count)
        {
            return options.FrameAxis == 0
                ? new NamedEstimator(estimator, divisor, null)
                : throw new UsageException($"The option FrameAxis of the estimator '{estimator.Name}' is {options.FrameAxis} and Frames is not set; expected both, or neither.");
        }

        if (count < 1)
        {
            throw new UsageException($"The option Frames of the estimator '{estimator.Name}' is {count}; expected a whole number of at least 1.");
        }

        var frames = new FrameAxis(options.FrameAxis, count);
        return new NamedEstimator(SimilarityEstimator.PerFrame(estimator, frames), divisor, frames);
    }

    private class EstimatorOptions
    {
        /// <summary>The options with the values that they take.</summary>
        public static OptionSet<EstimatorOptions> Set { get; } = OptionSet.Of<EstimatorOptions>()
            .With(nameof(Frames), OptionTypes.OrNull(OptionTypes.AtLeast(1)), static o => o.Frames, static (o, v) => o.Frames = v)
            .With(nameof(FrameAxis), OptionTypes.AtLeast(0), static o => o.FrameAxis, static (o, v) => o.FrameAxis = v);

        /// <summary>How many frames of a video are measured by themselves; the worst one's distance counts. Not set, the whole is measured.</summary>
        public int? Frames { get; set; }

        /// <summary>The axis along which the frames follow one another, counted without the batch axis.</summary>
        public int FrameAxis { get; set; }
    }

    private sealed class PooledOptions : EstimatorOptions
    {
        /// <summary>The options with the values that they take.</summary>
        public static OptionSet<PooledOptions> Declared { get; } = OptionSet.Of<PooledOptions>()
            .With(nameof(Divisor), OptionTypes.AtLeast(1), static o => o.Divisor, static (o, v) => o.Divisor = v)
            .With(Set);

        /// <summary>Dp; H2-Cache's default for structure.</summary>
        public int Divisor { get; set; } = 512;
    }
}

/// <summary>An estimator and, where it pools, how finely.</summary>
/// <param name="Estimator">The estimator.</param>
/// <param name="PoolDivisor">PFS's divisor, or <see langword="null"/>.</param>
/// <param name="Frames">Where the frames are that are measured by themselves, or <see langword="null"/>.</param>
internal sealed record NamedEstimator(ISimilarityEstimator Estimator, int? PoolDivisor, FrameAxis? Frames)
{
    /// <summary>The side of PFS's windows on a shape, or <see langword="null"/> where nothing is pooled.</summary>
    /// <exception cref="UsageException">The shape cannot hold the frames.</exception>
    public int? WindowOn(TensorShape shape)
    {
        try
        {
            var measured = Frames?.FrameOf(shape) ?? shape;
            return PoolDivisor is { } divisor ? SimilarityEstimator.PoolWindow(measured, divisor) : null;
        }
        catch (ArgumentException unfit)
        {
            throw new UsageException($"The tensors cannot be measured per frame: {unfit.Message}");
        }
    }
}
