using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CachePolicies.Policies;

/// <summary>The estimators by name, as configuration and command line write them.</summary>
public static class EstimatorCatalog
{
    private const string Pooled = "pfs";

    private static readonly ISimilarityEstimator[] Plain =
        [SimilarityEstimator.RelativeL1, SimilarityEstimator.RelativeL2, SimilarityEstimator.Cosine, SimilarityEstimator.MeanAbsoluteDifference];

    /// <summary>What may be written: the names, and <c>pfs(DIVISOR)</c>.</summary>
    public static IReadOnlyList<string> Forms { get; } = [.. Plain.Select(e => e.Name), $"{Pooled}(DIVISOR)"];

    /// <summary>Finds an estimator.</summary>
    /// <param name="name">A name whatever its case: <c>cosine</c>; pooled feature summarisation with its divisor: <c>pfs(512)</c>.</param>
    /// <param name="estimator">The estimator.</param>
    public static bool TryFind(string name, [NotNullWhen(true)] out ISimilarityEstimator? estimator)
    {
        ArgumentNullException.ThrowIfNull(name);
        estimator = Plain.FirstOrDefault(e => e.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (estimator is null && name.StartsWith(Pooled + "(", StringComparison.OrdinalIgnoreCase) && name.EndsWith(')')
            && int.TryParse(name.AsSpan(Pooled.Length + 1, name.Length - Pooled.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var divisor) && divisor >= 1)
        {
            estimator = SimilarityEstimator.PooledRelativeL1(divisor);
        }

        return estimator is not null;
    }
}
