using System.Diagnostics;
using System.Globalization;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace CachePolicies.Fuzz;

/// <summary>
/// Reads malformed files of every format: each is read or refused with an exception that is documented, in a sentence, within a second of processor time and
/// 64 MB, and leaves nothing behind. The inputs are the same each time; <c>CACHEPOLICIES_FUZZ</c> is how many of each format a long run reads.
/// </summary>
public sealed class FuzzTests
{
    private const long MostBytes = 64 << 20;
    private const int LongestMessage = 2_000;

    private static readonly FuzzedFormat[] All =
    [
        .. typeof(FuzzedFormat).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(FuzzedFormat)) && !t.IsAbstract).OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => (FuzzedFormat)Activator.CreateInstance(t)!),
    ];

    public static TheoryData<string> Formats => [.. All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void The_files_that_others_are_made_of_are_read(string name)
    {
        var format = Find(name);
        foreach (var seed in format.Seeds)
        {
            using var place = new Place(format);
            place.Write(seed);
            format.Read(place.File);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_malformed_file_is_read_or_refused_in_words_in_time_and_in_little_memory(string name)
    {
        var format = Find(name);
        var count = int.TryParse(Environment.GetEnvironmentVariable("CACHEPOLICIES_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : format.Inputs;
        using (var first = new Place(format))
        {
            first.Write(format.Seeds[0]);
            format.Read(first.File);
        }

        var refused = 0;
        var problems = new List<string>();
        for (var number = 0; number < count && problems.Count < 10; number++)
        {
            var random = new FuzzRandom(number);
            var input = format.Mutate(random, random.Of(format.Seeds));
            using var place = new Place(format);
            place.Write(input);
            var (problem, wasRefused) = Check(format, place, input.Length);
            refused += wasRefused ? 1 : 0;
            if (problem is not null)
            {
                problems.Add($"{number}: {problem} (kept as {place.Keep(number)})");
            }
        }

        Assert.True(problems.Count == 0, $"{format.Name}:{Environment.NewLine}{string.Join(Environment.NewLine, problems)}");
        Assert.True(format.IsMostlyRight || refused > count / 10, $"Only {refused} of {count} inputs were refused: they are hardly malformed.");
    }

    private static FuzzedFormat Find(string name) => All.Single(f => f.Name == name);

    private static (string? Problem, bool IsRefused) Check(FuzzedFormat format, Place place, int length)
    {
        var bytes = GC.GetTotalAllocatedBytes();
        var (time, problem, isRefused) = Timed(format, place);
        bytes = GC.GetTotalAllocatedBytes() - bytes;
        for (var tries = 2; problem is null && time > format.LongestRead && tries > 0; tries--)
        {
            // The compiler and the collector work on the same clock: the least of three counts.
            time = TimeSpan.FromTicks(Math.Min(time.Ticks, Timed(format, place).Time.Ticks));
        }

        problem ??= time > format.LongestRead ? $"took {time.TotalSeconds:0.0} s"
            : bytes > MostBytes + (8L * length) ? $"allocated {bytes:N0} bytes for an input of {length:N0}"
            : place.Leftover() is { } left ? $"left '{left}'"
            : null;
        return (problem, isRefused);
    }

    private static (TimeSpan Time, string? Problem, bool IsRefused) Timed(FuzzedFormat format, Place place)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var problem = Read(format, place.File, out var isRefused);
        process.Refresh();
        return (process.TotalProcessorTime - before, problem, isRefused);
    }

    private static string? Read(FuzzedFormat format, string path, out bool isRefused)
    {
        isRefused = true;
        try
        {
            format.Read(path);
            isRefused = false;
            return null;
        }
        catch (Exception refusal) when (format.Documented.Contains(refusal.GetType()))
        {
            return refusal.Message.Length is 0 or > LongestMessage ? $"a message of {refusal.Message.Length:N0} characters: {refusal.Message[..Math.Min(refusal.Message.Length, 120)]}"
                : refusal.Message.Contains("(Parameter '", StringComparison.Ordinal) ? $"a parameter in a message for users: {refusal.Message}"
                : null;
        }
        catch (Exception fault)
        {
            return fault.ToString();
        }
    }
}
