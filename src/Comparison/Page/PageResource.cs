using System.Reflection;

namespace CachePolicies.Comparison;

/// <summary>Style sheets and scripts, which the assembly carries.</summary>
internal static class PageResource
{
    public static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
