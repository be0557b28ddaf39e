using Microsoft.Extensions.Logging;

namespace CachePolicies.Cluster;

/// <summary>All messages that the cluster's own code logs.</summary>
internal static partial class Log
{
    [LoggerMessage(200, LogLevel.Warning, "The worker {Worker} was lost over a request, which is repeated; loss {Lost} of at most {Maximum}.")]
    public static partial void Lost(ILogger logger, string worker, int lost, int maximum, Exception problem);
}
