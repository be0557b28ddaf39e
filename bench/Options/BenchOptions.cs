using System.Globalization;
using CachePolicies.Backends.OnnxRuntime;

namespace CachePolicies.Bench;

/// <summary>What the command line says; what it does not say is each command's to choose.</summary>
internal sealed record BenchOptions
{
    public string Command { get; private init; } = "";

    public int? Rounds { get; private set; }

    public int? Prompts { get; private set; }

    public int? Steps { get; private set; }

    public int? Threads { get; private set; }

    public double? Target { get; private set; }

    public string Only { get; private set; } = "";

    public string? Flux { get; private set; }

    public string Provider { get; private set; } = "CPU";

    public ThreadWaiting Waiting { get; private set; }

    public string? Model { get; private set; }

    public string? Out { get; private set; }

    /// <summary>The directory of the staged model.</summary>
    public string ModelDirectory => Model ?? Path.Combine(RepositoryRoot(), "models", "emoji");

    /// <summary>The directories of all trained models: the one that was asked for, or those of the repository that are there.</summary>
    public IReadOnlyList<string> ModelDirectories => Model is { } asked
        ? [asked]
        : [ModelDirectory, .. new[] { Path.Combine(RepositoryRoot(), "models", "emoji-unet") }.Where(Directory.Exists)];

    public static BenchOptions Parse(string[] arguments)
    {
        var options = new BenchOptions { Command = arguments is [var command, ..] ? command : "" };
        for (var i = 1; i < arguments.Length; i += 2)
        {
            var name = arguments[i];
            var value = i + 1 < arguments.Length ? arguments[i + 1] : throw new ArgumentException($"{name} needs a value.");
            switch (name)
            {
                case "--rounds":
                    options.Rounds = Count(name, value);
                    break;
                case "--prompts":
                    options.Prompts = Count(name, value);
                    break;
                case "--steps":
                    options.Steps = Count(name, value);
                    break;
                case "--threads":
                    options.Threads = Count(name, value);
                    break;
                case "--target":
                    options.Target = Decibels(name, value);
                    break;
                case "--only":
                    options.Only = value;
                    break;
                case "--flux":
                    options.Flux = value;
                    break;
                case "--provider":
                    options.Provider = value;
                    break;
                case "--waiting":
                    options.Waiting = OneOf<ThreadWaiting>(name, value);
                    break;
                case "--model":
                    options.Model = value;
                    break;
                case "--out":
                    options.Out = value;
                    break;
                default:
                    throw new ArgumentException($"The option '{name}' is unknown.");
            }
        }

        return options;
    }

    /// <summary>Shows a text and, unless told not to, writes it to a file among the results.</summary>
    public void Publish(string file, string text)
    {
        Console.WriteLine(text);
        Write(file, text);
    }

    /// <summary>Writes a text to a file among the results, unless told not to.</summary>
    public void Write(string file, string text)
    {
        if (Out == "-")
        {
            return;
        }

        var directory = Out ?? Path.Combine(RepositoryRoot(), "bench", "results");
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, file), text);
    }

    /// <summary>One of an enumeration's names, whatever their case.</summary>
    public static T OneOf<T>(string option, string value)
        where T : struct, Enum => Enum.TryParse<T>(value, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed)
        ? parsed
        : throw new ArgumentException($"{option} is '{value}'; expected one of {string.Join(", ", Enum.GetNames<T>())}.");

    /// <summary>The directory that holds the solution, above the one that the program was built to.</summary>
    internal static string RepositoryRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "CachePolicies.sln")))
            {
                return directory.FullName;
            }
        }

        throw new ArgumentException("The program does not lie in the repository; name the model with --model and the results' directory with --out.");
    }

    private static int Count(string option, string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
        ? count
        : throw new ArgumentException($"{option} is '{value}'; expected a positive whole number.");

    private static double Decibels(string option, string value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && number > 0
        ? number
        : throw new ArgumentException($"{option} is '{value}'; expected a positive number of decibels.");
}
