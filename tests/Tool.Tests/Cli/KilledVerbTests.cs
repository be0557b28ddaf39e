using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CachePolicies.Reporting;
using CachePolicies.Traces;

namespace CachePolicies.Tool.Tests;

/// <summary>
/// Verbs whose process is killed, at moments spread over the whole of their work: what is there under its own name is whole, or it is not there.
/// <c>CACHEPOLICIES_KILLS</c> is how many kills each verb gets in a long run.
/// </summary>
public sealed class KilledVerbTests : IDisposable
{
    private const int UsualKills = 1;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-killed-");

    private static int Kills =>
        int.TryParse(Environment.GetEnvironmentVariable("CACHEPOLICIES_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : UsualKills;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("picture.png", "generate", "--prompt", "red apple", "--steps", "10", "--out", "{out}")]
    [InlineData("picture.webp", "generate", "--prompt", "red apple", "--steps", "10", "--out", "{out}")]
    [InlineData("trace.safetensors", "record", "--prompt", "red apple", "--steps", "10", "--out", "{out}")]
    [InlineData("compared", "compare", "--prompt", "red apple", "--policies", "blockcache,teacache", "--steps", "4", "--out", "{out}")]
    [InlineData("tuned.json", "tune", "--policy", "blockcache", "--target-psnr", "5", "--prompt", "red apple", "--seeds", "11", "--steps", "12", "--guidance", "1", "--out", "{out}")]
    public async Task What_a_killed_verb_leaves_under_its_own_name_is_whole(string output, params string[] arguments)
    {
        var whole = Stopwatch.StartNew();
        Assert.True(await Run(arguments, Place("whole", output), Timeout.InfiniteTimeSpan));
        whole.Stop();
        AssertWhole(Place("whole", output));
        for (var kill = 1; kill <= Kills; kill++)
        {
            var place = Place(string.Create(CultureInfo.InvariantCulture, $"kill{kill}"), output);
            await Run(arguments, place, whole.Elapsed * kill / Kills);
            AssertWhole(place);
        }

        // What a killed run left does not stand in the way of the next one.
        Assert.True(await Run(arguments, Place(string.Create(CultureInfo.InvariantCulture, $"kill{Kills}"), output), Timeout.InfiniteTimeSpan));
    }

    private static void AssertWhole(string place)
    {
        var files = File.Exists(place) ? [place] : Directory.Exists(place) ? Directory.GetFiles(place, "*", SearchOption.AllDirectories) : [];
        foreach (var file in files)
        {
            switch (Path.GetExtension(file))
            {
                case ".png" or ".webp":
                    Assert.NotEqual(0, PictureFile.Load(file).Width);
                    break;
                case ".safetensors":
                    using (var trace = TraceReader.Open(file))
                    {
                        Assert.Equal(10, trace.Steps);
                    }

                    break;
                case ".json":
                    JsonDocument.Parse(File.ReadAllBytes(file)).Dispose();
                    break;
                case ".html":
                    Assert.EndsWith("</html>", File.ReadAllText(file).TrimEnd(), StringComparison.Ordinal);
                    break;
            }
        }
    }

    private string Place(string run, string output) => Path.Combine(_folder.CreateSubdirectory(run).FullName, output);

    private static Task<bool> Run(string[] arguments, string place, TimeSpan killAfter) =>
        KilledTool.RunAsync(killAfter, arguments.Select(a => a.Replace("{out}", place, StringComparison.Ordinal)));
}
