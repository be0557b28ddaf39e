using System.CommandLine;

namespace CachePolicies.Tool;

/// <summary>Options that several verbs have; a new object for each verb.</summary>
internal static class SharedOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Write one JSON object per line to standard output, and nothing else there." };
}
