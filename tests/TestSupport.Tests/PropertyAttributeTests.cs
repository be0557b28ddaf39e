using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.TestSupport;

public sealed class PropertyAttributeTests
{
    [Theory]
    [InlineData(null, 37)]
    [InlineData("", 37)]
    [InlineData("5", 5)]
    public void The_environment_gives_the_number_of_cases_of_a_long_run(string? variable, int expected) =>
        Assert.Equal(expected, PropertyAttribute.InForce(37, variable));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("many")]
    public void A_number_of_cases_that_cannot_be_is_refused_by_name(string variable) =>
        Assert.Contains("CACHEPOLICIES_MAX_TEST", Assert.Throws<InvalidOperationException>(() => PropertyAttribute.InForce(37, variable)).Message, StringComparison.Ordinal);

    [Property(Arbitrary = [typeof(Even)])]
    public bool Generators_of_the_attribute_are_used(int number) => number % 2 == 0;

    private static class Even
    {
        public static Arbitrary<int> Numbers() => ArbMap.Default.ArbFor<int>().Generator.Select(n => n * 2).ToArbitrary();
    }
}

/// <summary>The runner makes a new instance of a test class for each test, not for each case.</summary>
public sealed class PropertyRunTests(PropertyRunTests.Counter counter) : IClassFixture<PropertyRunTests.Counter>
{
    [Property(MaxTest = 37)]
    public bool Every_case_is_run(int a, int b)
    {
        counter.Calls++;
        return a + b == b + a;
    }

    public sealed class Counter : IDisposable
    {
        public int Calls { get; set; }

        public void Dispose() => Assert.Equal(new PropertyAttribute { MaxTest = 37 }.MaxTest, Calls);
    }
}
