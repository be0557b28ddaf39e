using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace CachePolicies.Fuzz;

/// <summary>The server with the sample model, on a port of the loopback interface, for as long as the tests run. Generations are short, so that many fit.</summary>
internal static class FuzzedServer
{
    /// <summary>Settings of a server that logs nothing.</summary>
    public static readonly string[] Quiet = ["--Logging:LogLevel:Default=None", "--Logging:LogLevel:Microsoft.Hosting.Lifetime=None"];

    private static readonly Lazy<WebApplication> App = new(Start);

    /// <summary>Where it listens.</summary>
    public static Uri Address => new(App.Value.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Waits until nothing is generated any more.</summary>
    /// <exception cref="InvalidOperationException">Tensors are still held after ten seconds.</exception>
    public static void RequireRest()
    {
        var backend = App.Value.Services.GetRequiredService<OnnxRuntimeBackend>();
        if (!SpinWait.SpinUntil(() => backend.Statistics.LiveTensors == 0, TimeSpan.FromSeconds(10)))
        {
            throw new InvalidOperationException($"{backend.Statistics.LiveTensors} tensors are held after the answer.");
        }
    }

    private static WebApplication Start()
    {
        var app = ServerApplication.Create(
        [
            "--urls", "http://127.0.0.1:0", .. Quiet, "--Server:RequestsPerMinute=1000000", "--Server:ConcurrentRequests=1000",
            "--CachePolicies:MaximumSteps=4", "--CachePolicies:MaximumImageCount=2",
        ]);
        app.StartAsync().GetAwaiter().GetResult();
        return app;
    }
}

/// <summary>The server refused a request in the way that the interface has for it.</summary>
internal sealed class RequestRefusedException(string message) : Exception(message);
