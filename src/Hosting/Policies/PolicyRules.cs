using System.Globalization;
using CachePolicies.Policies;
using Microsoft.Extensions.Configuration;

namespace CachePolicies.Hosting;

/// <summary>
/// The list <c>Rules</c> in a policy's section: decorators in the order in which they are put around the policy, each an object with one key. Any policy
/// can have it, one's own too: <c>"Rules": [ { "Warmup": 10 }, { "MaximumConsecutiveSkips": 4 } ]</c>.
/// </summary>
internal static class PolicyRules
{
    /// <summary>The key of the list.</summary>
    public const string Key = "Rules";

    private static readonly Dictionary<string, Func<ICachePolicy, string, ICachePolicy>> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Warmup"] = (policy, value) => policy.WithWarmup(Whole(value)),
        ["ForcedLast"] = (policy, value) => policy.WithForcedLast(Whole(value)),
        ["MaximumConsecutiveSkips"] = (policy, value) => policy.WithMaximumConsecutiveSkips(Whole(value)),
        ["MaximumSkips"] = (policy, value) => policy.WithMaximumSkips(Whole(value)),
        ["Cooldown"] = (policy, value) => policy.WithCooldown(Whole(value)),
        ["StepMask"] = (policy, value) => policy.WithStepMask(StepMask.Parse(value)),
    };

    /// <summary>The names of the rules.</summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>Puts the rules of a section around a policy.</summary>
    /// <exception cref="ArgumentException">A rule is unknown or its value cannot be used; the message says where and what would be right.</exception>
    public static ICachePolicy Apply(ICachePolicy policy, IConfiguration? values, string path)
    {
        if (values is null)
        {
            return policy;
        }

        foreach (var item in values.GetSection(Key).GetChildren())
        {
            foreach (var rule in item.GetChildren())
            {
                var where = $"{path}:{Key}:{item.Key}:{rule.Key}";
                if (!Known.TryGetValue(rule.Key, out var decorate))
                {
                    throw new ArgumentException($"{where} is no rule. Known: {string.Join(", ", Known.Keys)}.");
                }

                try
                {
                    policy = decorate(policy, rule.Value ?? "");
                }
                catch (Exception wrong) when (wrong is FormatException or ArgumentException)
                {
                    throw new ArgumentException($"{where} is '{rule.Value}'. {wrong.Message}", wrong);
                }
            }
        }

        return policy;
    }

    private static int Whole(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException("A whole number of at least 0 is right.");
}
