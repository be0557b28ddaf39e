using CachePolicies.Reporting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CachePolicies.Server.Tests;

public sealed class PictureStoreTests
{
    [Fact]
    public void The_oldest_pictures_make_room()
    {
        var options = new ServerOptions { Pictures = { MaximumBytes = 100 } };
        using var store = new PictureStore(Options.Create(options), TimeProvider.System, NullLogger<PictureStore>.Instance);
        var first = store.Add(new byte[60], "png");
        var second = store.Add(new byte[60], "png");

        Assert.Null(store.Find(first));
        Assert.Equal(60, new FileInfo(store.Find(second)!).Length);
        Assert.Single(Directory.GetFiles(store.Directory));
    }

    [Fact]
    public void Nothing_is_left_behind()
    {
        var store = new PictureStore(Options.Create(new ServerOptions()), TimeProvider.System, NullLogger<PictureStore>.Instance);
        store.Add(Png.Encode(new RgbImage(1, 1)), "png");
        store.Dispose();

        Assert.False(Directory.Exists(store.Directory));
    }

    [Fact]
    public void Names_cannot_be_guessed_and_lead_nowhere_else()
    {
        using var store = new PictureStore(Options.Create(new ServerOptions()), TimeProvider.System, NullLogger<PictureStore>.Instance);
        var names = Enumerable.Range(0, 50).Select(_ => store.Add([1], "png")).ToArray();

        Assert.Equal(50, names.Distinct().Count());
        Assert.All(names, n => Assert.Matches("^[0-9a-f]{32}\\.png$", n));
        Assert.Null(store.Find("../" + names[0]));
    }
}
