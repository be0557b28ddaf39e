namespace CachePolicies.Splitting;

/// <summary>What is left of a split that did not come to its end.</summary>
public sealed class SplitFailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_disk_that_is_full_at_any_byte_is_told_and_leaves_nothing()
    {
        var whole = new Disk(long.MaxValue);
        DenoiserSplitter.Split(Denoisers.PathOf("pixart"), _folder.File("whole"), new SplitOptions { Verify = false }, whole.Create, CancellationToken.None);
        Directory.Delete(_folder.File("whole"), recursive: true);
        foreach (var room in Enumerable.Range(0, 24).Select(i => whole.Written * i / 24).Append(whole.Written - 1))
        {
            var disk = new Disk(room);
            var error = Assert.Throws<IOException>(() =>
                DenoiserSplitter.Split(Denoisers.PathOf("pixart"), _folder.File("split"), new SplitOptions { Verify = false }, disk.Create, CancellationToken.None));
            Assert.Equal(
                $"There is no room for '{_folder.File("split")}': No space left on device. Nothing was left behind; free some space, or name a directory on another disk.",
                error.Message);
            Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        }
    }

    [Fact]
    public void Whenever_it_is_killed_nothing_loads()
    {
        var files = 0;
        DenoiserSplitter.Split(Denoisers.PathOf("flux"), _folder.File("split"), null, Watch, CancellationToken.None);
        Assert.True(files > 10);
        Assert.True(File.Exists(Path.Combine(_folder.File("split"), "manifest.json")));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.tmp", SearchOption.AllDirectories));

        Stream Watch(string path)
        {
            files++;
            AssertNothingLoads();
            return new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        }
    }

    private void AssertNothingLoads()
    {
        Assert.False(Directory.Exists(_folder.File("split")));
        Assert.Empty(Directory.GetFiles(_folder.Path, "manifest.json", SearchOption.AllDirectories));
    }

    /// <summary>A disk with room for a given number of bytes.</summary>
    private sealed class Disk(long room)
    {
        public long Written { get; private set; }

        public Stream Create(string path) => new LimitedFile(this, path);

        private sealed class LimitedFile(Disk disk, string path) : Stream
        {
            private readonly FileStream _inner = new(path, FileMode.CreateNew, FileAccess.Write);

            public override bool CanRead => false;

            public override bool CanSeek => false;

            public override bool CanWrite => true;

            public override long Length => _inner.Length;

            public override long Position
            {
                get => _inner.Position;
                set => throw new NotSupportedException();
            }

            public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

            public override void Write(ReadOnlySpan<byte> buffer)
            {
                var left = disk.Room - disk.Written;
                _inner.Write(buffer[..(int)Math.Min(left, buffer.Length)]);
                disk.Written += Math.Min(left, buffer.Length);
                if (buffer.Length > left)
                {
                    throw new IOException("No space left on device", 28);
                }
            }

            public override void Flush() => _inner.Flush();

            public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

            public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

            public override void SetLength(long value) => throw new NotSupportedException();

            protected override void Dispose(bool disposing)
            {
                if (disposing)
                {
                    _inner.Dispose();
                }

                base.Dispose(disposing);
            }
        }

        private long Room { get; } = room;
    }
}
