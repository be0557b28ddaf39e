using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.Policies;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers.Tests;

/// <summary>Which parts of a pipeline are open together, and that pictures do not depend on it.</summary>
public sealed class MemoryTests : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("memory-");
    private readonly OnnxRuntimeBackend _backend = new();
    private readonly string _folder;

    public MemoryTests() => _folder = PipelineCopy.Of(Repository.PathOf("tests/Diffusers.Tests/Folders/sd15"), _temporary);

    public void Dispose()
    {
        _backend.Dispose();
        _temporary.Delete(recursive: true);
    }

    private static PictureRequest Fox => new("a red fox") { Width = 64, Height = 64, Steps = 2, Seed = 1 };

    [Theory]
    [InlineData(null, true, 60)]
    [InlineData(60L, true, 60)]
    [InlineData(59L, false, 50)]
    [InlineData(45L, false, 40)]
    [InlineData(39L, false, 30)]
    [InlineData(0L, false, 30)]
    public void The_peak_follows_from_the_budget(long? budget, bool staysOpen, long peak)
    {
        var memory = new PipelineMemory(LargestEncoder: 20, Denoiser: 30, Vae: 10, budget);

        Assert.Equal(staysOpen, memory.StaysOpen);
        Assert.Equal(peak, memory.Peak);
    }

    [Theory]
    [InlineData(null, "", 0)]
    [InlineData(100L, "", 0)]
    [InlineData(64L, "vae", 0)]
    [InlineData(50L, "vae", 0)]
    [InlineData(49L, "vae stages", 0)]
    [InlineData(0L, "vae", 30)]
    public void Parts_are_closed_in_order_until_the_next_one_fits_and_those_in_use_stay(long? budget, string closed, long inUse)
    {
        var order = new List<string>();
        var parts = new MemoryBudget(budget);
        parts.Add(new Part("vae", 15, false, order));
        parts.Add(new Part("stages", 30, inUse == 30, order));

        parts.MakeRoom(20);

        Assert.Equal(closed, string.Join(' ', order));
    }

    [Fact]
    public void A_budget_of_nothing_has_one_part_open_at_a_time_and_makes_the_same_pictures()
    {
        using var roomy = DiffusersModel.Open(_folder, _backend);
        using var tight = DiffusersModel.Open(_folder, _backend, new DiffusersOptions { MemoryBudget = 0, EncodedTextBytes = 0 });

        var first = tight.Prepare(Fox);
        Assert.Equal((true, false), tight.IsOpen);
        var picture = Generate(first);
        Assert.Equal((false, true), tight.IsOpen);
        var second = tight.Prepare(Fox with { Prompt = "a green pear" });
        Assert.Equal((true, false), tight.IsOpen);

        Assert.Equal(Generate(roomy.Prepare(Fox)), picture);
        Assert.Equal(picture, Generate(first));
        Assert.Equal(Generate(roomy.Prepare(Fox with { Prompt = "a green pear" })), Generate(second));
        Assert.Equal((true, true), roomy.IsOpen);
        Assert.Same(first.Denoiser, tight.Prepare(Fox).Denoiser);
    }

    [Fact]
    public void The_backends_limit_is_the_budget_where_none_was_given()
    {
        using var limited = new OnnxRuntimeBackend(new OnnxRuntimeOptions { MemoryLimit = 256 << 20 });
        using var model = DiffusersModel.Open(_folder, limited);
        Assert.Equal(256 << 20, model.Memory.Budget);
        Assert.Contains("stay open for further prompts", model.Memory.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_was_closed_opens_nothing()
    {
        var model = DiffusersModel.Open(_folder, _backend, new DiffusersOptions { MemoryBudget = 0 });
        var prepared = model.Prepare(Fox);
        model.Dispose();

        var failure = Record.Exception(() => Generate(prepared));
        Assert.IsType<ObjectDisposedException>(failure is StageFailedException { InnerException: { } inner } ? inner : failure);
        Assert.Equal((false, false), model.IsOpen);
    }

    private static byte[] Generate(PreparedGeneration prepared) =>
        prepared.Generate(new CachedDenoiser(prepared.Denoiser, CachePolicy.None)).First.Image.Pixels.ToArray();

    private sealed class Part(string name, long bytes, bool isInUse, List<string> closed) : IClosablePart
    {
        public long Bytes => bytes;

        public bool IsOpen { get; private set; } = true;

        public bool TryClose()
        {
            if (isInUse)
            {
                return false;
            }

            IsOpen = false;
            closed.Add(name);
            return true;
        }
    }
}
