using CachePolicies.Hosting;
using CachePolicies.Policies;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers further policies, on the same terms as <see cref="CachePoliciesBuilderExtensions"/>.</summary>
public static class FurtherPoliciesBuilderExtensions
{
    /// <summary>Registers EasyCache.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Settings over those of the configuration.</param>
    /// <param name="name">The name: service key, options name, section and telemetry tag.</param>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public static ICachePoliciesBuilder AddEasyCache(this ICachePoliciesBuilder builder, Action<EasyCacheOptions>? configure = null, string name = "EasyCache") =>
        CachePoliciesBuilderExtensions.AddKnown(builder, name, new PolicyBinding<EasyCacheOptions>(static (c, o) => c.Bind(o)), CachePolicy.EasyCache, configure);

    /// <summary>Registers DBCache.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Settings over those of the configuration.</param>
    /// <param name="name">The name: service key, options name, section and telemetry tag.</param>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public static ICachePoliciesBuilder AddDBCache(this ICachePoliciesBuilder builder, Action<DBCacheOptions>? configure = null, string name = "DBCache") =>
        CachePoliciesBuilderExtensions.AddKnown(builder, name, new PolicyBinding<DBCacheOptions>(static (c, o) => c.Bind(o)), CachePolicy.DBCache, configure);

    /// <summary>Registers TaylorSeer.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Settings over those of the configuration.</param>
    /// <param name="name">The name: service key, options name, section and telemetry tag.</param>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public static ICachePoliciesBuilder AddTaylorSeer(this ICachePoliciesBuilder builder, Action<TaylorSeerOptions>? configure = null, string name = "TaylorSeer") =>
        CachePoliciesBuilderExtensions.AddKnown(builder, name, new PolicyBinding<TaylorSeerOptions>(static (c, o) => c.Bind(o)), CachePolicy.TaylorSeer, configure);

    /// <summary>Registers a fixed schedule.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Settings over those of the configuration.</param>
    /// <param name="name">The name: service key, options name, section and telemetry tag.</param>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public static ICachePoliciesBuilder AddStepMask(this ICachePoliciesBuilder builder, Action<StepMaskOptions>? configure = null, string name = "StepMask") =>
        CachePoliciesBuilderExtensions.AddKnown(builder, name, new PolicyBinding<StepMaskOptions>(static (c, o) => c.Bind(o)), CachePolicy.StepMask, configure);

    /// <summary>
    /// Registers MagCache. Its options need the model's calibration: set it here, or name its file in configuration
    /// (<c>CachePolicies:MagCache:CalibrationFile</c>).
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Settings over those of the configuration.</param>
    /// <param name="name">The name: service key, options name, section and telemetry tag.</param>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public static ICachePoliciesBuilder AddMagCache(this ICachePoliciesBuilder builder, Action<MagCacheOptions>? configure = null, string name = "MagCache") =>
        CachePoliciesBuilderExtensions.AddKnown(builder, name, new PolicyBinding<MagCacheOptions>(BindMagCache, CalibrationFile), CachePolicy.MagCache, configure);

    private const string CalibrationFile = "CalibrationFile";

    private static void BindMagCache(IConfiguration section, MagCacheOptions options)
    {
        section.Bind(options);
        if (section[CalibrationFile] is not { Length: > 0 } path)
        {
            return;
        }

        try
        {
            options.Calibration = MagCacheCalibration.Load(path);
        }
        catch (IOException missing)
        {
            throw new InvalidOperationException($"{CalibrationFile}: {missing.Message}", missing);
        }
        catch (InvalidDataException broken)
        {
            throw new InvalidOperationException($"{CalibrationFile}: {broken.Message}", broken);
        }
    }
}
