using System.Net;
using System.Text.Json;

namespace CachePolicies.Server.Tests;

public sealed class StoredAnswerTests : IDisposable
{
    private static readonly object Request = Ask("png");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_request_that_comes_again_gets_the_same_bytes_also_after_a_restart_and_the_answer_says_so()
    {
        JsonElement first;
        await using (var server = await StartAsync())
        {
            first = await server.AnswerAsync(Request);
            var second = await server.AnswerAsync(Request);
            Assert.Equal((false, true), (IsStored(first), IsStored(second)));
            Assert.Equal(PictureOf(first), PictureOf(second));
            Assert.Equal(first.GetProperty("cachepolicies").GetProperty("steps").ToString(), second.GetProperty("cachepolicies").GetProperty("steps").ToString());
        }

        await using var restarted = await StartAsync();
        var third = await restarted.AnswerAsync(Request);
        Assert.True(IsStored(third));
        Assert.Equal(PictureOf(first), PictureOf(third));

        // Another format is made of the same pixels.
        Assert.True(IsStored(await restarted.AnswerAsync(Ask("webp"))));
    }

    [Fact]
    public async Task A_stream_is_answered_from_what_is_stored_unless_it_wants_to_see_the_steps()
    {
        await using var server = await StartAsync();
        var picture = PictureOf(await server.AnswerAsync(Request));
        var stored = Assert.Single(await EventsAsync(progress: false));
        Assert.Equal("image_generation.completed", stored.Type);
        Assert.True(IsStored(stored.Data));
        Assert.Equal(picture, stored.Data.GetProperty("b64_json").GetBytesFromBase64());

        var seen = await EventsAsync(progress: true);
        Assert.True(seen.Count > 4, "The steps are told.");
        Assert.False(IsStored(seen[^1].Data));

        async Task<IReadOnlyList<(string Type, JsonElement Data)>> EventsAsync(bool progress)
        {
            using var response = await server.GenerateAsync(Ask("png", stream: true, progress));
            return Events.Parse(await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Two_requests_at_once_get_the_same_bytes_and_leave_one_file()
    {
        await using var server = await StartAsync();
        var answers = await Task.WhenAll(server.AnswerAsync(Request), server.AnswerAsync(Request));
        Assert.Equal(PictureOf(answers[0]), PictureOf(answers[1]));
        Assert.Single(new DirectoryInfo(_folder.Path).GetFiles());
        Assert.True(IsStored(await server.AnswerAsync(Request)));
    }

    [Fact]
    public async Task A_damaged_file_costs_a_generation_and_nothing_else()
    {
        await using var server = await StartAsync();
        var picture = PictureOf(await server.AnswerAsync(Request));
        var file = new DirectoryInfo(_folder.Path).GetFiles().Single();
        await File.WriteAllBytesAsync(file.FullName, new byte[file.Length]);

        var again = await server.AnswerAsync(Request);
        Assert.False(IsStored(again));
        Assert.Equal(picture, PictureOf(again));
        Assert.True(IsStored(await server.AnswerAsync(Request)));
    }

    [Fact]
    public async Task Without_a_folder_nothing_is_stored()
    {
        await using var server = await RunningServer.StartAsync();
        await server.AnswerAsync(Request);
        Assert.False(IsStored(await server.AnswerAsync(Request)));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_costs_the_storing_and_not_the_answer()
    {
        var file = Path.Combine(_folder.Path, "file");
        await File.WriteAllTextAsync(file, "");
        await using var server = await RunningServer.StartAsync("--Server:Results:Directory", Path.Combine(file, "results"));
        Assert.False(IsStored(await server.AnswerAsync(Request)));
        Assert.False(IsStored(await server.AnswerAsync(Request)));
        using var ready = await server.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    [Fact]
    public async Task Other_settings_make_other_pictures_whatever_is_stored()
    {
        await using (var server = await StartAsync())
        {
            await server.AnswerAsync(Request);
        }

        await using var other = await RunningServer.StartAsync("--Server:Results:Directory", _folder.Path, "--CachePolicies:TeaCache:Threshold", "0.5");
        Assert.False(IsStored(await other.AnswerAsync(Request)));
    }

    private Task<RunningServer> StartAsync() => RunningServer.StartAsync("--Server:Results:Directory", _folder.Path);

    private static object Ask(string format, bool stream = false, bool progress = false) =>
        new { prompt = "red apple", output_format = format, stream, cachepolicies = new { policy = "TeaCache", steps = 6, seed = 7, progress } };

    private static bool IsStored(JsonElement answer) => answer.GetProperty("cachepolicies").GetProperty("stored").GetBoolean();

    private static byte[] PictureOf(JsonElement answer) => answer.GetProperty("data")[0].GetProperty("b64_json").GetBytesFromBase64();
}
