namespace CachePolicies.Diffusers.Tests;

/// <summary>The files under Data, which are copied beside the tests.</summary>
internal static class TestData
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Data", name);
}
