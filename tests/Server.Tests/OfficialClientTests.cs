using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net.ServerSentEvents;
using System.Text.Json;
using CachePolicies.Reporting;
using OpenAI;
using OpenAI.Images;
using OpenAI.Models;

namespace CachePolicies.Server.Tests;

/// <summary>The .NET client of the interface, pointed at the server and otherwise as its documentation has it.</summary>
[Collection(ServerCollection.Name)]
public sealed class OfficialClientTests(SharedServer shared)
{
    private OpenAIClientOptions Options => new() { Endpoint = new Uri(shared.Server.Address, "/v1") };

    private ImageClient Images => new("emoji", new ApiKeyCredential("not needed"), Options);

    [Fact]
    public async Task It_generates_a_picture()
    {
        GeneratedImage image = await Images.GenerateImageAsync("red apple");

        var picture = PictureFile.Decode(image.ImageBytes.ToMemory().Span);
        Assert.Equal((32, 32), (picture.Width, picture.Height));
    }

    [Fact]
    public async Task It_generates_several_pictures_in_another_format()
    {
        GeneratedImageCollection images = await Images.GenerateImagesAsync("red apple", 3, new ImageGenerationOptions
        {
            OutputFileFormat = GeneratedImageFileFormat.Webp,
            ResponseFormat = GeneratedImageFormat.Bytes,
            Size = new GeneratedImageSize(32, 32),
            Quality = GeneratedImageQuality.Auto,
            EndUserId = "somebody",
        });

        Assert.Equal(3, images.Count);
        Assert.Equal(GeneratedImageFileFormat.Webp, images.OutputFileFormat);
        Assert.Equal(new GeneratedImageSize(32, 32), images.Size);
        Assert.Equal(3, images.Select(i => Convert.ToHexString(i.ImageBytes.ToArray())).Distinct().Count());
        Assert.All(images, i => Assert.StartsWith("RIFF", System.Text.Encoding.Latin1.GetString(i.ImageBytes.ToArray())));
    }

    [Fact]
    public async Task It_gets_the_address_of_a_picture()
    {
        GeneratedImage image = await Images.GenerateImageAsync("red apple", new ImageGenerationOptions { ResponseFormat = GeneratedImageFormat.Uri });

        Assert.Null(image.ImageBytes);
        Assert.Equal(32, PictureFile.Decode(await shared.Server.Client.GetByteArrayAsync(image.ImageUri)).Width);
    }

    [Fact]
    public async Task It_streams_partial_images_and_the_picture()
    {
        using var content = BinaryContent.Create(BinaryData.FromObjectAsJson(new { model = "emoji", prompt = "red apple", stream = true, partial_images = 2, cachepolicies = new { seed = 5 } }));
        var events = new List<(string Type, JsonElement Data)>();

        await using (var streaming = await Images.GenerateImagesStreamingAsync(content, new RequestOptions()))
        {
            await foreach (SseItem<BinaryData> item in streaming)
            {
                events.Add((item.EventType, JsonSerializer.Deserialize<JsonElement>(item.Data)));
            }
        }

        Assert.Equal(["image_generation.partial_image", "image_generation.partial_image", "image_generation.completed"], events.Select(e => e.Type));
        Assert.All(events, e => Assert.Equal(e.Type, e.Data.GetProperty("type").GetString()));
        Assert.Equal([0, 1], events.SkipLast(1).Select(e => e.Data.GetProperty("partial_image_index").GetInt32()));
        Assert.Equal(5, events[^1].Data.GetProperty("cachepolicies").GetProperty("seed").GetInt64());

        // The stream's picture is the one that the same request gets whole.
        var whole = await shared.Server.AnswerAsync(new { prompt = "red apple", cachepolicies = new { seed = 5 } });
        Assert.Equal(whole.GetProperty("data")[0].GetProperty("b64_json").GetString(), events[^1].Data.GetProperty("b64_json").GetString());
    }

    [Fact]
    public async Task It_lists_models()
    {
        var models = new OpenAIModelClient(new ApiKeyCredential("not needed"), Options);

        Assert.Equal(["emoji"], (await models.GetModelsAsync()).Value.Select(m => m.Id));
        Assert.Equal("cachepolicies", (await models.GetModelAsync("emoji")).Value.OwnedBy);
    }

    [Fact]
    public async Task It_understands_an_error()
    {
        var failure = await Assert.ThrowsAsync<ClientResultException>(() => new ImageClient("emojo", new ApiKeyCredential("not needed"), Options).GenerateImageAsync("red apple"));

        Assert.Equal(404, failure.Status);
        Assert.Contains("The model 'emojo' does not exist.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("model_not_found", failure.Message, StringComparison.Ordinal);
    }
}
