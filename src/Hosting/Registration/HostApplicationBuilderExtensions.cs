using CachePolicies.Policies;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The shortest way to a single policy: <c>builder.AddH2Cache()</c>.</summary>
public static class CachePoliciesHostApplicationBuilderExtensions
{
    /// <inheritdoc cref="CachePoliciesBuilderExtensions.AddH2Cache(ICachePoliciesBuilder, Action{H2CacheOptions})"/>
    public static ICachePoliciesBuilder AddH2Cache(this IHostApplicationBuilder builder, Action<H2CacheOptions>? configure = null) =>
        builder.AddCachePolicies().AddH2Cache(configure);

    /// <inheritdoc cref="CachePoliciesBuilderExtensions.AddBlockCache(ICachePoliciesBuilder, Action{BlockCacheOptions})"/>
    public static ICachePoliciesBuilder AddBlockCache(this IHostApplicationBuilder builder, Action<BlockCacheOptions>? configure = null) =>
        builder.AddCachePolicies().AddBlockCache(configure);

    /// <inheritdoc cref="CachePoliciesBuilderExtensions.AddTeaCache(ICachePoliciesBuilder, Action{TeaCacheOptions})"/>
    public static ICachePoliciesBuilder AddTeaCache(this IHostApplicationBuilder builder, Action<TeaCacheOptions>? configure = null) =>
        builder.AddCachePolicies().AddTeaCache(configure);

    /// <inheritdoc cref="CachePoliciesBuilderExtensions.AddDiCache(ICachePoliciesBuilder, Action{DiCacheOptions})"/>
    public static ICachePoliciesBuilder AddDiCache(this IHostApplicationBuilder builder, Action<DiCacheOptions>? configure = null) =>
        builder.AddCachePolicies().AddDiCache(configure);

    /// <inheritdoc cref="CachePoliciesBuilderExtensions.AddNoCache(ICachePoliciesBuilder)"/>
    public static ICachePoliciesBuilder AddNoCache(this IHostApplicationBuilder builder) => builder.AddCachePolicies().AddNoCache();
}
