using CachePolicies.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CachePolicies.Fuzz;

/// <summary><c>appsettings.json</c> of a host: it starts, or says what is wrong.</summary>
internal sealed class Settings : FuzzedFormat
{
    internal const string Sample = """
        {
          "CachePolicies": {
            "DefaultPolicy": "H2Cache", "MaximumConcurrentGenerations": 2, "MaximumQueuedGenerations": 10,
            "H2Cache": {
              "StructureThreshold": 0.22, "DetailThreshold": 0.12, "ForcedLastSteps": 3, "Adaptive": { "Enabled": true, "StartFactor": 2 },
              "Approximation": { "Method": "Taylor", "Damping": 0.5, "Coordinate": "Sigma" }, "WarmupSteps": 5, "MaximumConsecutiveSkips": 8
            },
            "BlockCache": { "Threshold": 0.12 }, "TeaCache": { "Threshold": 0.15, "Coefficients": [ 1, 0 ] }, "DiCache": { "Threshold": 0.12 },
            "EasyCache": { "Threshold": 0.05 }, "TaylorSeer": { "Interval": 3 }, "StepMask": { "StepMask": "CCCrrr" }, "DBCache": { "Threshold": 0.1 },
            "OnnxRuntime": { "Providers": [ "CPU" ], "Threads": 2, "MemoryLimit": 100000000, "BindingCapacity": 5 }
          }
        }
        """;

    public override string FileName => "appsettings.json";

    public override IReadOnlyList<byte[]> Seeds { get; } = [Resource.Text(Sample)];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(OptionsValidationException), typeof(InvalidDataException), typeof(UnknownCachePolicyException)];

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);

    public override void Read(string path)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddJsonFile(path, optional: false, reloadOnChange: false);
        builder.AddCachePolicies().AddNoCache().AddH2Cache().AddBlockCache().AddTeaCache().AddDiCache().AddEasyCache().AddTaylorSeer().AddStepMask().AddDBCache().UseOnnxRuntime();
        using var host = builder.Build();
        host.Start();
        var policies = host.Services.GetRequiredService<ICachePolicyProvider>();
        foreach (var name in policies.Names)
        {
            policies.GetPolicy(name);
        }

        host.StopAsync().GetAwaiter().GetResult();
    }
}
