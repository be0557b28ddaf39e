using System.Net;
using System.Net.Sockets;

namespace CachePolicies.Cluster;

/// <summary>Checks <see cref="ClusterOptions"/>.</summary>
public static class ClusterOptionsCheck
{
    /// <summary>The problems, each a sentence that names the setting.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="section">Where they are: <c>Server:Cluster</c>.</param>
    public static IEnumerable<string> Problems(ClusterOptions options, string section)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Role != ClusterRole.Both && !options.IsClustered)
        {
            yield return $"The role is {options.Role}, and the process is alone; expected {section}:Redis or {section}:PostgreSql, where its members meet, or the role Both.";
        }

        if (options is { Redis: not null, PostgreSql: not null })
        {
            yield return $"{section} has both Redis and PostgreSql; expected one of them.";
        }

        if (string.IsNullOrWhiteSpace(options.Name))
        {
            yield return $"{section}:Name is empty; expected a name that all processes of the cluster share.";
        }

        if (!IPAddress.TryParse(options.AdvertisedAddress, out var address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)
            || address.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
        {
            yield return $"{section}:AdvertisedAddress is '{options.AdvertisedAddress}'; expected the IP address at which the other processes reach this one.";
        }

        if (options.Port is < 1 or > 65_535)
        {
            yield return $"{section}:Port is {options.Port}; expected 1 to 65535.";
        }

        if (options.Rows is < 1 or > 1024)
        {
            yield return $"{section}:Rows is {options.Rows}; expected 1 to 1024.";
        }

        if (options.MaximumAttempts is < 1 or > 100)
        {
            yield return $"{section}:MaximumAttempts is {options.MaximumAttempts}; expected 1 to 100.";
        }

        (string Setting, TimeSpan Value, TimeSpan Least, TimeSpan Most)[] times =
        [
            (nameof(options.Heartbeat), options.Heartbeat, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            (nameof(options.MessageTimeout), options.MessageTimeout, 3 * options.Heartbeat, TimeSpan.FromMinutes(10)),
            (nameof(options.WorkerWait), options.WorkerWait, TimeSpan.Zero, TimeSpan.FromMinutes(10)),
            (nameof(options.ProbeTimeout), options.ProbeTimeout, TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(1)),
        ];
        foreach (var (setting, value, least, most) in times)
        {
            if (value < least || value > most)
            {
                yield return $"{section}:{setting} is {value}; expected {least} to {most}.";
            }
        }
    }
}
