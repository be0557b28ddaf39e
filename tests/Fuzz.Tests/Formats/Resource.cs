using System.Reflection;
using System.Text;

namespace CachePolicies.Fuzz;

/// <summary>Files that tests of other projects read, too.</summary>
internal static class Resource
{
    public static byte[] Bytes(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>A folder of a pipeline with a small model.</summary>
    public static string Pipeline(string name) => Path.Combine(AppContext.BaseDirectory, "Folders", name);
}
