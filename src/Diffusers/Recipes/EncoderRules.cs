namespace CachePolicies.Diffusers;

/// <summary>Whether what text encoders write fits the denoiser.</summary>
internal static class EncoderRules
{
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

    private static long? WidthOf(FolderPart encoder, string output) => EncoderOutputs.PortOf(encoder, output)?.SizeFromEnd(1) ?? output switch
    {
        "text_embeds" => encoder.Settings.Integer("projection_dim"),
        _ => encoder.Settings.Integer("hidden_size") ?? encoder.Settings.Integer("d_model"),
    };
}
