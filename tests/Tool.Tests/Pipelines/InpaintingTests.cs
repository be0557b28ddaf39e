using CachePolicies.Reporting;
using CachePolicies.Splitting;
using Google.Protobuf;

namespace CachePolicies.Tool.Tests;

/// <summary>A U-Net that was trained to fill in pictures: it reads the mask and the masked picture beside the latent.</summary>
public sealed class InpaintingTests(PipelineFolders folders) : IClassFixture<PipelineFolders>
{
    private const int Further = 5;

    [Fact]
    public async Task It_draws_with_a_picture_and_a_mask_and_is_told_both()
    {
        var folder = FillingIn();
        var (white, black, left) = (Picture("white", _ => 255), Picture("black", _ => 0), Picture("left", x => (byte)(x < 32 ? 255 : 0)));

        async Task<byte[]> Draw(string image, string mask)
        {
            var (run, picture) = await folders.Generate(folder, "--image", image, "--mask", mask, "--strength", "1", "--policy", "h2cache");
            Assert.True(run.ExitCode == ExitCodes.Success, run.Error);
            return picture;
        }

        var first = await Draw(black, left);
        Assert.Equal(first, await Draw(black, left));
        Assert.NotEqual(first, await Draw(white, left));
        Assert.NotEqual(first, await Draw(black, black));

        // All of it is drawn again: the model is not shown the picture.
        Assert.Equal(await Draw(black, white), await Draw(left, white));
    }

    [Fact]
    public async Task Without_a_mask_it_is_refused_in_words()
    {
        var (run, picture) = await folders.Generate(FillingIn());

        Assert.Contains("was trained to fill in pictures: it needs a picture and a mask", run.Error, StringComparison.Ordinal);
        Assert.Empty(picture);
    }

    private string FillingIn()
    {
        const string Name = "filling-in";
        var folder = folders.PathOf(Name);
        if (!Directory.Exists(folder))
        {
            PipelineFolders.Copy(folders.PathOf("sd15"), folder);
            var graph = Path.Combine(folder, "unet", "model.onnx");
            File.WriteAllBytes(graph, ModelVariants.MoreChannels(OnnxModelFile.Load(graph).Model, "sample", Further).ToByteArray());
            var settings = Path.Combine(folder, "unet", "config.json");
            File.WriteAllText(settings, File.ReadAllText(settings).Replace("\"in_channels\": 4", "\"in_channels\": 9", StringComparison.Ordinal));
        }

        return Name;
    }

    private string Picture(string name, Func<int, byte> light)
    {
        var image = new RgbImage(64, 64);
        for (var i = 0; i < 64 * 64; i++)
        {
            image[i % 64, i / 64] = new Rgb(light(i % 64), light(i % 64), light(i % 64));
        }

        var path = folders.PathOf($"{name}.png");
        PictureFile.Save(path, image);
        return path;
    }
}
