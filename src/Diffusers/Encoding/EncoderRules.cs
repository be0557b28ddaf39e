using System.Globalization;
using CachePolicies.Onnx;

namespace CachePolicies.Diffusers;

/// <summary>What text encoders write, and whether it fits the denoiser.</summary>
internal static class EncoderRules
{
    private const string States = "hidden_states.";

    /// <summary>The output that a name means, or <see langword="null"/>; the penultimate state is the one before the last of <c>hidden_states.0</c> to <c>hidden_states.L</c>.</summary>
    public static OnnxPort? PortOf(FolderPart encoder, string output)
    {
        if (output != RecipeEncoding.Penultimate)
        {
            return encoder.Ports.Output(output);
        }

        var last = -1;
        foreach (var port in encoder.Ports.Outputs)
        {
            if (port.Name.StartsWith(States, StringComparison.Ordinal)
                && int.TryParse(port.Name.AsSpan(States.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            {
                last = Math.Max(last, index);
            }
        }

        return last > 0 ? encoder.Ports.Output(string.Create(CultureInfo.InvariantCulture, $"{States}{last - 1}")) : null;
    }

    /// <summary>Whether the widths of some outputs add up to what an input of the denoiser reads; nothing where a width is not declared.</summary>
    public static IEnumerable<string> Widths(DiffusersFolder folder, string input, params (string Encoder, string Output)[] parts)
    {
        if (folder.Denoiser.Ports.Input(input)?.SizeFromEnd(1) is not { } expected)
        {
            yield break;
        }

        long sum = 0;
        foreach (var (encoder, output) in parts)
        {
            if (folder.Find(encoder) is not { } part || WidthOf(part, output) is not { } width)
            {
                yield break;
            }

            sum += width;
        }

        if (sum != expected)
        {
            yield return $"{string.Join(" and ", parts.Select(p => p.Encoder))} {(parts.Length > 1 ? "make" : "makes")} {sum} numbers per row for '{input}' and {folder.Denoiser.Name} reads {expected}: they are of two families.";
        }
    }

    private static long? WidthOf(FolderPart encoder, string output) => PortOf(encoder, output)?.SizeFromEnd(1) ?? output switch
    {
        "text_embeds" => encoder.Settings.Integer("projection_dim"),
        _ => encoder.Settings.Integer("hidden_size") ?? encoder.Settings.Integer("d_model"),
    };
}
