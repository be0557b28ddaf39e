using System.Globalization;

namespace CachePolicies;

/// <summary>
/// The name of a free axis that follows from others: a sum of products, as <c>height*width/4+sequence_length</c> for the tokens of a picture and its
/// prompt. Binding the axes that it names binds it too.
/// </summary>
internal static class AxisFormula
{
    /// <summary>The axes that a name stands for: itself, or those that a formula is made of.</summary>
    public static IEnumerable<string> AxesOf(string name) => Terms(name).SelectMany(term => Factors(term.Text)).Select(factor => factor.Text).Where(factor => !IsNumber(factor));

    /// <summary>The size for sizes of the axes, or <see langword="null"/> where one of them has none.</summary>
    /// <exception cref="InvalidLayoutException">The sizes do not divide, or the result is below 1.</exception>
    public static int? Evaluate(string name, IReadOnlyDictionary<string, int> sizes)
    {
        // A size under the very name wins, whatever the name looks like.
        if (sizes.TryGetValue(name, out var own))
        {
            return own;
        }

        try
        {
            return Sum(name, sizes);
        }
        catch (OverflowException)
        {
            throw new InvalidLayoutException($"The axis '{name}' is too large to count with {Describe(name, sizes)}.");
        }
    }

    private static int? Sum(string name, IReadOnlyDictionary<string, int> sizes)
    {
        long sum = 0;
        foreach (var (term, sign) in Terms(name))
        {
            long product = 1, divisor = 1;
            foreach (var (factor, divides) in Factors(term))
            {
                var value = IsNumber(factor) ? long.Parse(factor, CultureInfo.InvariantCulture) : sizes.TryGetValue(factor, out var size) ? size : -1;
                if (value < 0)
                {
                    return null;
                }

                (product, divisor) = divides ? (product, checked(divisor * value)) : (checked(product * value), divisor);
            }

            if (divisor == 0 || product % divisor != 0)
            {
                throw new InvalidLayoutException($"The axis '{name}' does not come out whole with {Describe(name, sizes)}: {product} is not a multiple of {divisor}.");
            }

            sum = checked(sum + (sign * (product / divisor)));
        }

        return sum is >= 1 and <= int.MaxValue
            ? (int)sum
            : throw new InvalidLayoutException($"The axis '{name}' would have {sum} elements with {Describe(name, sizes)}; expected 1 to {int.MaxValue}.");
    }

    private static string Describe(string name, IReadOnlyDictionary<string, int> sizes) =>
        string.Join(", ", AxesOf(name).Distinct(StringComparer.Ordinal).Select(axis => $"{axis} = {sizes[axis].ToString(CultureInfo.InvariantCulture)}"));

    private static bool IsNumber(string text) => text.Length is > 0 and < 10 && text.All(char.IsAsciiDigit);

    private static IEnumerable<(string Text, int Sign)> Terms(string name) => Parts(name, '+', '-').Select(part => (part.Text, part.Sign == '-' ? -1 : 1));

    private static IEnumerable<(string Text, bool Divides)> Factors(string term) => Parts(term, '*', '/').Select(part => (part.Text, part.Sign == '/'));

    // The pieces between signs, each with the sign before it.
    private static IEnumerable<(string Text, char Sign)> Parts(string text, char first, char second)
    {
        var (start, sign) = (0, first);
        for (var i = text.IndexOfAny([first, second]); i >= 0; i = text.IndexOfAny([first, second], start))
        {
            yield return (text[start..i], sign);
            (start, sign) = (i + 1, text[i]);
        }

        yield return (text[start..], sign);
    }
}
