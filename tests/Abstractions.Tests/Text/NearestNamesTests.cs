using System.Diagnostics;

namespace CachePolicies.Abstractions.Tests.Text;

public class NearestNamesTests
{
    private static readonly string[] Known = ["StructureThreshold", "DetailThreshold", "Variant", "Adaptive"];

    [Theory]
    [InlineData("StructureTreshold", "StructureThreshold")]
    [InlineData("structurethreshold", "StructureThreshold")]
    [InlineData("Varaint", "Variant")]
    [InlineData("Magic", null)]
    [InlineData("", null)]
    public void The_nearest_name_is_found(string typed, string? expected) => Assert.Equal(expected is null ? [] : [expected], NearestNames.Of(typed, Known));

    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ab", "ba", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("Fox", "fOX", 0)]
    public void Swaps_count_once_and_case_not_at_all(string from, string to, int distance)
    {
        Assert.Equal(distance, NearestNames.Distance(from, to));
        Assert.Equal(distance, NearestNames.Distance(to, from));
    }

    [Fact]
    public void The_work_is_bounded_whatever_is_typed()
    {
        var began = Stopwatch.GetTimestamp();
        Assert.Empty(NearestNames.Of(new string('x', 1_000_000), Known));
        Assert.Empty(NearestNames.Of(new string('x', 60), Enumerable.Repeat(new string('y', 1_000_000), 1_000)));
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_suggestion_names_the_nearest_or_lists_what_there_is()
    {
        Assert.Equal("Did you mean Variant?", NearestNames.Suggest("Varaint", Known));
        Assert.Equal("Known: StructureThreshold, DetailThreshold, Variant, Adaptive.", NearestNames.Suggest("Magic", Known));
        Assert.Equal("There are none.", NearestNames.Suggest("Magic", []));
        Assert.True(NearestNames.Suggest("Magic", [.. Enumerable.Range(0, 10_000).Select(i => $"n{i}")]).Length < 400);
    }
}
