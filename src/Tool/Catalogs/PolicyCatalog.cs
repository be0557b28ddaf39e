using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>A policy that the tool can make.</summary>
/// <param name="Name">As the tool writes it.</param>
/// <param name="Section">Its name in configuration.</param>
/// <param name="CreateOptions">Its options with their defaults; <see langword="null"/> where it has none.</param>
/// <param name="CreatePolicy">The policy under options.</param>
/// <param name="HasTwoStages">Whether structure and detail are reused apart.</param>
internal sealed record PolicyEntry(
    string Name,
    string Section,
    Func<CachePolicyOptions>? CreateOptions,
    Func<CachePolicyOptions, ICachePolicy> CreatePolicy,
    bool HasTwoStages = false)
{
    /// <summary>Settings under which it decides as the authors' code does, where the defaults read it otherwise.</summary>
    public IReadOnlyList<string> AsPublished { get; init; } = [];
}

/// <summary>The policies by name.</summary>
internal static class PolicyCatalog
{
    public static IReadOnlyList<PolicyEntry> All { get; } =
    [
        new("none", "None", null, static _ => CachePolicy.None),
        Entry<H2CacheOptions>("h2cache", "H2Cache", static o => CachePolicy.H2Cache(o, "h2cache")) with { HasTwoStages = true },
        Entry<BlockCacheOptions>("blockcache", "BlockCache", static o => CachePolicy.BlockCache(o, "blockcache")),
        Entry<TeaCacheOptions>("teacache", "TeaCache", static o => CachePolicy.TeaCache(o, "teacache")) with { AsPublished = ["ClampNegative=false"] },
        Entry<DiCacheOptions>("dicache", "DiCache", static o => CachePolicy.DiCache(o, "dicache")),
        Entry<EasyCacheOptions>("easycache", "EasyCache", static o => CachePolicy.EasyCache(o, "easycache")),
        Entry<MagCacheOptions>("magcache", "MagCache", static o => CachePolicy.MagCache(o, "magcache")),
        Entry<DBCacheOptions>("dbcache", "DBCache", static o => CachePolicy.DBCache(o, "dbcache")),
        Entry<TaylorSeerOptions>("taylorseer", "TaylorSeer", static o => CachePolicy.TaylorSeer(o, "taylorseer")),
        Entry<StepMaskOptions>("stepmask", "StepMask", static o => CachePolicy.StepMask(o, "stepmask")),
    ];

    /// <summary>The policy of a name, without regard to case and dashes.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static PolicyEntry Find(string name) => All.FirstOrDefault(e => Names.AreEqual(e.Name, name))
        ?? throw Names.Unknown("policy", name, [.. All.Select(e => e.Name)]);

    private static PolicyEntry Entry<TOptions>(string name, string section, Func<TOptions, ICachePolicy> create)
        where TOptions : CachePolicyOptions, new() =>
        new(name, section, static () => new TOptions(), options => create((TOptions)options));
}
