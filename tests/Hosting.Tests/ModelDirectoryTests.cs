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
