using System.Globalization;

namespace CachePolicies.Splitting;

/// <summary>A product in a formula: <c>symbols · Numerator / Denominator</c>.</summary>
/// <param name="Symbols">The free axes that are multiplied; none for a constant.</param>
/// <param name="Numerator">The factor; below 0 where it is taken away.</param>
/// <param name="Denominator">The divisor, at least 1.</param>
internal sealed record AxisTerm(IReadOnlyList<int> Symbols, long Numerator, long Denominator)
{
    public long Value(long[] sizes) => Symbols.Aggregate(Numerator, (product, symbol) => checked(product * sizes[symbol])) / Denominator;
}

/// <summary>
/// Says how an axis follows from the free axes of the inputs: a sum of products, each of other axes. It is found from the axis's sizes in several
/// choices of sizes: a first one, one for each free axis in which that one alone differs, and a last one in which all differ, which proves it.
/// </summary>
internal static class AxisTerms
{
    /// <summary>The formula of an axis, or <see langword="null"/> where it is no such sum.</summary>
    /// <param name="axis">The axis's sizes by choice.</param>
    /// <param name="choices">The sizes of the free axes, by choice and axis.</param>
    public static IReadOnlyList<AxisTerm>? Find(long[] axis, long[][] choices)
    {
        var symbols = choices[0].Length;
        // What a product that holds the symbol is worth at the first choice: what the sum grows by, per growth of the symbol.
        var groups = new Dictionary<long, List<int>>();
        for (var symbol = 0; symbol < symbols; symbol++)
        {
            var (before, after) = (choices[0][symbol], choices[symbol + 1][symbol]);
            var growth = axis[symbol + 1] - axis[0];
            if (growth == 0)
            {
                continue;
            }

            if (growth * before % (after - before) != 0)
            {
                return null;
            }

            var worth = growth * before / (after - before);
            if (!groups.TryGetValue(worth, out var group))
            {
                groups.Add(worth, group = []);
            }

            group.Add(symbol);
        }

        // Symbols of equal worth are one product, or products of their own.
        return Sum(groups.Select(group => (group.Key, Parts: (IReadOnlyList<IReadOnlyList<int>>)[group.Value])), axis, choices)
            ?? Sum(groups.Select(group => (group.Key, Parts: (IReadOnlyList<IReadOnlyList<int>>)[.. group.Value.Select(symbol => (IReadOnlyList<int>)[symbol])])), axis, choices);
    }

    /// <summary>The formula as text: <c>height*width/4+sequence_length</c>, a number for a constant.</summary>
    public static string Format(IReadOnlyList<AxisTerm> terms, IReadOnlyList<string> names)
    {
        var text = "";
        foreach (var term in terms)
        {
            var size = Math.Abs(term.Numerator);
            var factors = term.Symbols.Select(symbol => names[symbol]).ToList();
            if (factors.Count == 0 || size != 1)
            {
                factors.Add(size.ToString(CultureInfo.InvariantCulture));
            }

            var sign = term.Numerator < 0 ? "-" : text.Length > 0 ? "+" : "";
            var divisor = term.Denominator == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"/{term.Denominator}");
            text += $"{sign}{string.Join('*', factors)}{divisor}";
        }

        return text;
    }

    private static List<AxisTerm>? Sum(IEnumerable<(long Worth, IReadOnlyList<IReadOnlyList<int>> Parts)> groups, long[] axis, long[][] choices)
    {
        var terms = new List<AxisTerm>();
        foreach (var (worth, parts) in groups)
        {
            foreach (var part in parts)
            {
                var product = part.Aggregate(1L, (size, symbol) => size * choices[0][symbol]);
                var common = (long)System.Numerics.BigInteger.GreatestCommonDivisor(worth, product);
                terms.Add(new AxisTerm(part, worth / common, product / common));
            }
        }

        terms.Sort((a, b) => a.Symbols[0].CompareTo(b.Symbols[0]));
        var rest = axis[0] - terms.Sum(term => term.Value(choices[0]));
        if (rest != 0)
        {
            terms.Add(new AxisTerm([], rest, 1));
        }

        // A sum begins with what is added.
        terms = [.. terms.Where(term => term.Numerator > 0), .. terms.Where(term => term.Numerator < 0)];
        return terms.Count > 0 && axis.Zip(choices).All(choice => terms.Sum(term => term.Value(choice.Second)) == choice.First) ? terms : null;
    }
}
