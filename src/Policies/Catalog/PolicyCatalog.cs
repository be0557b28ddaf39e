namespace CachePolicies.Policies;

/// <summary>
/// The known policies. A policy is its folder and its line here: registration, configuration, its schema, the tool, tuning, benchmarks, the table in the
/// README and the laws' tests all go by this list.
/// </summary>
public static class PolicyCatalog
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<CachePolicyDescriptor> All { get; } =
    [
        NoneDescriptor.Instance,
        H2CacheDescriptor.Instance,
        BlockCacheDescriptor.Instance,
        TeaCacheDescriptor.Instance,
        DiCacheDescriptor.Instance,
        EasyCacheDescriptor.Instance,
        MagCacheDescriptor.Instance,
        DBCacheDescriptor.Instance,
        TaylorSeerDescriptor.Instance,
        SpectrumDescriptor.Instance,
        SeaCacheDescriptor.Instance,
        MeanCacheDescriptor.Instance,
        StepMaskDescriptor.Instance,
        LogSnrDescriptor.Instance,
    ];

    /// <summary>The policy of a name, whatever its case and its dashes; <see langword="null"/> where there is none.</summary>
    public static CachePolicyDescriptor? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var plain = name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        return All.FirstOrDefault(d => d.Name.Equals(plain, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The policy whose options are of a class.</summary>
    /// <exception cref="ArgumentException">No known policy has them.</exception>
    public static CachePolicyDescriptor<TOptions> Of<TOptions>()
        where TOptions : CachePolicyOptions, new() =>
        All.OfType<CachePolicyDescriptor<TOptions>>().FirstOrDefault() ?? throw new ArgumentException($"No known policy has {typeof(TOptions).Name}.");
}
