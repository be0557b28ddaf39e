using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.Policies;
using CachePolicies.Reporting;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers.Tests;

/// <summary>A pipeline as a text-to-image model: sizes, notes, image to image, policies, stages that are kept.</summary>
public sealed class ModelTests : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("model-");
    private readonly OnnxRuntimeBackend _backend = new();
    private readonly string _folder;
    private readonly DiffusersModel _model;

    public ModelTests()
    {
        _folder = PipelineCopy.Of(Repository.PathOf("tests/Diffusers.Tests/Folders/sd15"), _temporary);
        _model = DiffusersModel.Open(_folder, _backend);
    }

    public void Dispose()
    {
        _model.Dispose();
        _backend.Dispose();
        _temporary.Delete(recursive: true);
    }

    private static PictureRequest Fox => new("a red fox") { Width = 64, Height = 64, Steps = 6, Seed = 1, Guidance = 5 };

    private GeneratedPictures Generate(PictureRequest request, ICachePolicy? policy = null)
    {
        var prepared = _model.Prepare(request);
        return prepared.Generate(new CachedDenoiser(prepared.Denoiser, policy ?? CachePolicy.None));
    }

    [Theory]
    [InlineData(7, 64, "multiples of 32 from 32 to 8192")]
    [InlineData(64, 48, "Nearest: 64 × 32 or 64 × 64.")]
    public void Sizes_that_the_model_cannot_draw_are_refused_with_the_nearest(int width, int height, string expected) =>
        Assert.Contains(expected, Assert.Throws<PictureSizeException>(() => _model.Prepare(Fox with { Width = width, Height = height })).Message, StringComparison.Ordinal);

    [Fact]
    public void Requests_for_what_the_family_does_not_have_are_refused()
    {
        string Refusal(PictureRequest request) => Assert.ThrowsAny<ArgumentException>(() => _model.Prepare(request)).Message;
        Assert.Contains("true guidance", Refusal(Fox with { TrueGuidance = 3 }), StringComparison.Ordinal);
        Assert.Contains("a maximum sequence length", Refusal(Fox with { MaxSequenceLength = 64 }), StringComparison.Ordinal);
        Assert.Contains("an original or target size", Refusal(Fox with { OriginalSize = new(64, 64) }), StringComparison.Ordinal);
        Assert.Contains("no styles", Refusal(Fox with { Style = "oil" }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_prompt_longer_than_the_window_is_cut_and_said()
    {
        var prepared = _model.Prepare(Fox with { Prompt = string.Concat(Enumerable.Repeat("red fox ", 60)) });
        Assert.Contains("it reads 77 tokens", Assert.Single(prepared.Notes), StringComparison.Ordinal);
        Assert.Empty(_model.Prepare(Fox).Notes);
    }

    [Fact]
    public void Sizes_share_one_model_and_each_is_bound_once()
    {
        var small = _model.Prepare(Fox).Denoiser;
        Assert.Same(small, _model.Prepare(Fox with { Prompt = "a pear", Seed = 9 }).Denoiser);
        Assert.NotSame(small, _model.Prepare(Fox with { Width = 96 }).Denoiser);
        Assert.Equal(96, Generate(Fox with { Width = 96 }).First.Image.Width);
    }

    [Fact]
    public void Stages_are_cut_once_and_again_when_the_graph_changes()
    {
        Assert.Null(StagesFolder.Find(_model.Folder));
        Generate(Fox);
        var stages = StagesFolder.Find(_model.Folder)!;
        Assert.Equal(Path.Combine(_folder, "unet", "stages"), stages.Path);
        Assert.Null(DiffusersImport.Ensure(_model.Folder).Split);

        var graph = Path.Combine(_folder, "unet", "model.onnx");
        File.Copy(Repository.PathOf("tests/Diffusers.Tests/Folders/sd15/vae_decoder/model.onnx"), graph, overwrite: true);
        var changed = new DiffusersFolder(_folder, _model.Folder.Recipe, _model.Folder.Index, _model.Folder.Parts.SetItem("unet", _model.Folder.Denoiser with { Bytes = new FileInfo(graph).Length }));
        Assert.Null(StagesFolder.Find(changed));
    }

    [Fact]
    public void Classifier_free_guidance_is_off_up_to_a_scale_of_one()
    {
        Assert.Null(_model.Prepare(Fox with { Guidance = 0 }).Request.Samples[0].Unconditional);
        Assert.Null(_model.Prepare(Fox with { Guidance = 1 }).Request.Samples[0].Unconditional);
        Assert.NotNull(_model.Prepare(Fox with { Guidance = 1.5f }).Request.Samples[0].Unconditional);
    }

    [Fact]
    public void A_batch_draws_each_picture_with_its_own_noise()
    {
        var both = Generate(Fox with { ImageCount = 2 });
        Assert.Equal(2, both.Pictures.Count);
        Assert.NotEqual(both.Pictures[0].Latent, both.Pictures[1].Latent);
        Assert.Equal(Generate(Fox with { Seed = 2 }).First.Image.Pixels.ToArray(), both.Pictures[1].Image.Pixels.ToArray());
    }

    [Fact]
    public void Image_to_image_runs_the_last_steps_and_stays_nearer_to_the_picture_the_smaller_the_strength()
    {
        var source = new SourcePicture(Generate(Fox).First.Image);
        double Distance(float strength)
        {
            var request = Fox with { Prompt = "a green pear", Seed = 5, Image = source, Strength = strength };
            var result = Generate(request);
            // PNDM evaluates once more than it has steps.
            Assert.Equal((int)(6 * strength) + 1, result.Evaluations);
            return ImageQuality.Psnr(result.First.Image, source.Image);
        }

        Assert.True(Distance(0.34f) > Distance(1), "A picture that is hardly drawn again stays near.");
    }

    [Fact]
    public void A_mask_keeps_the_dark_part_of_the_picture()
    {
        var start = _model.Prepare(Fox with { Image = new SourcePicture(Generate(Fox).First.Image), Mask = new SourcePicture(HalfLight()), Strength = 0.99f, Seed = 7 });
        var latent = start.Generate(new CachedDenoiser(start.Denoiser, CachePolicy.None)).First.Latent;
        var kept = start.Request.Samples[0].Picture.ToArray();
        for (var i = 0; i < latent.Length; i++)
        {
            if (i % 8 < 4)
            {
                Assert.Equal(kept[i], latent[i], 1e-4f);
            }
        }

        Assert.Contains(Enumerable.Range(0, latent.Length), i => i % 8 >= 4 && Math.Abs(kept[i] - latent[i]) > 0.05f);
    }

    [Fact]
    public void Progress_shows_small_previews_of_the_latents_colours()
    {
        var prepared = _model.Prepare(Fox with { Height = 96 });
        var sizes = new List<(int, int)>();
        prepared.Generate(new CachedDenoiser(prepared.Denoiser, CachePolicy.None), onEvaluation: p => sizes.Add((p.Preview().Width, p.Preview().Height)));
        Assert.All(sizes, s => Assert.Equal((8, 12), s));
    }

    private static RgbImage HalfLight()
    {
        var mask = new RgbImage(64, 64);
        for (var y = 0; y < 64; y++)
        {
            for (var x = 32; x < 64; x++)
            {
                mask[x, y] = new Rgb(255, 255, 255);
            }
        }

        return mask;
    }
}
