using System.Globalization;

namespace CachePolicies.Cluster;

/// <summary>What a process says of itself to all others when it joins.</summary>
internal static class WorkerMetadata
{
    private const string Role = "cachepolicies.role";
    private const string Models = "cachepolicies.models";
    private const string Provider = "cachepolicies.provider";
    private const string Rows = "cachepolicies.rows";

    /// <summary>The entries of a process.</summary>
    /// <param name="role">What it does.</param>
    /// <param name="facts">What it has, where it generates.</param>
    public static Dictionary<string, string> Write(ClusterRole role, WorkerFacts? facts)
    {
        var entries = new Dictionary<string, string> { [Role] = role.ToString() };
        if (facts is not null)
        {
            entries[Models] = string.Join('\n', facts.Models);
            entries[Provider] = facts.Provider;
            entries[Rows] = facts.Rows.ToString(CultureInfo.InvariantCulture);
        }

        return entries;
    }

    /// <summary>What a process has; <see langword="null"/> where it does not generate, or has not said yet.</summary>
    public static WorkerFacts? Read(IReadOnlyDictionary<string, string> entries) =>
        entries.TryGetValue(Models, out var models) && int.TryParse(entries.GetValueOrDefault(Rows), CultureInfo.InvariantCulture, out var rows)
            ? new WorkerFacts(models.Split('\n', StringSplitOptions.RemoveEmptyEntries), entries.GetValueOrDefault(Provider, ""), Math.Max(1, rows))
            : null;
}
