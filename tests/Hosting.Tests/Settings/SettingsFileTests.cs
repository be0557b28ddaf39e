using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Policies;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting.Tests.Settings;

public sealed class SettingsFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("settings-");

    public static TheoryData<string, string> Wrong => new()
    {
        { """ "H2Cache": { "Approximation": { "Methd": "Taylor" } } """, "CachePolicies:H2Cache:Approximation:Methd is not a setting. Did you mean Method?" },
        { """ "H2Cache": { "StructureThreshold": [ 0.9 ] } """, "CachePolicies:H2Cache:StructureThreshold is a section or a list; expected a single value." },
        { """ "H2Cache": { "StructureThreshold": { "Value": 0.9 } } """, "CachePolicies:H2Cache:StructureThreshold is a section or a list; expected a single value." },
        { """ "H2Cache": { "Approximation": "Taylor" } """, "CachePolicies:H2Cache:Approximation is 'Taylor'; expected a section with Method, Keep, Order," },
        { """ "H2Cache": "fast" """, "CachePolicies:H2Cache is 'fast'; expected a section with settings." },
        { """ "TeaCache": { "Threshold": 0.5 } """, "CachePolicies:TeaCache is not a setting. A policy of that name is known but not registered; call AddTeaCache()." },
        { """ "H2Cahce": { "StructureThreshold": 0.5 } """, "CachePolicies:H2Cahce is not a setting. Did you mean H2Cache?" },
        { """ "MaximumQueuedGeneration": 5 """, "CachePolicies:MaximumQueuedGeneration is not a setting. Did you mean MaximumQueuedGenerations" },
        { """ "MaximumQueuedGenerations": "many" """, "CachePolicies:MaximumQueuedGenerations is 'many'; expected a whole number of at least 0" },
        { """ "MaximumConcurrentGenerations": 0 """, "CachePolicies:MaximumConcurrentGenerations is 0; expected a whole number of at least 1" },
        { """ "MaximumQueueTime": "-00:01:00" """, "CachePolicies:MaximumQueueTime is -00:01:00; expected a length of time above 0" },
        { """ "OnnxRuntime": { "Threads": "two" } """, "'two'" },
        { """ "OnnxRuntime": { "Threads": -5 } """, "OnnxRuntimeOptions.Threads is -5; expected at least 0" },
        { """ "OnnxRuntime": { "Thread": 2 } """, "CachePolicies:OnnxRuntime:Thread is not a setting. Did you mean Threads" },
        { """ "OnnxRuntime": { "Providers": "CUDA" } """, "CachePolicies:OnnxRuntime:Providers is 'CUDA'; expected" },
        { """ "OnnxRuntime": { "Providers": [ { "Name": "CPU" } ] } """, "CachePolicies:OnnxRuntime:Providers:0" },
        { """ "OnnxRuntime": { "ThreadWaiting": "Doze" } """, "'Doze'" },
        { """ "OnnxRuntime": "CPU" """, "CachePolicies:OnnxRuntime is 'CPU'; expected a section with settings." },
        { """ "H2Cache": { "Rules": { "Warmup": 5 } } """, "CachePolicies:H2Cache:Rules is not a setting." },
        { """ "H2Cache": { "Adaptive": { "Enabled": "maybe" } } """, "CachePolicies:H2Cache:Adaptive:Enabled is 'maybe'; expected true or false." },
    };

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_cannot_be_used_stops_the_start_by_name(string inner, string expected)
    {
        using var host = Start(("appsettings.json", Section(inner)));
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Length < 1000, error.Message);
    }

    [Fact]
    public async Task Foreign_text_in_settings_is_cut_in_messages()
    {
        using var host = Start(("appsettings.json", Section($$""" "H2Cache": { "{{new string('x', 100_000)}}": "{{new string('y', 100_000)}}", "StructureThreshold": "{{new string('z', 100_000)}}" } """)));
        Assert.InRange((await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync())).Message.Length, 50, 2000);
    }

    [Fact]
    public async Task What_can_be_used_is_used()
    {
        using var host = Start(("appsettings.json", Section("""
            "$schema": "x", "DefaultPolicy": "none", "MaximumQueuedGenerations": null, "MaximumQueueTime": "00:00:30",
            "H2Cache": { "structurethreshold": 0.3, "MaximumSkips": null, "Approximation": { "Method": "Taylor" }, "Adaptive": {} },
            "OnnxRuntime": { "Providers": [ "CPU" ], "Threads": 2, "ProviderOptions": { "CUDA": { "a": "1" } } }
            """)));
        await host.StartAsync();

        var h2 = host.Services.GetRequiredService<IOptionsMonitor<H2CacheOptions>>().Get("H2Cache");
        Assert.Equal((0.3f, null, SkipMethod.Taylor), (h2.StructureThreshold, h2.MaximumSkips, h2.Approximation.Method));
        var root = host.Services.GetRequiredService<IOptionsMonitor<CachePoliciesOptions>>().CurrentValue;
        Assert.Equal(("none", null, TimeSpan.FromSeconds(30)), (root.DefaultPolicy, root.MaximumQueuedGenerations, root.MaximumQueueTime));
        var runtime = host.Services.GetRequiredService<IOptions<OnnxRuntimeOptions>>().Value;
        Assert.Equal((2, "CPU", "1"), (runtime.Threads, Assert.Single(runtime.Providers), runtime.ProviderOptions["CUDA"]["a"]));
    }

    [Fact]
    public async Task A_broken_file_keeps_its_last_good_values_while_another_file_changes()
    {
        using var host = Start(("a.json", Section(""" "H2Cache": { "StructureThreshold": 0.77 } """)), ("b.json", """{ "Other": 1 }"""));
        await host.StartAsync();
        var monitor = host.Services.GetRequiredService<IOptionsMonitor<H2CacheOptions>>();
        Assert.Equal(0.77f, monitor.Get("H2Cache").StructureThreshold);

        await Write("a.json", "{ broken");
        await Until(() => !host.Services.GetRequiredService<IConfiguration>().GetSection("CachePolicies").Exists());
        await Write("b.json", Section(""" "H2Cache": { "DetailThreshold": 0.5 } """));
        await Until(() => monitor.Get("H2Cache").DetailThreshold == 0.5f);

        Assert.Equal((0.77f, 0.5f), (monitor.Get("H2Cache").StructureThreshold, monitor.Get("H2Cache").DetailThreshold));

        await Write("a.json", Section(""" "H2Cache": { "StructureThreshold": 0.2 } """));
        await Until(() => monitor.Get("H2Cache").StructureThreshold == 0.2f);
        Assert.Equal(0.2f, monitor.Get("H2Cache").StructureThreshold);
    }

    [Fact]
    public async Task An_optional_file_that_is_deleted_takes_its_settings_with_it()
    {
        using var host = Start(("a.json", Section(""" "H2Cache": { "StructureThreshold": 0.77 } """)), ("b.json", Section(""" "H2Cache": { "StructureThreshold": 0.5 } """)));
        await host.StartAsync();
        var monitor = host.Services.GetRequiredService<IOptionsMonitor<H2CacheOptions>>();
        Assert.Equal(0.5f, monitor.Get("H2Cache").StructureThreshold);

        File.Delete(Path.Combine(_folder.FullName, "b.json"));
        await Until(() => monitor.Get("H2Cache").StructureThreshold == 0.77f);
        Assert.Equal(0.77f, monitor.Get("H2Cache").StructureThreshold);
    }

    private static string Section(string inner) => $$"""{ "CachePolicies": { {{inner}} } }""";

    private static async Task Until(Func<bool> isDone)
    {
        Assert.True(await Patience.UntilAsync(isDone), "it did not happen");
    }

    private Task Write(string name, string text) => File.WriteAllTextAsync(Path.Combine(_folder.FullName, name), text);

    private IHost Start(params (string Name, string Text)[] files)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _folder.FullName });
        builder.Configuration.SetBasePath(_folder.FullName);
        foreach (var (name, text) in files)
        {
            File.WriteAllText(Path.Combine(_folder.FullName, name), text);
            builder.Configuration.AddJsonFile(name, optional: true, reloadOnChange: true);
        }

        builder.AddCachePolicies().AddH2Cache().AddNoCache().UseModel(Repository.PathOf("models/emoji"));
        return builder.Build();
    }
}
