using System.Globalization;

namespace CachePolicies.Samples.TextToImage;

/// <summary>Something that the user can mend: told in a sentence, exit code 2.</summary>
/// <param name="message">What is wrong and what would be right.</param>
internal sealed class BadInputException(string message) : Exception(message);

/// <summary>What the command line asks for.</summary>
internal sealed record Arguments
{
    private static readonly string[] Known = ["--prompt", "--style", "--policy", "--steps", "--guidance", "--seed", "--out", "--json", "--help"];

    /// <summary>One prompt in place of the model's own eight.</summary>
    public string? Prompt { get; init; }

    /// <summary>The style of that prompt.</summary>
    public string? Style { get; init; }

    /// <summary>The policies to compare; empty for all that are registered.</summary>
    public IReadOnlyList<string> Policies { get; init; } = [];

    /// <summary>Sampler steps.</summary>
    public int Steps { get; init; } = 100;

    /// <summary>The guidance scale.</summary>
    public float Guidance { get; init; } = 3;

    /// <summary>The seed of the first prompt; each further prompt gets the next one.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The folder that pictures are written to.</summary>
    public string Out { get; init; } = "out";

    /// <summary>Whether results go to standard output as JSON, one object a policy.</summary>
    public bool Json { get; init; }

    /// <summary>Whether only the usage is asked for.</summary>
    public bool Help { get; init; }

    public static string Usage =>
        """
        Text to image with the sample model, under every caching policy, beside the uncached run.

        dotnet run -c Release --project samples/TextToImage -- [options]

          --prompt TEXT     one picture in place of eight, for instance "red apple"
          --style NAME      the style of the prompt: twitter or fluent
          --policy NAMES    the policies to compare, separated by commas (default: all that appsettings.json registers)
          --steps N         sampler steps, 1 to 1000 (default 100)
          --guidance G      scale of classifier-free guidance, at least 0 (default 3; 1 is without)
          --seed N          seed of the first picture (default 1)
          --out FOLDER      where pictures are written (default out)
          --json            one JSON object for each policy on standard output
        """;

    public static Arguments Parse(IReadOnlyList<string> words)
    {
        var arguments = new Arguments();
        for (var i = 0; i < words.Count; i++)
        {
            var (name, value) = words[i].IndexOf('=', StringComparison.Ordinal) is > 0 and var at && words[i].StartsWith("--", StringComparison.Ordinal)
                ? (words[i][..at], words[i][(at + 1)..])
                : (words[i], null);
            string Value() => value ?? (i + 1 < words.Count ? words[++i] : throw new BadInputException($"{name} needs a value behind it."));
            arguments = name switch
            {
                "--prompt" => arguments with { Prompt = Value() },
                "--style" => arguments with { Style = Value() },
                "--policy" => arguments with { Policies = Value().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
                "--steps" => arguments with { Steps = Whole(name, Value(), 1, 1000) },
                "--guidance" => arguments with { Guidance = Number(name, Value()) },
                "--seed" => arguments with { Seed = Seeds(Value()) },
                "--out" => arguments with { Out = Value() },
                "--json" => arguments with { Json = true },
                "--help" or "-h" => arguments with { Help = true },
                _ => throw new BadInputException($"'{name}' is not an option. Known: {string.Join(", ", Known)}."),
            };
        }

        return arguments.Check();
    }

    private Arguments Check()
    {
        if (Prompt is { } prompt && string.IsNullOrWhiteSpace(prompt))
        {
            throw new BadInputException("The prompt is empty; name what the picture shows, for instance --prompt \"red apple\".");
        }

        if (Style is not null && Prompt is null)
        {
            throw new BadInputException("--style goes with --prompt; the eight pictures of the default run have styles of their own.");
        }

        return string.IsNullOrWhiteSpace(Out) ? throw new BadInputException("--out is empty; name a folder.") : this;
    }

    private static int Whole(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new BadInputException($"{name} is '{text}'; a whole number from {least} to {most} is right.");

    private static float Number(string name, string text) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number) && number >= 0
            ? number
            : throw new BadInputException($"{name} is '{text}'; a finite number of at least 0 is right.");

    private static long Seeds(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : throw new BadInputException($"--seed is '{text}'; a whole number is right.");
}
