using System.Globalization;
using CachePolicies.Engine;

namespace CachePolicies.Diffusers;

/// <summary>
/// The sizes of a layout's free axes for one request: those of the latent follow from the picture, those of an input from how many numbers it was given,
/// those that the splitter derived (<c>height/2</c>) from the others, and what is left counts image tokens.
/// </summary>
internal static class AxisSizes
{
    public static IReadOnlyDictionary<string, int> Of(DenoiserLayout layout, LatentForm latent, TextToImage.PictureSize size, IReadOnlyDictionary<string, InputValue> inputs)
    {
        var sizes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (axis, count) in LatentAxes(layout.Latent.Primary.Shape, latent, size))
        {
            sizes[axis] = count;
        }

        foreach (var input in layout.Inputs)
        {
            if (inputs.TryGetValue(input.Name, out var value))
            {
                Solve(input.Shape, value.IsInteger ? value.Integers.Length : value.Numbers.Length, sizes);
            }
        }

        return Complete(layout, latent, size, sizes);
    }

    /// <summary>The sizes for a request that is not known yet: text of the family's usual length.</summary>
    public static IReadOnlyDictionary<string, int> Usual(DenoiserLayout layout, PipelineRecipe recipe, LatentForm latent, TextToImage.PictureSize size)
    {
        var sizes = LatentAxes(layout.Latent.Primary.Shape, latent, size).ToDictionary(a => a.Axis, a => a.Size, StringComparer.Ordinal);
        if (layout.Inputs.FirstOrDefault(i => i.Name == "encoder_hidden_states") is { Shape.Rank: > 1 } text && text.Shape.Dimensions[^2].Symbol is { } axis)
        {
            sizes[axis] = recipe.UsualTextLength;
        }

        return Complete(layout, latent, size, sizes);
    }

    private static Dictionary<string, int> Complete(DenoiserLayout layout, LatentForm latent, TextToImage.PictureSize size, Dictionary<string, int> sizes)
    {
        foreach (var axis in layout.FreeAxes())
        {
            if (!sizes.ContainsKey(axis))
            {
                sizes[axis] = Derive(axis, sizes) ?? latent.TokensOf(size);
            }
        }

        return sizes;
    }

    private static IEnumerable<(string Axis, int Size)> LatentAxes(TensorShape shape, LatentForm latent, TextToImage.PictureSize size)
    {
        int[] concrete = latent.IsPacked
            ? [latent.TokensOf(size), latent.Channels * latent.Patch * latent.Patch]
            : [latent.Channels, latent.HeightOf(size), latent.WidthOf(size)];
        for (var i = 1; i <= Math.Min(concrete.Length, shape.Rank); i++)
        {
            if (shape.Dimensions[^i].Symbol is { } axis)
            {
                yield return (axis, concrete[^i]);
            }
        }
    }

    /// <summary>Where one axis of an input is unknown, its size is what the number of elements leaves.</summary>
    private static void Solve(TensorShape shape, long count, Dictionary<string, int> sizes)
    {
        string? unknown = null;
        long known = 1;
        foreach (var dimension in shape.Dimensions)
        {
            if (dimension.Symbol is not { } axis)
            {
                known *= dimension.Size;
            }
            else if (sizes.TryGetValue(axis, out var size))
            {
                known *= size;
            }
            else if (unknown is not null)
            {
                return;
            }
            else
            {
                unknown = axis;
            }
        }

        if (unknown is not null && known > 0 && count % known == 0)
        {
            sizes[unknown] = checked((int)(count / known));
        }
    }

    /// <summary>Sums of products of known axes and whole numbers, with divisions: <c>height/2*width/2</c>, <c>text + image</c>; <see langword="null"/> for anything else.</summary>
    internal static int? Derive(string expression, IReadOnlyDictionary<string, int> sizes)
    {
        var sum = 0;
        foreach (var term in expression.Split('+', StringSplitOptions.TrimEntries))
        {
            int? product = null;
            foreach (var factor in term.Split('*', StringSplitOptions.TrimEntries))
            {
                var parts = factor.Split('/', StringSplitOptions.TrimEntries);
                if (Value(parts[0], sizes) is not { } value)
                {
                    return null;
                }

                foreach (var divisor in parts.Skip(1))
                {
                    if (Value(divisor, sizes) is not { } by || by == 0)
                    {
                        return null;
                    }

                    value /= by;
                }

                product = (product ?? 1) * value;
            }

            sum += product ?? 0;
        }

        return sum > 0 ? sum : null;
    }

    private static int? Value(string text, IReadOnlyDictionary<string, int> sizes) =>
        sizes.TryGetValue(text, out var size) ? size
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
