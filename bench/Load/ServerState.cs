using System.Globalization;

namespace CachePolicies.Bench;

/// <summary>What the server tells of itself at <c>/metrics</c>.</summary>
/// <param name="Requests">After how many requests.</param>
/// <param name="WorkingSet">Bytes of the process.</param>
/// <param name="Heap">Bytes of the managed heap after the last collection.</param>
/// <param name="FeatureBytes">Bytes of leased features on the device.</param>
/// <param name="Active">Generations that run.</param>
/// <param name="Queued">Generations that wait.</param>
/// <param name="Leases">Places that the rate limiter has given out, that of the question among them.</param>
/// <param name="Connections">Open connections, that of the question among them.</param>
internal sealed record ServerState(int Requests, double WorkingSet, double Heap, double FeatureBytes, double Active, double Queued, double Leases, double Connections)
{
    /// <summary>Whether nothing is held: no features, no generation, no place but that of the question.</summary>
    public bool IsAtRest => FeatureBytes == 0 && Active == 0 && Queued == 0 && Leases <= 1;

    /// <summary>Asks.</summary>
    public static async Task<ServerState> ReadAsync(HttpClient client, int requests)
    {
        var lines = (await client.GetStringAsync(new Uri("/metrics", UriKind.Relative)).ConfigureAwait(false)).Split('\n');
        return new ServerState(
            requests,
            Sum("dotnet_process_memory_working_set_bytes"),
            Sum("dotnet_gc_last_collection_heap_size_bytes"),
            Sum("cachepolicies_feature_bytes"),
            Sum("cachepolicies_generations_active"),
            Sum("cachepolicies_generations_queued"),
            Sum("aspnetcore_rate_limiting_active_request_leases"),
            Sum("kestrel_active_connections"));

        // A line is NAME{TAGS} VALUE [TIME].
        double Sum(string name) => lines.Where(l => l.StartsWith(name, StringComparison.Ordinal) && l.Length > name.Length && l[name.Length] is '{' or ' ').Sum(ValueOf);
    }

    private static double ValueOf(string line)
    {
        var tagged = line.LastIndexOf('}');
        var tail = tagged < 0 ? line[line.IndexOf(' ', StringComparison.Ordinal)..] : line[(tagged + 1)..];
        return double.Parse(tail.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
    }
}
