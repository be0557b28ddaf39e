namespace CachePolicies.Diffusers.Tests;

public sealed class VaeTilingTests
{
    [Theory]
    [InlineData(20, 8)]
    [InlineData(96, 24)]
    [InlineData(5, 4)]
    public void The_weights_of_two_tiles_add_up_to_one_wherever_they_overlap(int length, int overlap)
    {
        for (var i = 0; i < overlap; i++)
        {
            var leaving = VaeTiling.WeightOf(length - overlap + i, length, overlap, isFirst: true, isLast: false);
            var entering = VaeTiling.WeightOf(i, length, overlap, isFirst: false, isLast: true);
            Assert.Equal(1, leaving + entering, 1e-6);
            Assert.True(leaving > 0 && entering > 0, "Every pixel of a tile counts.");
        }
    }

    [Fact]
    public void Tiles_have_full_weight_outside_overlaps_and_at_the_edges_of_the_picture()
    {
        Assert.All(Enumerable.Range(0, 12), i => Assert.Equal(1, VaeTiling.WeightOf(i, 20, 8, isFirst: true, isLast: false)));
        Assert.All(Enumerable.Range(8, 12), i => Assert.Equal(1, VaeTiling.WeightOf(i, 20, 8, isFirst: false, isLast: true)));
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal(1, VaeTiling.WeightOf(i, 20, 8, isFirst: true, isLast: true)));
    }
}
