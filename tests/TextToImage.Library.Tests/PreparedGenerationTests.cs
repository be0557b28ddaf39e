using CachePolicies.Engine;
using CachePolicies.Policies;

namespace CachePolicies.TextToImage.Tests;

public sealed class PreparedGenerationTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    public void Dispose() => _tiny.Dispose();

    private static PictureRequest Request => new("red pear") { Steps = 6, Seed = 3 };

    [Fact]
    public void A_prepared_picture_can_be_generated_again_with_the_same_result()
    {
        var prepared = _tiny.Model.Prepare(Request);
        var denoiser = new CachedDenoiser(prepared.Denoiser, CachePolicy.None);
        Assert.Equal(prepared.Generate(denoiser).First.Latent, prepared.Generate(denoiser).First.Latent);
        Assert.Equal(0, _tiny.LiveTensors);
    }

    [Fact]
    public void Progress_is_told_after_each_evaluation_with_a_preview_on_request()
    {
        var told = new List<(int, int, int)>();
        var prepared = _tiny.Model.Prepare(Request);
        var pictures = prepared.Generate(new CachedDenoiser(prepared.Denoiser, CachePolicy.None), onEvaluation: p => told.Add((p.Completed, p.Total, p.Preview().Width)));
        Assert.Equal(Enumerable.Range(1, 6).Select(i => (i, 6, 4)), told);
        Assert.Equal((6, 1), (pictures.Evaluations, pictures.Pictures.Count));
        Assert.Equal(6, prepared.Evaluations);
        Assert.Equal(3, prepared.WithSteps(3).Evaluations);
    }

    [Fact]
    public void Several_pictures_are_those_of_the_following_seeds()
    {
        float[] Latent(PictureRequest request, int picture)
        {
            var prepared = _tiny.Model.Prepare(request);
            return prepared.Generate(new CachedDenoiser(prepared.Denoiser, CachePolicy.None)).Pictures[picture].Latent;
        }

        var both = Request with { ImageCount = 2 };
        Assert.Equal(Latent(Request, 0), Latent(both, 0));
        Assert.Equal(Latent(Request with { Seed = 4 }, 0), Latent(both, 1));
    }

    [Fact]
    public void Noise_as_torch_makes_it_is_one_draw_for_all_pictures()
    {
        var noise = new NoiseStream(NoiseKind.Torch, 7, 2).Draw(40);
        var all = new float[80];
        new TorchGenerator(7).FillNormal(all);
        Assert.Equal(all, noise.SelectMany(n => n));
        Assert.NotEqual(new NoiseStream(NoiseKind.Own, 7).Draw(40)[0], noise[0]);
    }

    [Fact]
    public void A_denoiser_of_another_layout_is_refused()
    {
        using var other = new TinyModel();
        Assert.Throws<ArgumentException>(() => _tiny.Model.Prepare(Request).Generate(new CachedDenoiser(other.Denoiser, CachePolicy.None)));
    }

    public static TheoryData<PictureRequest, string> Refused => new()
    {
        { Request with { Width = 7 }, "draws pictures of 4 × 4 only; asked for 7 × 4" },
        { Request with { Steps = 0 }, "The number of steps is 0; expected 1 to 1000" },
        { Request with { Guidance = float.NaN }, "Guidance is NaN; expected a finite number of at least 0" },
        { Request with { GuidanceRescale = 2 }, "Guidance rescale is 2; expected 0 to 1" },
        { Request with { ImageCount = 65 }, "The number of pictures is 65; expected 1 to 64" },
        { Request with { Strength = 0 }, "Strength is 0; expected a number above 0 and at most 1" },
        { Request with { TrueGuidance = 2 }, "'tiny' has no guidance other than its own" },
        { Request with { MaxSequenceLength = 5 }, "'tiny' has one length of text" },
        { Request with { CropTopLeft = new(1, 0) }, "'tiny' is not conditioned on crops" },
        { Request with { Mask = new(new(2, 2)) }, "A mask needs the image" },
        { new PictureRequest(new string('x', 20_000)), "The prompt has 20,000 characters; expected at most 16,384" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_request_that_cannot_be_met_is_refused_with_what_can(PictureRequest request, string expected) =>
        Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(() => _tiny.Model.Prepare(request)).Message, StringComparison.Ordinal);
}
