using System.Globalization;

namespace CachePolicies.Policies;

/// <summary>The axes of the grid in which a signal's elements lie.</summary>
internal static class SignalGrid
{
    private const string Expected = "two or three sizes from 1 to 4096 (64x64; frames in front: 16x30x52)";

    /// <summary>A grid as an option's value.</summary>
    public static OptionType<string?> Type { get; } = new(OptionKind.Text, Expected, static t => t, static v => v!, static v => TryParse(v!) is not null, isNullable: true);

    /// <summary>The axes over which a signal is filtered.</summary>
    /// <param name="signal">The signal's shape: <c>[tokens, channels]</c>, or a latent's.</param>
    /// <param name="latent">The latent's shape: <c>[channels, height, width]</c>, with frames after the channels, or tokens.</param>
    /// <param name="given">The grid of the tokens, where somebody said it.</param>
    /// <returns>For each axis its size and the distance between neighbours.</returns>
    /// <exception cref="CachePlanException">The grid that was given does not have as many places as there are tokens, or there are too many tokens for one line.</exception>
    public static IReadOnlyList<(int Size, int Stride)> AxesOf(TensorShape signal, TensorShape latent, string? given)
    {
        if (signal.Rank > 2)
        {
            return WithStrides([.. signal.Dimensions[1..].ToArray().Select(d => d.Size)], 1);
        }

        var (tokens, channels) = (signal[0], signal.Rank == 2 ? signal[1] : 1);
        var sizes = given is not null ? TryParse(given)! : OfLatent(latent, tokens) ?? Square(tokens);
        return sizes.Aggregate(1L, (product, size) => product * size) == tokens && sizes.Max() <= WienerExpression.LongestAxis
            ? WithStrides(sizes, channels)
            : throw new CachePlanException($"SeaCache's signal {signal} has {tokens} tokens, which the grid {string.Join("x", sizes)} cannot hold; set Grid to rows x columns of the tokens.");
    }

    /// <summary>Whether a signal's grid is known, and not taken for a square or a line.</summary>
    public static bool IsKnown(TensorShape signal, TensorShape latent, string? given) => signal.Rank > 2 || given is not null || OfLatent(latent, signal[0]) is not null;

    // Patches are square: all of a picture's height and width are divided by the same number.
    private static int[]? OfLatent(TensorShape latent, int tokens)
    {
        if (latent.Rank < 3)
        {
            return null;
        }

        int[] axes = [.. latent.Dimensions[1..].ToArray().Select(d => d.Size)];
        for (var patch = 1; patch <= Math.Min(axes[^1], axes[^2]); patch++)
        {
            int[] grid = [.. axes[..^2], axes[^2] / patch, axes[^1] / patch];
            if (axes[^2] % patch == 0 && axes[^1] % patch == 0 && grid.Aggregate(1L, (product, size) => product * size) == tokens)
            {
                return grid;
            }
        }

        return null;
    }

    private static int[] Square(int tokens) => (int)Math.Sqrt(tokens) is var side && side * side == tokens ? [side, side] : [tokens];

    private static (int, int)[] WithStrides(int[] sizes, int innermost)
    {
        var axes = new (int, int)[sizes.Length];
        for (var i = sizes.Length - 1; i >= 0; i--)
        {
            axes[i] = (sizes[i], innermost);
            innermost *= sizes[i];
        }

        return axes;
    }

    private static int[]? TryParse(string text)
    {
        var parts = text.Split('x', 'X', '×');
        var sizes = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out sizes[i]) || sizes[i] is < 1 or > WienerExpression.LongestAxis)
            {
                return null;
            }
        }

        return sizes.Length is 2 or 3 ? sizes : null;
    }
}
