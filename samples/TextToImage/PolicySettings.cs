using System.Globalization;
using System.Text.Json.Nodes;
using CachePolicies.Policies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CachePolicies.Samples.TextToImage;

/// <summary>The settings of the policies, as people and programs read them.</summary>
internal sealed class PolicySettings(IServiceProvider services)
{
    /// <summary>The settings that matter most, in the papers' symbols.</summary>
    public string Describe(string policy)
    {
        CachePolicyOptions? options = Of(policy);
        var own = options switch
        {
            H2CacheOptions h2 => Text($"τ1 {h2.StructureThreshold}, τ2 {h2.DetailThreshold}"),
            BlockCacheOptions block => Text($"τ {block.Threshold}"),
            TeaCacheOptions tea => Text($"τ {tea.Threshold}"),
            DiCacheOptions di => Text($"τ {di.Threshold}, retention {di.RetentionRatio}"),
            _ => "",
        };
        var method = options switch
        {
            H2CacheOptions h2 => h2.Approximation,
            BlockCacheOptions block => block.Approximation,
            TeaCacheOptions tea => tea.Approximation,
            _ => null,
        };
        return own
            + (options is { WarmupSteps: > 0 } ? Text($", first {options.WarmupSteps}") : "")
            + (options is { ForcedLastSteps: > 1 } ? Text($", last {options.ForcedLastSteps}") : "")
            + method?.Method switch
            {
                SkipMethod.Taylor => Text($", Taylor {method.Order} × {method.Damping}"),
                SkipMethod.Aligned => ", aligned",
                _ => "",
            };
    }

    public JsonObject ToJson(string policy)
    {
        var json = Of(policy) switch
        {
            H2CacheOptions h2 => new JsonObject
            {
                ["Variant"] = h2.Variant.ToString(),
                ["StructureThreshold"] = Number(h2.StructureThreshold),
                ["DetailThreshold"] = Number(h2.DetailThreshold),
                ["StructurePoolDivisor"] = h2.StructurePoolDivisor,
                ["DetailPoolDivisor"] = h2.DetailPoolDivisor,
                ["ReferenceUpdate"] = h2.ReferenceUpdate.ToString(),
            },
            BlockCacheOptions block => new JsonObject { ["Threshold"] = Number(block.Threshold), ["Probe"] = block.Probe },
            TeaCacheOptions tea => new JsonObject
            {
                ["Threshold"] = Number(tea.Threshold),
                ["Coefficients"] = new JsonArray([.. tea.Coefficients.Select(c => JsonValue.Create(c))]),
                ["ClampNegative"] = tea.ClampNegative,
            },
            DiCacheOptions di => new JsonObject
            {
                ["Threshold"] = Number(di.Threshold),
                ["ErrorMetric"] = di.ErrorMetric.ToString(),
                ["RetentionRatio"] = di.RetentionRatio,
                ["Probe"] = di.Probe,
                ["TrajectoryAlignment"] = di.TrajectoryAlignment,
            },
            _ => [],
        };
        if (Of(policy) is { } options)
        {
            json["WarmupSteps"] = options.WarmupSteps;
            json["ForcedLastSteps"] = options.ForcedLastSteps;
        }

        return json;
    }

    private CachePolicyOptions? Of(string policy) => policy switch
    {
        "H2Cache" => Get<H2CacheOptions>(policy),
        "BlockCache" => Get<BlockCacheOptions>(policy),
        "TeaCache" => Get<TeaCacheOptions>(policy),
        "DiCache" => Get<DiCacheOptions>(policy),
        _ => null,
    };

    private TOptions Get<TOptions>(string policy)
        where TOptions : class => services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(policy);

    /// <summary>A single-precision number with no more digits than it was written with.</summary>
    private static JsonValue Number(float value) => JsonValue.Create(decimal.Parse(value.ToString(CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
