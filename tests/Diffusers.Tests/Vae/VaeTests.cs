using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers.Tests;

public sealed class VaeTests
{
    private static DiffusersFolder Folder => DiffusersFolder.Open(Repository.PathOf("tests/Diffusers.Tests/Folders/sd15"));

    [Fact]
    public void The_encoders_parameters_and_the_decoders_picture_are_those_of_diffusers()
    {
        var truth = new TruthFolder(Repository.PathOf("tests/Diffusers.Tests/Folders/sd15"));
        using var backend = new OnnxRuntimeBackend();
        var folder = Folder;
        var latent = folder.Recipe.LatentOf(folder);
        var shape = truth.ShapeOf("vae_encoder/sample");
        var size = new PictureSize(shape[^1], shape[^2]);
        var encoded = new VaeEncoder(folder.Find("vae_encoder")!, latent, backend).Encode(truth.Floats("vae_encoder/sample"), size, noise => Array.Clear(noise), default);
        var mean = truth.Floats("vae_encoder/latent_parameters")[..encoded.Length];
        for (var i = 0; i < encoded.Length; i++)
        {
            Assert.Equal(mean[i] * 0.18215f, encoded[i], 1e-4f);
        }
    }

    [Fact]
    public void Tiles_blend_into_nearly_the_whole_picture_and_a_latent_of_one_tile_is_exact()
    {
        using var backend = new OnnxRuntimeBackend();
        var folder = Folder;
        var form = folder.Recipe.LatentOf(folder);
        var sizes = folder.Recipe.DefaultsOf(folder).Sizes;
        var size = new PictureSize(256, 192);
        var latent = GaussianNoise.Create(1, form.CountOf(size));
        float[] Decode(VaeTiling tiling)
        {
            using var decoder = new VaeDecoder(folder.Find("vae_decoder")!, form, sizes, backend, tiling, new MemoryBudget(null));
            return decoder.Decode(latent, size).Planes;
        }

        var whole = Decode(new VaeTiling());
        Assert.Equal(whole, Decode(new VaeTiling(Above: 0, Side: 32, Overlap: 8)));
        var tiled = Decode(new VaeTiling(Above: 0, Side: 20, Overlap: 10));
        Assert.NotEqual(whole, tiled);
        Assert.True(whole.Zip(tiled, (a, b) => Math.Abs(a - b)).Average() < 0.05, "Tiles change a picture a little only.");
    }

    [Theory]
    [InlineData(32, 32, 8, "0")]
    [InlineData(33, 32, 8, "0 1")]
    [InlineData(100, 32, 8, "0 24 48 68")]
    public void Tiles_cover_an_axis_and_end_with_it(int length, int side, int overlap, string expected) =>
        Assert.Equal(expected, string.Join(' ', new VaeTiling(0, side, overlap).Starts(length)));

    [Fact]
    public void Packing_is_undone_by_unpacking_and_orders_channels_within_a_token()
    {
        var form = new LatentForm(2, 8, 16, "") { IsPacked = true, Patch = 2, Scale = [1, 1], Shift = [0, 0] };
        var size = new PictureSize(32, 16);
        var latent = Enumerable.Range(0, form.CountOf(size)).Select(i => (float)i).ToArray();
        var packed = form.Pack(latent, size);
        Assert.Equal([0f, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15], packed);
        Assert.Equal(latent, form.Unpack(packed, size));
    }

    [Fact]
    public void Colours_of_a_linear_decoder_are_found_exactly()
    {
        var colours = LatentColours.Of(2, (latent, side) =>
        {
            var area = side * side;
            return [.. Enumerable.Range(0, 3 * area).Select(i => 0.1f + (0.2f * ((i / area) + 1) * latent[i % area]) - (0.3f * latent[area + (i % area)]))];
        });
        var painted = colours.Paint([1, 0, 0, 1], 2);
        Assert.Equal([0.3f, -0.2f, 0.5f, -0.2f, 0.7f, -0.2f], painted.Select(v => MathF.Round(v, 5)));
    }
}
