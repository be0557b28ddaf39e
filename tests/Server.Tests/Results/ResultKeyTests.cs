using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace CachePolicies.Server.Tests;

public sealed class ResultKeyTests : IDisposable
{
    private static readonly PictureJob Job = new("emoji", "red apple", 7);

    /// <summary>A job that differs in one member, for each member.</summary>
    private static readonly Dictionary<string, PictureJob> Changed = new()
    {
        [nameof(PictureJob.Model)] = Job with { Model = "other" },
        [nameof(PictureJob.Prompt)] = Job with { Prompt = "red  apple" },
        [nameof(PictureJob.Seed)] = Job with { Seed = 8 },
        [nameof(PictureJob.NegativePrompt)] = Job with { NegativePrompt = "" },
        [nameof(PictureJob.Style)] = Job with { Style = "fluent" },
        [nameof(PictureJob.Width)] = Job with { Width = 32 },
        [nameof(PictureJob.Height)] = Job with { Height = 32 },
        [nameof(PictureJob.Steps)] = Job with { Steps = 20 },
        [nameof(PictureJob.Guidance)] = Job with { Guidance = float.BitIncrement(3) },
        [nameof(PictureJob.Count)] = Job with { Count = 2 },
        [nameof(PictureJob.Policy)] = Job with { Policy = "TeaCache" },
        [nameof(PictureJob.Target)] = Job with { Target = "40 dB" },
        [nameof(PictureJob.Overrides)] = Job with { Overrides = new Dictionary<string, string> { ["Threshold"] = "0.2" } },
    };

    private static readonly string[] OfTheAnswer = [nameof(PictureJob.Progress), nameof(PictureJob.PartialImages)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_member_of_a_job_is_in_the_key()
    {
        var members = typeof(PictureJob).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(p => p.Name).Except(OfTheAnswer);
        Assert.Equal(members.Order(), Changed.Keys.Order());

        var keys = Keys();
        var all = Changed.Values.Append(Job).Append(Job with { Guidance = 3 }).Select(j => keys.Of(j)!).ToArray();
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.All(all, k => Assert.Matches("^[0-9a-f]{64}$", k));
    }

    [Fact]
    public void The_key_ignores_how_progress_is_reported_and_the_case_of_names()
    {
        var keys = Keys();
        Assert.Equal(keys.Of(Job), keys.Of(Job with { Progress = true, PartialImages = 2 }));
        Assert.Equal(keys.Of(Job), keys.Of(Job with { Model = "EMOJI" }));
        Assert.Equal(
            keys.Of(Job with { Overrides = new Dictionary<string, string> { ["A"] = "1", ["B"] = "2" } }),
            keys.Of(Job with { Overrides = new Dictionary<string, string> { ["B"] = "2", ["A"] = "1" } }));
        Assert.Null(keys.Of(Job with { Model = "nobody" }));
    }

    [Fact]
    public void The_key_covers_the_files_of_the_model_and_every_setting()
    {
        var calibration = Path.Combine(_folder.Path, "calibration.json");
        File.WriteAllText(calibration, "1");
        string?[] keys =
        [
            Keys().Of(Job),
            Keys("other files").Of(Job),
            Keys(settings: ("CachePolicies:H2Cache:StructureThreshold", "0.2")).Of(Job),
            Keys(settings: ("CachePolicies:DefaultPolicy", "None")).Of(Job),
            Keys(settings: ("CachePolicies:OnnxRuntime:Threads", "2")).Of(Job),
            Keys(settings: ("Server:Policies:fast", "TeaCache")).Of(Job),
            Keys(settings: ("CachePolicies:MagCache:Calibration", calibration)).Of(Job),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());

        File.WriteAllText(calibration, "other");
        Assert.NotEqual(keys[^1], Keys(settings: ("CachePolicies:MagCache:Calibration", calibration)).Of(Job));
        Assert.Equal(keys[0], Keys(settings: ("Server:RequestsPerMinute", "7")).Of(Job));
    }

    [Fact]
    public void A_model_whose_files_change_gets_another_stamp()
    {
        var weights = new FileInfo(Path.Combine(_folder.Path, "weights.bin"));
        File.WriteAllBytes(weights.FullName, [1, 2, 3]);
        var before = Stamp();
        Assert.Equal(before, Stamp());

        weights.LastWriteTimeUtc = weights.LastWriteTimeUtc.AddSeconds(1);
        var later = Stamp();
        File.Move(weights.FullName, Path.Combine(_folder.Path, "w.bin"));
        Assert.Equal(3, new[] { before, later, Stamp() }.Distinct().Count());

        string Stamp() => ModelStamp.Of(_folder.Path, new DirectoryInfo(_folder.Path).GetFiles());
    }

    [Fact]
    public void A_file_that_a_setting_names_counts_whatever_its_name()
    {
        var file = Guid.NewGuid().ToString("N");
        try
        {
            File.WriteAllText(file, "1");
            var before = Keys(settings: ("CachePolicies:MeasuredFile", file)).Of(Job);
            File.WriteAllText(file, "other");
            Assert.NotEqual(before, Keys(settings: ("CachePolicies:MeasuredFile", file)).Of(Job));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_linked_file_counts_by_what_it_links_to()
    {
        var weights = new FileInfo(Path.Combine(_folder.Path, "blob"));
        File.WriteAllBytes(weights.FullName, [1, 2, 3]);
        var link = Path.Combine(_folder.Path, "weights.bin");
        File.CreateSymbolicLink(link, weights.FullName);
        var before = ModelStamp.Of(new FileInfo(link));

        File.WriteAllBytes(weights.FullName, [1, 2, 3, 4]);
        Assert.NotEqual(before, ModelStamp.Of(new FileInfo(link)));
    }

    private static ResultKeys Keys(string stamp = "files", params (string Name, string Value)[] settings) => new(
        new RegisteredModels([new RegisteredModel("emoji", 1, stamp), new RegisteredModel("other", 1, stamp)]),
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value)).Build());
}
