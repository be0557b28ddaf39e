using Xunit;
using Xunit.Sdk;

namespace CachePolicies.TestSupport;

/// <summary>
/// A law that holds for every argument: FsCheck draws the arguments of the test method, shrinks a counterexample and reports
/// the seed that replays it.
/// </summary>
/// <remarks>
/// The method returns <see langword="void"/> (and asserts), <see cref="bool"/>, an FsCheck property, or a task of these.
/// The environment variable <c>CACHEPOLICIES_MAX_TEST</c> overrides the number of cases of every property.
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("CachePolicies.TestSupport.PropertyDiscoverer", "CachePolicies.TestSupport")]
public sealed class PropertyAttribute : FactAttribute
{
    /// <summary>How many cases are drawn. The default is 100.</summary>
    public int MaxTest { get; set; } = 100;

    /// <summary>The size of the first case. The default is 1.</summary>
    public int StartSize { get; set; } = 1;

    /// <summary>The size of the last case. The default is 100.</summary>
    public int EndSize { get; set; } = 100;

    /// <summary>
    /// Replays a failure: <c>seed,gamma</c> or <c>seed,gamma,size</c>, the numbers that the failure's message shows in
    /// <c>StdGen</c>. <see langword="null"/> (the default) draws a new seed.
    /// </summary>
    public string? Replay { get; set; }

    /// <summary>Classes whose static members give the generators of the argument types.</summary>
    public Type[] Arbitrary { get; set; } = [];
}
