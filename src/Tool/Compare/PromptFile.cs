using System.Text;
using CachePolicies.Files;

namespace CachePolicies.Tool;

/// <summary>Prompts and seeds as a user gives them.</summary>
internal static class PromptFile
{
    private const long LargestFile = 16 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Prompts given one by one and those of a file, one per line; empty lines and lines that begin with # are passed over.</summary>
    /// <exception cref="UsageException">There is no prompt, or the file cannot be read as UTF-8.</exception>
    public static IReadOnlyList<string> Read(string? path, IEnumerable<string> given)
    {
        List<string> prompts = [.. given];
        if (path is not null)
        {
            prompts.AddRange(ReadLines(path).Select(l => l.Trim()).Where(l => l.Length > 0 && !l.StartsWith('#')));
            if (prompts.Count == 0)
            {
                throw new UsageException($"The prompt file '{path}' holds no prompt; expected one per line.");
            }
        }

        return prompts.Count > 0 ? prompts : throw new UsageException("There is no prompt; give some with --prompt or a file of them with --prompts.");
    }

    /// <summary>Seeds separated by commas.</summary>
    /// <exception cref="UsageException">One is not a whole number, or there is none.</exception>
    public static IReadOnlyList<long> Seeds(string text)
    {
        var seeds = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(s => long.TryParse(s, out var seed) ? seed : throw new UsageException($"The seed '{s}' is not a whole number; expected seeds such as 1,2,3."))
            .Distinct()
            .ToArray();
        return seeds.Length > 0 ? seeds : throw new UsageException("There is no seed; expected seeds such as 1,2,3.");
    }

    private static string[] ReadLines(string path)
    {
        try
        {
            return Strict.GetString(RegularFile.ReadAllBytes(path, LargestFile)).TrimStart('\uFEFF').Split('\n');
        }
        catch (DecoderFallbackException)
        {
            throw new UsageException($"The prompt file '{path}' is not UTF-8; save it as UTF-8, one prompt per line.");
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new UsageException($"The prompt file '{path}' cannot be read: {failure.Message}");
        }
    }
}
