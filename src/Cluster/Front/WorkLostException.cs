namespace CachePolicies.Cluster;

/// <summary>An order is given up: there is no worker, or one after another was lost.</summary>
/// <param name="message">A sentence for the client.</param>
public sealed class WorkLostException(string message) : Exception(message);
