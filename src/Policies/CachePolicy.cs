namespace CachePolicies.Policies;

/// <summary>
/// The known caching policies. Each factory copies its options, so that later changes of the object change nothing, and puts the decorators
/// that they ask for around the policy.
/// </summary>
public static class CachePolicy
{
    /// <summary>Computes everything.</summary>
    public static ICachePolicy None { get; } = new NonePolicy();

    /// <summary>H2-Cache. <inheritdoc cref="H2CacheOptions" path="/summary"/></summary>
    /// <param name="options">The settings; the defaults otherwise.</param>
    /// <param name="name">The name in configuration, telemetry and messages.</param>
    /// <exception cref="ArgumentException">A setting is wrong; the message lists all that are.</exception>
    public static ICachePolicy H2Cache(H2CacheOptions? options = null, string name = "H2Cache") => Create(
        options ?? new(),
        name,
        static (o, n) => o.Variant == H2CacheVariant.Paper ? new H2CachePaperPolicy(o, n) : new H2CacheFirstBlockPolicy(o, n));

    /// <summary>The block cache. <inheritdoc cref="BlockCacheOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy BlockCache(BlockCacheOptions? options = null, string name = "BlockCache") =>
        Create(options ?? new(), name, static (o, n) => new BlockCachePolicy(o, n));

    /// <summary>TeaCache. <inheritdoc cref="TeaCacheOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy TeaCache(TeaCacheOptions? options = null, string name = "TeaCache") =>
        Create(options ?? new(), name, static (o, n) => new TeaCachePolicy(o, n));

    /// <summary>DiCache. <inheritdoc cref="DiCacheOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy DiCache(DiCacheOptions? options = null, string name = "DiCache") =>
        Create(options ?? new(), name, static (o, n) => new DiCachePolicy(o, n));

    /// <summary>EasyCache. <inheritdoc cref="EasyCacheOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy EasyCache(EasyCacheOptions? options = null, string name = "EasyCache") =>
        Create(options ?? new(), name, static (o, n) => new EasyCachePolicy(o, n));

    /// <summary>MagCache. <inheritdoc cref="MagCacheOptions" path="/summary"/></summary>
    /// <param name="options">The settings, with the model's calibration.</param>
    /// <param name="name">The name in configuration, telemetry and messages.</param>
    /// <exception cref="ArgumentException">A setting is wrong; the message lists all that are.</exception>
    public static ICachePolicy MagCache(MagCacheOptions options, string name = "MagCache")
    {
        ArgumentNullException.ThrowIfNull(options);
        return Create(options, name, static (o, n) => new MagCachePolicy(o, n));
    }

    /// <summary>DBCache. <inheritdoc cref="DBCacheOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy DBCache(DBCacheOptions? options = null, string name = "DBCache") =>
        Create(options ?? new(), name, static (o, n) => new DBCachePolicy(o, n));

    /// <summary>TaylorSeer. <inheritdoc cref="TaylorSeerOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy TaylorSeer(TaylorSeerOptions? options = null, string name = "TaylorSeer") => Create(
        options ?? new(),
        name,
        static (o, n) => new SchedulePolicy(o.From, o.To, o.Approximation.OfResidual(o.From), n).WithMaximumConsecutiveSkips(o.Interval - 1));

    /// <summary>A fixed schedule. <inheritdoc cref="StepMaskOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy StepMask(StepMaskOptions? options = null, string name = "StepMask") =>
        Create(options ?? new(), name, static (o, n) => new SchedulePolicy(o.From, o.To, o.Approximation.OfResidual(o.From), n));

    private static ICachePolicy Create<TOptions>(TOptions options, string name, Func<TOptions, string, ICachePolicy> create)
        where TOptions : CachePolicyOptions
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        options.ThrowIfInvalid();
        return options.Decorate(create(options, name));
    }
}
