using System.Diagnostics;

namespace CachePolicies.Files.Tests;

public sealed class RegularFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_a_file_up_to_its_limit()
    {
        var path = _folder.Write("a", "12345");
        Assert.Equal("12345", RegularFile.ReadAllText(path, 5));
        Assert.Equal("12345"u8.ToArray(), RegularFile.ReadAllBytes(path, 6));
        using var handle = RegularFile.OpenHandle(path);
        Assert.Equal(5, RandomAccess.GetLength(handle));
    }

    [Fact]
    public void A_byte_order_mark_is_not_part_of_the_text()
    {
        File.WriteAllBytes(_folder.File("a"), [0xEF, 0xBB, 0xBF, (byte)'x']);
        Assert.Equal("x", RegularFile.ReadAllText(_folder.File("a"), 10));
    }

    [Fact]
    public void A_file_beyond_its_limit_is_refused_with_both_numbers()
    {
        var path = _folder.Write("a", "12345");
        Assert.Contains("has 5 bytes; expected at most 4", Assert.Throws<InvalidDataException>(() => RegularFile.ReadAllBytes(path, 4)).Message, StringComparison.Ordinal);
        Assert.Contains("expected at most 4", Assert.Throws<InvalidDataException>(() => RegularFile.OpenHandle(path, 4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sparse_file_of_terabytes_is_refused_before_anything_is_allocated()
    {
        using (var stream = File.Create(_folder.File("a")))
        {
            stream.SetLength(1L << 42);
        }

        Assert.Throws<InvalidDataException>(() => RegularFile.ReadAllBytes(_folder.File("a"), 1 << 20));
    }

    [Fact]
    public void What_is_missing_or_a_folder_is_named()
    {
        Assert.Contains("no-such", Assert.Throws<FileNotFoundException>(() => RegularFile.Open(_folder.File("no-such"))).Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<InvalidDataException>(() => RegularFile.Open(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_is_refused()
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Contains("is a device", Assert.Throws<InvalidDataException>(() => RegularFile.Open("/dev/zero")).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_named_pipe_is_refused_at_once_and_through_a_link()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using (var made = Process.Start("mkfifo", _folder.File("pipe")))
        {
            made.WaitForExit();
        }

        File.CreateSymbolicLink(_folder.File("link"), _folder.File("pipe"));
        Assert.Contains("is a named pipe", Assert.Throws<InvalidDataException>(() => RegularFile.Open(_folder.File("pipe"))).Message, StringComparison.Ordinal);
        Assert.Contains("is a named pipe", Assert.Throws<InvalidDataException>(() => RegularFile.Open(_folder.File("link"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("weights.bin", true)]
    [InlineData("onnx/weights.bin", true)]
    [InlineData("..weights", true)]
    [InlineData("", false)]
    [InlineData(" ", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("../weights.bin", false)]
    [InlineData("onnx/../../weights.bin", false)]
    [InlineData("..\\weights.bin", false)]
    [InlineData("a\0b", false)]
    public void A_name_stays_inside_its_folder(string name, bool isInside)
    {
        Assert.Equal(isInside, FolderFile.IsInside(name));
        if (isInside)
        {
            Assert.Equal(Path.Combine(_folder.Path, name), FolderFile.Resolve(_folder.Path, name));
        }
        else
        {
            Assert.Throws<InvalidDataException>(() => FolderFile.Resolve(_folder.Path, name));
        }
    }
}
