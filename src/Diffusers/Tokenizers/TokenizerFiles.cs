using System.Text;
using System.Text.Json;
using CachePolicies.Files;

namespace CachePolicies.Diffusers;

/// <summary>Opens the files of a tokenizer: regular files of a bounded size.</summary>
internal static class TokenizerFiles
{
    /// <summary>The largest id that is accepted; the largest vocabularies in use have about 260,000 tokens.</summary>
    public const int LargestId = 4_000_000;

    private const long LargestFile = 64 << 20;

    public static byte[] ReadBytes(string file)
    {
        try
        {
            return RegularFile.ReadAllBytes(file, LargestFile);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new TokenizerException($"'{file}' cannot be read: {e.Message}", e);
        }
    }

    public static string ReadText(string file) => Encoding.UTF8.GetString(ReadBytes(file));

    public static JsonDocument ReadJson(string file)
    {
        try
        {
            return JsonFile.Parse(ReadBytes(file));
        }
        catch (JsonException e)
        {
            throw new TokenizerException($"'{file}' is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>A text from a file as a message may show it: short, without control characters.</summary>
    public static string Short(string text)
    {
        var shown = new StringBuilder();
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, 40)))
        {
            shown.Append(char.IsControl(c) ? '\uFFFD' : c);
        }

        return text.Length > 40 ? shown.Append('…').ToString() : shown.ToString();
    }
}
