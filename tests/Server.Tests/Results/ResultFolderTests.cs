using CachePolicies.Engine;
using CachePolicies.Reporting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CachePolicies.Server.Tests;

public sealed class ResultFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_result_comes_back_whole_and_says_so()
    {
        var folder = Open();
        folder.Store("a", Result(1));

        var found = folder.Find("a")!;
        Assert.True(found.IsStored);
        Assert.Equal(Png.Encode(Picture(1)), Png.Encode(found.Pictures[1]));
        Assert.Equal((2, "P", new ExtentCounts(1, 2.5, 3), 0.25, 1.5), (found.Pictures.Count, found.Policy, found.Steps, found.Seconds, found.EstimatedSpeedup));
        Assert.Equal(["a note"], found.Notes);
        Assert.Null(folder.Find("b"));
    }

    [Fact]
    public void The_bound_is_kept_and_what_nobody_asks_for_goes_first()
    {
        var one = ResultFile.Write("0", Result(0)).Length;
        var folder = Open((3 * one) + (one / 2));
        for (var i = 0; i < 3; i++)
        {
            folder.Store($"{i}", Result(i));
        }

        Assert.NotNull(folder.Find("0"));
        folder.Store("3", Result(3));
        Assert.Null(folder.Find("1"));
        Assert.All(["0", "2", "3"], k => Assert.NotNull(folder.Find(k)));
        Assert.Equal(new DirectoryInfo(_folder.Path).GetFiles().Sum(f => f.Length), folder.Bytes);
        Assert.True(folder.Bytes <= (3 * one) + (one / 2));

        var small = Open(one - 1);
        small.Store("4", Result(4));
        Assert.Empty(new DirectoryInfo(_folder.Path).GetFiles()); // Those of before did not fit, and neither does this one.
        Assert.Null(small.Find("4"));
    }

    [Fact]
    public void Results_outlive_the_process_with_the_order_of_their_use()
    {
        var one = ResultFile.Write("0", Result(0)).Length;
        var first = Open();
        foreach (var i in (int[])[0, 1, 2])
        {
            first.Store($"{i}", Result(i));
            File.SetLastWriteTimeUtc(Path.Combine(_folder.Path, $"{i}.result"), DateTime.UtcNow.AddHours(i - 5));
        }

        first.Find("0");
        var second = Open(2 * one);
        Assert.Equal(2, new DirectoryInfo(_folder.Path).GetFiles().Length);
        Assert.NotNull(second.Find("0"));
        Assert.Null(second.Find("1"));
        Assert.NotNull(second.Find("2"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(40)]
    [InlineData(-1)]
    public void A_file_with_another_bit_is_not_served_and_goes(int at)
    {
        var folder = Open();
        folder.Store("a", Result(1));
        var file = new DirectoryInfo(_folder.Path).GetFiles().Single().FullName;
        var bytes = File.ReadAllBytes(file);
        bytes[at < 0 ? bytes.Length + at : at] ^= 4;
        File.WriteAllBytes(file, bytes);

        Assert.Null(folder.Find("a"));
        Assert.False(File.Exists(file));
        Assert.Equal(0, folder.Bytes);
    }

    [Fact]
    public void A_file_that_is_cut_renamed_or_missing_is_not_served()
    {
        var folder = Open();
        folder.Store("a", Result(1));
        folder.Store("b", Result(2));
        var (a, b) = (Path.Combine(_folder.Path, "a.result"), Path.Combine(_folder.Path, "b.result"));
        File.Copy(b, a, overwrite: true);
        Assert.Null(folder.Find("a"));

        File.WriteAllBytes(b, File.ReadAllBytes(b)[..^1]);
        Assert.Null(folder.Find("b"));

        folder.Store("c", Result(3));
        File.Delete(Path.Combine(_folder.Path, "c.result"));
        Assert.Null(folder.Find("c"));
        Assert.Equal(0, folder.Bytes);
    }

    [Fact]
    public void Many_at_once_leave_whole_files_within_the_bound()
    {
        var one = ResultFile.Write("0", Result(0)).Length;
        var folder = Open(4 * one);
        Parallel.For(0, 200, i =>
        {
            folder.Store($"{i % 8}", Result(i % 8));
            if (folder.Find($"{(i + 3) % 8}") is { } found)
            {
                Assert.Equal(Png.Encode(Picture((i + 3) % 8)), Png.Encode(found.Pictures[0]));
            }
        });

        Assert.Equal(new DirectoryInfo(_folder.Path).GetFiles().Sum(f => f.Length), folder.Bytes);
        Assert.InRange(folder.Bytes, 1, 4 * one);
        Assert.All(new DirectoryInfo(_folder.Path).GetFiles(), f => Assert.Equal(".result", f.Extension));
    }

    private ResultFolder Open(long most = 1 << 20) =>
        new(Options.Create(new ServerOptions { Results = { Directory = _folder.Path, MaximumBytes = most } }), TimeProvider.System, NullLogger<ResultFolder>.Instance);

    private static PicturesDone Result(int number) => new([Picture(number), Picture(number)], "P", new ExtentCounts(1, 2.5, 3), 0.25, 1.5, ["a note"]);

    private static RgbImage Picture(int number)
    {
        var pixels = new byte[3 * 16 * 16];
        new Random(number).NextBytes(pixels);
        return new RgbImage(16, 16, pixels);
    }
}
