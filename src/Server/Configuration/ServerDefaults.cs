using System.Globalization;
using CachePolicies.Hosting;

namespace CachePolicies.Server;

/// <summary>Limits that hold where the configuration says nothing: a stranger cannot ask for much.</summary>
internal static class ServerDefaults
{
    private static readonly Dictionary<string, string?> Values = new()
    {
        [Key(nameof(CachePoliciesOptions.DefaultPolicy))] = "H2Cache",
        [Key(nameof(CachePoliciesOptions.MaximumQueuedGenerations))] = "32",
        [Key(nameof(CachePoliciesOptions.MaximumQueueTime))] = TimeSpan.FromMinutes(2).ToString("c", CultureInfo.InvariantCulture),
        [Key(nameof(CachePoliciesOptions.MaximumSteps))] = "150",
        [Key(nameof(CachePoliciesOptions.MaximumPromptLength))] = "4000",
        [Key(nameof(CachePoliciesOptions.MaximumPixels))] = (2048 * 2048).ToString(CultureInfo.InvariantCulture),
        [Key(nameof(CachePoliciesOptions.MaximumImageCount))] = "10",
        [Key(nameof(CachePoliciesOptions.MaximumGuidance))] = "30",
        ["AllowedHosts"] = "localhost;127.0.0.1;[::1]",
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "None", // Why a start failed is one sentence, which the program writes.
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
        ["Logging:LogLevel:Orleans"] = "Warning",
        ["Logging:LogLevel:Orleans.Runtime.Silo"] = "Error", // It warns of every collector but the server's.
        ["Logging:LogLevel:Polly"] = "Warning",
    };

    /// <summary>Puts the defaults under everything that the configuration has.</summary>
    public static void AddServerDefaults(this IConfigurationManager configuration)
    {
        var hasKeys = configuration.GetSection($"{ServerOptions.SectionName}:{nameof(ServerOptions.ApiKeys)}").GetChildren().Any();
        var isSample = !configuration.GetSection($"{ServerOptions.SectionName}:{nameof(ServerOptions.Models)}").GetChildren().Any();

        // Without keys only this machine may ask, and no web page that pretends to be of it; with keys the name that clients use is not known here.
        var values = hasKeys ? Values.Where(v => v.Key != "AllowedHosts").ToDictionary() : Values;
        configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = values });
        if (isSample)
        {
            var settings = new Microsoft.Extensions.Configuration.Json.JsonConfigurationSource { Path = Path.Combine(AppContext.BaseDirectory, "sample-model.json"), Optional = true };
            settings.ResolveFileProvider();
            configuration.Sources.Insert(0, settings);
        }
    }

    private static string Key(string option) => $"{CachePoliciesOptions.SectionName}:{option}";
}
