using System.Net.Http.Json;
using System.Text.Json;
using CachePolicies.Backends.OnnxRuntime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace CachePolicies.Server.Tests;

/// <summary>The whole server on a free port of the loopback interface.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private RunningServer(WebApplication app)
    {
        App = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new HttpClient { BaseAddress = Address };
    }

    public WebApplication App { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>Tensors that somebody holds.</summary>
    public int LiveTensors => App.Services.GetRequiredService<OnnxRuntimeBackend>().Statistics.LiveTensors;

    public static async Task<RunningServer> StartAsync(params string[] settings)
    {
        var app = ServerApplication.Create(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "Warning", .. settings]);
        await app.StartAsync();
        return new RunningServer(app);
    }

    /// <summary>Asks for pictures.</summary>
    public Task<HttpResponseMessage> GenerateAsync(object body, CancellationToken cancellationToken = default) =>
        Client.PostAsJsonAsync("/v1/images/generations", body, cancellationToken);

    /// <summary>Asks for pictures and reads the answer.</summary>
    public async Task<JsonElement> AnswerAsync(object body)
    {
        using var response = await GenerateAsync(body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Waits until nothing runs, and says how many tensors are still held.</summary>
    public async Task<int> LiveTensorsAtRestAsync()
    {
        await Patience.UntilAsync(() => LiveTensors == 0);
        return LiveTensors;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
    }
}

/// <summary>One server for the tests that leave it as it is.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    internal RunningServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await RunningServer.StartAsync("--Server:RequestsPerMinute", "100000", "--Server:ConcurrentRequests", "1000");

    public async Task DisposeAsync() => await Server.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class ServerCollection : ICollectionFixture<SharedServer>
{
    public const string Name = "server";
}
