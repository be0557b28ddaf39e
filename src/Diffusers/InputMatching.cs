using CachePolicies.Engine;

namespace CachePolicies.Diffusers;

/// <summary>Brings a recipe's inputs into the types of a layout: positions and sizes are integers in one export and numbers in another.</summary>
internal static class InputMatching
{
    public static IReadOnlyDictionary<string, InputValue> Match(IReadOnlyDictionary<string, InputValue> inputs, DenoiserLayout layout)
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

        return matched;
    }
}
