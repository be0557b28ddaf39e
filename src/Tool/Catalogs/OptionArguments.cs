using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>
/// Sets options from <c>Name=Value</c>: names without regard to case and dashes, <c>Approximation.Method</c> for one of a nested object, enumerations by
/// name, lists comma-separated, numbers with a decimal point.
/// </summary>
internal static class OptionArguments
{
    /// <summary>Applies settings in order; a later one wins.</summary>
    /// <param name="declared">The options of <paramref name="target"/>.</param>
    /// <param name="target">The options object.</param>
    /// <param name="owner">Whose options they are, for messages: <c>the policy 'teacache'</c>.</param>
    /// <param name="settings">Each <c>Name=Value</c>.</param>
    /// <exception cref="UsageException">A setting is not of that form, names no option, or has a value of another type.</exception>
    public static void Apply(OptionSet declared, object target, string owner, IReadOnlyCollection<string> settings)
    {
        if (declared.Count == 0 && settings.Count > 0)
        {
            throw new UsageException($"{char.ToUpperInvariant(owner[0])}{owner[1..]} has no options; '{Excerpt.Of(settings.First())}' cannot be set.");
        }

        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new UsageException($"The option '{Excerpt.Of(setting)}' is not of the form Name=Value, such as -o {declared[0].Name}=0.2.");
            }

            var (name, value) = (setting[..equals].Trim().Replace(':', '.'), setting[(equals + 1)..].Trim());
            var option = declared.FirstOrDefault(o => Names.AreEqual(o.Name, name)) ?? throw Names.Unknown($"option of {owner} called", name, [.. declared.Select(o => o.Name)]);
            if (!option.TryWrite(target, value))
            {
                throw new UsageException($"The option {option.Name} of {owner} is '{Excerpt.Of(value)}'; expected {option.Type.Expected}.");
            }
        }
    }
}
