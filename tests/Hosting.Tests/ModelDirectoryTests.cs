using System.Text.Json.Nodes;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Models;
using Microsoft.Extensions.DependencyInjection;

namespace CachePolicies.Hosting.Tests;

/// <summary>What a user is told of a model directory that cannot make pictures.</summary>
public sealed class ModelDirectoryTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("model");

    public ModelDirectoryTests()
    {
        foreach (var file in Directory.GetFiles(Repository.PathOf("models/emoji")).Where(f => Path.GetExtension(f) is ".onnx" or ".bin" or ".json"))
        {
            File.Copy(file, Path.Combine(_folder.FullName, Path.GetFileName(file)));
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_model_without_tokenizer_and_decoder_is_refused_and_its_denoiser_serves()
    {
        Change(m => m.AsObject().Remove("textToImage"));
        await using var services = Services();

        var error = Assert.Throws<NotSupportedException>(() => services.GetRequiredService<ITextToImageGenerator>().Model);

        Assert.Contains("brings no tokenizer and decoder", error.Message, StringComparison.Ordinal);
        Assert.Contains("ICachedDenoiserFactory", error.Message, StringComparison.Ordinal);
        Assert.Equal("emoji", services.GetRequiredService<ICachedDenoiserFactory>().GetDenoiser(services.GetRequiredService<StagedDenoiser>()).Denoiser.Layout.Name);
    }

    [Theory]
    [InlineData("tokenizer", "kind", "clip", "The tokenizer 'clip' of 'emoji' is not known; expected words.")]
    [InlineData("decoder", "kind", "vae", "The decoder 'vae' of 'emoji' is not known; expected patches.")]
    [InlineData("sampler", "kind", "euler-a", "The sampler 'euler-a' of 'emoji' is not known; expected ddim or flow-match-euler or flow-match-heun.")]
    public async Task A_part_of_another_kind_is_refused_by_name(string part, string key, string value, string expected)
    {
        Change(m => m["textToImage"]![part]![key] = value);
        await using var services = Services();
        Assert.Equal(expected, Assert.Throws<NotSupportedException>(() => services.GetRequiredService<ITextToImageGenerator>().Model).Message);
    }

    [Theory]
    [InlineData("tokenizer", "length", "2147483647", "the tokenizer's length is 2147483647; expected 1 to 65536")]
    [InlineData("tokenizer", "length", "4", "the tokenizer's length is 4, and the denoiser's input 'text_ids' takes 8")]
    [InlineData("tokenizer", "input", "\"words\"", "the tokenizer feeds the input 'words', which the denoiser does not have; it has ")]
    [InlineData("tokenizer", "empty", "-1", "The padding is word -1 of a vocabulary of ")]
    [InlineData("tokenizer", "styles", "[\"nowhere\"]", "The style 'nowhere' is not in the vocabulary.")]
    [InlineData("decoder", "width", "2147483644", "does not hold a picture of 2147483644 × 32 with 3 numbers per pixel")]
    [InlineData("decoder", "width", "-32", "does not hold a picture of -32 × 32")]
    [InlineData("decoder", "patch", "0", "patch")]
    [InlineData("decoder", "patch", "5", "is not made of whole patches of 5 × 5")]
    [InlineData("decoder", "channels", "4", "the decoder has 4 channels; expected 3")]
    [InlineData("decoder", "minimum", "1e39", "expected finite numbers")]
    [InlineData("decoder", "minimum", "2", "The range from 2 to 1 is empty.")]
    [InlineData("sampler", "shift", "0", "the sampler's shift is 0; expected a finite number above 0")]
    public async Task A_number_that_contradicts_the_model_is_refused_before_anything_is_made_by_it(string part, string key, string value, string expected)
    {
        Change(m => m["textToImage"]![part]![key] = JsonNode.Parse(value));
        await using var services = Services();

        var message = Assert.Throws<InvalidModelException>(() => services.GetRequiredService<ITextToImageGenerator>().Model).Message;

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vocabulary_that_is_missing_is_named()
    {
        File.Delete(Path.Combine(_folder.FullName, "vocabulary.json"));
        await using var services = Services();
        Assert.Contains("vocabulary.json", Assert.ThrowsAny<Exception>(() => services.GetRequiredService<ITextToImageGenerator>().Model).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stage_that_is_missing_is_named()
    {
        File.Delete(Path.Combine(_folder.FullName, "head.onnx"));
        await using var services = Services();
        Assert.Contains("head.onnx", Assert.Throws<InvalidModelException>(() => services.GetRequiredService<ITextToImageGenerator>().Model).Message, StringComparison.Ordinal);
    }

    private ServiceProvider Services() =>
        new ServiceCollection().AddCachePolicies().AddNoCache().UseModel(_folder.FullName).Services.BuildServiceProvider();

    private void Change(Action<JsonNode> change)
    {
        var path = Path.Combine(_folder.FullName, "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        change(manifest);
        File.WriteAllText(path, manifest.ToJsonString());
    }
}
