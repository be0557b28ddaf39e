namespace CachePolicies.TestSupport;

/// <summary>The checkout that the tests run in.</summary>
public static class Repository
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The path of something below <see cref="Root"/>.</summary>
    /// <param name="relative">With <c>/</c> between its parts.</param>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CachePolicies.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"The tests run inside the repository; '{AppContext.BaseDirectory}' is not below a folder with CachePolicies.sln.");
    }
}
