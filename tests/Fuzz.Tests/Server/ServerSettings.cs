using CachePolicies.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Options;

namespace CachePolicies.Fuzz;

/// <summary>The settings of a server: it starts, or says what is wrong.</summary>
internal sealed class ServerSettings : FuzzedFormat
{
    public override string FileName => "server.json";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Resource.Text($$"""
            {
              "Server": {
                "DefaultModel": "emoji", "LoadAtStart": false, "Policies": { "fast": "TeaCache" },
                "ApiKeys": { "me": { "Hash": "sha256:{{new string('0', 64)}}", "Expires": "2030-01-01T00:00:00Z", "RequestsPerMinute": 10, "ConcurrentRequests": 2 } },
                "MaximumBodyBytes": 131072, "MaximumConnections": 100, "RequestsPerMinute": 120, "ConcurrentRequests": 8, "ShutdownTimeout": "00:00:05",
                "Pictures": { "MaximumBytes": 1048576, "Lifetime": "00:10:00", "PublicAddress": "https://pictures.example.org" },
                "Results": { "MaximumBytes": 1048576 }, "Cluster": { "Role": "Both", "Rows": 4 }
              },
              "CachePolicies": { "DefaultPolicy": "H2Cache", "MaximumQueuedGenerations": 4, "fast": { "Threshold": 0.3 }, "H2Cache": { "StructureThreshold": 0.2 } }
            }
            """),
    ];

    public override IReadOnlyList<Type> Documented { get; } =
        [typeof(OptionsValidationException), typeof(InvalidOperationException), typeof(InvalidDataException)];

    /// <summary>Each starts a server.</summary>
    public override int Inputs => 60;

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);

    public override void Read(string path)
    {
        var app = ServerApplication.Create(["--config", path, "--urls", "http://127.0.0.1:0", .. FuzzedServer.Quiet]);
        try
        {
            app.StartAsync().GetAwaiter().GetResult();
            app.StopAsync().GetAwaiter().GetResult();
        }
        finally
        {
            ((IDisposable)app).Dispose();
        }
    }
}
