using CachePolicies.Policies;

namespace CachePolicies.Comparison;

/// <summary>Settings as tables write them: by the symbols of the papers where there are any, <c>τ1 0.22, τ2 0.12, Taylor, Damping 0.5</c>.</summary>
public static class ShortSettings
{
    /// <summary>The settings of a policy.</summary>
    /// <param name="policy">The policy's name; of one that is not in the catalogue the settings are returned as they are.</param>
    /// <param name="settings">Each <c>Name=Value</c>.</param>
    public static string Of(string policy, IEnumerable<string> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var options = PolicyCatalog.Find(policy)?.Options;
        return string.Join(", ", settings.Select(s => Of(options, s)));
    }

    private static string Of(OptionSet? options, string setting)
    {
        var equals = setting.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 || options?.Find(setting[..equals]) is not { } option)
        {
            return setting;
        }

        var value = setting[(equals + 1)..];
        return option switch
        {
            { Symbol: { } symbol } => $"{symbol} {value}",
            { Type.Kind: OptionKind.Choice } => value,
            { Type.Kind: OptionKind.Flag } when value is "true" => option.Name,
            _ => $"{option.Name[(option.Name.LastIndexOf('.') + 1)..]} {value}",
        };
    }
}
