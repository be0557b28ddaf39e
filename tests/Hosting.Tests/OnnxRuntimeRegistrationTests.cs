using CachePolicies.Backends.OnnxRuntime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CachePolicies.Hosting.Tests;

public sealed class OnnxRuntimeRegistrationTests
{
    [Fact]
    public void The_chosen_provider_is_logged_with_why_the_others_were_not()
    {
        var (services, logs) = Build(b => b.UseOnnxRuntime(o => o.Providers = ["CoreML", "CPU"]));
        using (services)
        {
            Assert.Same(services.GetRequiredService<OnnxRuntimeBackend>(), services.GetRequiredService<IDenoiserBackend>());
            var message = Assert.Single(logs.Entries, e => e.Message.Contains("is open", StringComparison.Ordinal)).Message;
            Assert.Contains("ONNX Runtime runs on CPU, since CoreML cannot be used", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Named_backends_have_settings_and_memory_of_their_own()
    {
        var (services, _) = Build(
            b => b.UseOnnxRuntime("first").UseOnnxRuntime("second", o => o.Threads = 3).UseOnnxRuntime("second"),
            ("CachePolicies:OnnxRuntime:first:Threads", "2"),
            ("CachePolicies:OnnxRuntime:first:Providers:0", "CPU"),
            ("CachePolicies:OnnxRuntime:first:ProviderOptions:CUDA:cudnn_conv_use_max_workspace", "1"));
        using (services)
        {
            var first = services.GetRequiredKeyedService<OnnxRuntimeBackend>("first");
            var second = services.GetRequiredKeyedService<IDenoiserBackend>("second");
            Assert.NotSame(first, second);
            var tensor = first.Rent(ElementType.Float32, new TensorShape(4));
            Assert.Equal((1, 0), (first.Statistics.LiveTensors, second.Statistics.LiveTensors));
            tensor.Release();
            Assert.Null(services.GetService<OnnxRuntimeBackend>());
            var options = services.GetRequiredService<Microsoft.Extensions.Options.IOptionsMonitor<OnnxRuntimeOptions>>();
            Assert.Equal((2, 3), (options.Get("first").Threads, options.Get("second").Threads));
            Assert.Equal("1", options.Get("first").ProviderOptions["CUDA"]["cudnn_conv_use_max_workspace"]);
        }
    }

    [Fact]
    public void An_unknown_provider_in_the_configuration_is_answered_with_the_known_ones()
    {
        var (services, _) = Build(b => b.UseOnnxRuntime(), ("CachePolicies:OnnxRuntime:Providers:0", "Cudda"));
        using (services)
        {
            var error = Assert.Throws<ArgumentException>(services.GetRequiredService<OnnxRuntimeBackend>);
            Assert.Contains("CUDA", error.Message, StringComparison.Ordinal);
        }
    }

    private static (ServiceProvider Services, LogCollector Logs) Build(
        Action<ICachePoliciesBuilder> configure, params (string Key, string Value)[] settings)
    {
        var logs = new LogCollector();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)).Build());
        services.AddLogging(l => l.AddProvider(logs));
        configure(services.AddCachePolicies());
        return (services.BuildServiceProvider(), logs);
    }
}
