namespace CachePolicies.Diffusers.Tests;

/// <summary>The repository that the tests run in.</summary>
internal static class Repository
{
    public static string PathOf(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "CachePolicies.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder.FullName, relative);
    }
}
