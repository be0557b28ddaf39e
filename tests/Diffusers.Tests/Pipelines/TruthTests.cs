using System.Text.Json;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.Policies;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers.Tests;

/// <summary>Whole generations against diffusers' own: token ids, inputs of the denoiser, latents after each step, pictures.</summary>
public sealed class TruthTests : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("pipelines-");
    private readonly OnnxRuntimeBackend _backend = new();

    public static TheoryData<string, string> Runs()
    {
        var runs = new TheoryData<string, string>();
        foreach (var folder in TruthFolder.All())
        {
            foreach (var run in new TruthFolder(folder).Runs)
            {
                runs.Add(Path.GetFileName(folder), run.GetProperty("name").GetString()!);
            }
        }

        return runs;
    }

    public void Dispose()
    {
        _backend.Dispose();
        _temporary.Delete(recursive: true);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_generation_is_the_one_of_diffusers(string folder, string name)
    {
        var truth = new TruthFolder(TruthFolder.All().First(f => Path.GetFileName(f) == folder));
        var run = truth.Run(name);
        using var model = DiffusersModel.Open(PipelineCopy.Of(truth.Path, _temporary), _backend, new DiffusersOptions { SchedulerPath = PipelineCopy.SchedulerOf(run, _temporary) });

        var prepared = model.Prepare(PipelineCopy.RequestOf(run));

        SameInputs(truth, name, prepared.Request);
        var latents = new List<float[]>();
        var pictures = prepared.Generate(new CachedDenoiser(prepared.Denoiser, CachePolicy.None), onEvaluation: p => latents.Add(p.Latent()));
        SameLatents(truth, name, run, prepared, latents);
        SamePicture(truth.Bytes($"{name}/image"), pictures.First.Image.Pixels);
    }

    private static void SameInputs(TruthFolder truth, string run, GenerationRequest request)
    {
        var sample = request.Samples[0];
        foreach (var (input, value) in sample.Conditional)
        {
            var array = $"{run}/denoiser/{input}";
            if (!truth.Has(array))
            {
                continue;
            }

            var expected = truth.Floats(array);
            float[] Given(InputValue v) => v.IsInteger ? [.. v.Integers.ToArray().Select(i => (float)i)] : v.Numbers.ToArray();
            var given = Given(value);
            if (expected.Length == 2 * given.Length && sample.Unconditional is not null)
            {
                given = [.. Given(sample.Unconditional[input]), .. given];
            }

            Close(expected, given, 1e-4f, input);
        }
    }

    private static void SameLatents(TruthFolder truth, string run, JsonElement settings, PreparedGeneration prepared, List<float[]> latents)
    {
        var expected = truth.Floats($"{run}/latents");
        Assert.Equal(truth.ShapeOf($"{run}/latents")[0], latents.Count);
        var length = expected.Length / latents.Count;
        var scheduler = settings.GetProperty("scheduler").GetProperty("_class_name").GetString()!;

        // Euler's and Heun's latents grow with σ in diffusers; here they stay in the model's own scale.
        var grows = scheduler.StartsWith("Euler", StringComparison.Ordinal) || scheduler.StartsWith("Heun", StringComparison.Ordinal);
        var evaluations = prepared.Sampler.CreateSchedule(prepared.Request.Schedule).Evaluations;
        for (var i = 0; i < latents.Count; i++)
        {
            var scale = grows && i + 1 < latents.Count ? evaluations[i + 1].Signal : 1;
            Close([.. expected.AsSpan(i * length, length).ToArray().Select(v => v * scale)], latents[i], 1e-3f, $"latent after evaluation {i}");
        }
    }

    private static void SamePicture(byte[] expected, ReadOnlySpan<byte> given)
    {
        Assert.Equal(expected.Length, given.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - given[i]) <= 1, $"Pixel value {i} is {given[i]}; expected {expected[i]} within 1.");
        }
    }

    private static void Close(float[] expected, float[] given, float tolerance, string what)
    {
        Assert.Equal(expected.Length, given.Length);
        var worst = expected.Zip(given, (e, g) => Math.Abs(e - g)).DefaultIfEmpty(0).Max();
        Assert.True(worst <= tolerance, $"{what} differs by {worst}; expected at most {tolerance}.");
    }
}
