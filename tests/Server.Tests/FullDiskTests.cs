using System.Net;
using System.Text.Json;

namespace CachePolicies.Server.Tests;

public sealed class FullDiskTests
{
    private static readonly object ByAddress = new { prompt = "red apple", response_format = "url", cachepolicies = new { policy = "None", steps = 1, seed = 1 } };
    private static readonly object Whole = new { prompt = "red apple", cachepolicies = new { policy = "None", steps = 1, seed = 1 } };

    [FullDiskFact]
    public async Task Pictures_by_address_are_refused_while_the_disk_is_full_and_nothing_half_written_stays()
    {
        using var disk = new SmallDisk();
        await using var server = await RunningServer.StartAsync("--Server:Pictures:Directory", disk.Path);
        disk.Fill();
        using (var response = await server.GenerateAsync(ByAddress))
        {
            Assert.Equal(507, (int)response.StatusCode);
            Assert.Contains("insufficient_storage", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Empty(disk.Files);
        using (var whole = await server.GenerateAsync(Whole))
        {
            Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
        }

        disk.Empty();
        var answer = await server.AnswerAsync(ByAddress);
        var file = await server.Client.GetByteArrayAsync(new Uri(answer.GetProperty("data")[0].GetProperty("url").GetString()!));
        Assert.Equal(file.Length, new FileInfo(Assert.Single(disk.Files)).Length);
    }

    [FullDiskFact]
    public async Task Stored_results_are_served_while_the_disk_is_full_and_new_ones_are_answered_without_being_stored()
    {
        using var disk = new SmallDisk();
        await using var server = await RunningServer.StartAsync("--Server:Results:Directory", disk.Path);
        Assert.False(IsStored(await server.AnswerAsync(Whole)));
        disk.Fill();
        Assert.True(IsStored(await server.AnswerAsync(Whole)));

        var other = new { prompt = "green apple", cachepolicies = new { policy = "None", steps = 1, seed = 1 } };
        Assert.False(IsStored(await server.AnswerAsync(other)));
        Assert.False(IsStored(await server.AnswerAsync(other)));
        Assert.Single(disk.Files);

        disk.Empty();
        Assert.False(IsStored(await server.AnswerAsync(other)));
        Assert.True(IsStored(await server.AnswerAsync(other)));
    }

    private static bool IsStored(JsonElement answer) => answer.GetProperty("cachepolicies").GetProperty("stored").GetBoolean();
}
