using System.Globalization;
using CachePolicies.Reporting;

namespace CachePolicies.Bench;

/// <summary>What the command line says.</summary>
internal sealed record BenchOptions
{
    public string Command { get; private init; } = "";

    public int Rounds { get; private set; } = 60;

    public int Prompts { get; private set; } = 8;

    public int Steps { get; private set; } = 100;

    public int Threads { get; private set; } = 1;

    public string Only { get; private set; } = "";

    public string? Model { get; private set; }

    public string? Out { get; private set; }

    public static BenchOptions Parse(string[] arguments)
    {
        var options = new BenchOptions { Command = arguments is [var command, ..] ? command : "" };
        for (var i = 1; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : throw new ArgumentException($"{arguments[i]} needs a value.");
            switch (arguments[i])
            {
                case "--rounds":
                    options.Rounds = Count(arguments[i], value);
                    break;
                case "--prompts":
                    options.Prompts = Count(arguments[i], value);
                    break;
                case "--steps":
                    options.Steps = Count(arguments[i], value);
                    break;
                case "--threads":
                    options.Threads = Count(arguments[i], value);
                    break;
                case "--only":
                    options.Only = value;
                    break;
                case "--model":
                    options.Model = value;
                    break;
                case "--out":
                    options.Out = value;
                    break;
                default:
                    throw new ArgumentException($"The option '{arguments[i]}' is unknown.");
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

    /// <summary>The directory that holds the solution, above the one that the program was built to.</summary>
    public static string RepositoryRoot()
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
        : throw new ArgumentException($"{option} is '{value}'; a positive whole number is right.");
}
