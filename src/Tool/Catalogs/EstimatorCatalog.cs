namespace CachePolicies.Tool;

/// <summary>The estimators by name.</summary>
internal static class EstimatorCatalog
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

    private static NamedEstimator Plain(ISimilarityEstimator estimator, IReadOnlyCollection<string> settings) => settings.Count == 0
        ? new NamedEstimator(estimator, null)
        : throw new UsageException($"The estimator '{estimator.Name}' has no options; '{settings.First()}' cannot be set.");

    private static NamedEstimator Pooled(IReadOnlyCollection<string> settings)
    {
        var options = new PooledOptions();
        OptionBinder.Apply(options, "the estimator 'pfs'", settings);
        return options.Divisor >= 1
            ? new NamedEstimator(SimilarityEstimator.PooledRelativeL1(options.Divisor), options.Divisor)
            : throw new UsageException($"The option Divisor of the estimator 'pfs' is {options.Divisor}; a whole number of at least 1 is right.");
    }

    private sealed class PooledOptions
    {
        /// <summary>Dp; H2-Cache's default for structure.</summary>
        public int Divisor { get; set; } = 512;
    }
}

/// <summary>An estimator and, where it pools, how finely.</summary>
/// <param name="Estimator">The estimator.</param>
/// <param name="PoolDivisor">PFS's divisor, or <see langword="null"/>.</param>
internal sealed record NamedEstimator(ISimilarityEstimator Estimator, int? PoolDivisor);
