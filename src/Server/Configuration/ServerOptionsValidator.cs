using CachePolicies.Cluster;
using CachePolicies.Policies;
using Microsoft.Extensions.Options;

namespace CachePolicies.Server;

/// <summary>Checks <see cref="ServerOptions"/>; every problem is a sentence that names the setting.</summary>
internal sealed class ServerOptionsValidator : IValidateOptions<ServerOptions>
{
    public ValidateOptionsResult Validate(string? name, ServerOptions options)
    {
        var problems = Problems(options);
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static List<string> Problems(ServerOptions options)
    {
        var problems = new List<string>();
        Range(nameof(options.MaximumBodyBytes), options.MaximumBodyBytes, 1024, 16 << 20);
        Range(nameof(options.MaximumConnections), options.MaximumConnections, 1, 1_000_000);
        Range(nameof(options.RequestsPerMinute), options.RequestsPerMinute, 1, 1_000_000);
        Range(nameof(options.ConcurrentRequests), options.ConcurrentRequests, 1, 100_000);
        Range("Pictures:MaximumBytes", options.Pictures.MaximumBytes, 1 << 20, 1L << 42);
        Range("Results:MaximumBytes", options.Results.MaximumBytes, 1 << 20, int.MaxValue);
        Duration(nameof(options.ShutdownTimeout), options.ShutdownTimeout, TimeSpan.Zero, TimeSpan.FromHours(1));
        Duration("Pictures:Lifetime", options.Pictures.Lifetime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7));
        if (options.DefaultModel is { } model && options.Models.Count > 0 && !options.Models.ContainsKey(model))
        {
            problems.Add($"Server:DefaultModel is '{Excerpt.Of(model)}', which is not among Server:Models. {NearestNames.Suggest(model, options.Models.Keys)}");
        }

        foreach (var (alias, policy) in options.Policies)
        {
            if (PolicyCatalog.Find(policy ?? "") is null)
            {
                problems.Add($"Server:Policies:{Excerpt.Of(alias)} is '{Excerpt.Of(policy)}', which is not a known policy. {NearestNames.Suggest(policy ?? "", [.. PolicyCatalog.All.Select(d => d.Name)])}");
            }
        }

        foreach (var (key, known) in options.ApiKeys)
        {
            var where = $"ApiKeys:{Excerpt.Of(key)}";
            if (!ApiKeyHash.IsHash(known.Hash))
            {
                // The value is not repeated: whoever wrote the key in place of its hash would find it in the log.
                problems.Add($"Server:{where}:Hash is not a hash; expected 'sha256:' and 64 hexadecimal digits, as the command new-key prints them.");
            }

            Range($"{where}:RequestsPerMinute", known.RequestsPerMinute ?? 1, 1, 1_000_000);
            Range($"{where}:ConcurrentRequests", known.ConcurrentRequests ?? 1, 1, 100_000);
        }

        problems.AddRange(ClusterOptionsCheck.Problems(options.Cluster, "Server:Cluster"));
        return problems;

        void Range(string setting, long value, long least, long most)
        {
            if (value < least || value > most)
            {
                problems.Add($"Server:{setting} is {value}; expected {least} to {most}.");
            }
        }

        void Duration(string setting, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
            {
                problems.Add($"Server:{setting} is {value}; expected {least} to {most}.");
            }
        }
    }
}
