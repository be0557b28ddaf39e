using CachePolicies.Engine;
using CachePolicies.Splitting;

namespace CachePolicies.Diffusers;

/// <summary>Brings a recipe's inputs into the types of a layout: positions and sizes are integers in one export and numbers in another.</summary>
internal static class InputMatching
{
    /// <param name="inputs">The recipe's inputs by name.</param>
    /// <param name="layout">What the stages read.</param>
    /// <param name="condition">What the model reads beside the latent in one input, or <see langword="null"/>.</param>
    public static IReadOnlyDictionary<string, InputValue> Match(IReadOnlyDictionary<string, InputValue> inputs, DenoiserLayout layout, float[]? condition = null)
    {
        var matched = new Dictionary<string, InputValue>(StringComparer.Ordinal);
        foreach (var (name, value) in inputs)
        {
            if (layout.Inputs.FirstOrDefault(i => i.Name == name) is not { } input)
            {
                // Nothing that the stages compute depends on it.
                continue;
            }

            var isInteger = !input.ElementType.IsFloatingPoint();
            matched[name] = isInteger == value.IsInteger ? value
                : isInteger ? Array.ConvertAll(value.Numbers.ToArray(), n => (long)n)
                : Array.ConvertAll(value.Integers.ToArray(), n => (float)n);
        }

        if (condition is not null && layout.Inputs.FirstOrDefault(i => i.Name.EndsWith(DenoiserSplitter.ConditionSuffix, StringComparison.Ordinal)) is { } beside)
        {
            matched[beside.Name] = condition;
        }

        return matched;
    }
}
