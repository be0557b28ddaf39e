namespace CachePolicies.Reporting.Tests;

public sealed class PictureFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    [Theory]
    [InlineData("a.png", PictureFormat.Png, "89-50-4E-47")]
    [InlineData("a.jpg", PictureFormat.Jpeg, "FF-D8-FF")]
    [InlineData("a.JPEG", PictureFormat.Jpeg, "FF-D8-FF")]
    [InlineData("a.webp", PictureFormat.Webp, "52-49-46-46")]
    [InlineData("a.gif", PictureFormat.Gif, "47-49-46-38")]
    public void A_file_is_what_its_extension_says(string name, PictureFormat format, string signature)
    {
        var (path, picture) = (PathOf(name), TestPictures.Gradient(24, 16));

        PictureFile.Save(path, picture);

        Assert.Equal(format, PictureFile.FormatOf(path));
        Assert.StartsWith(signature, BitConverter.ToString(File.ReadAllBytes(path)), StringComparison.Ordinal);
        Assert.InRange(ImageQuality.Psnr(picture, PictureFile.Load(path)), 25, double.PositiveInfinity);
        Assert.Single(_folder.GetFiles());
    }

    [Theory]
    [InlineData("a.bmp", "'.bmp'")]
    [InlineData("a.png.tiff", "'.tiff'")]
    [InlineData("a", "has no extension")]
    public void Another_extension_is_refused_with_those_that_are_written(string name, string expected)
    {
        var error = Assert.Throws<ArgumentException>(() => PictureFile.Save(PathOf(name), new RgbImage(2, 2)));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(".png, .jpg, .jpeg, .webp or .gif", error.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());
    }

    [Property(MaxTest = 50)]
    public void WebP_keeps_every_pixel(byte width, byte height, byte amplitude)
    {
        var picture = TestPictures.WithNoise(TestPictures.Gradient((width % 40) + 1, (height % 40) + 1), amplitude);

        Assert.Equal(picture.Pixels.ToArray(), PictureFile.Decode(PictureFile.Encode(picture, PictureFormat.Webp)).Pixels.ToArray());
    }

    /// <summary>One colour is what each format packs best.</summary>
    [Theory]
    [InlineData(PictureFormat.Png)]
    [InlineData(PictureFormat.Jpeg)]
    [InlineData(PictureFormat.Webp)]
    [InlineData(PictureFormat.Gif)]
    public void A_large_picture_of_one_colour_is_read(PictureFormat format)
    {
        var picture = new RgbImage(2500, 2000);

        Assert.Equal(picture.Pixels, PictureFile.Decode(PictureFile.Encode(picture, format)).Pixels);
    }

    [Fact]
    public void An_animation_holds_its_frames_and_their_time()
    {
        var path = PathOf("a.gif");
        RgbImage[] frames = [TestPictures.Gradient(8, 8), new RgbImage(8, 8), TestPictures.WithNoise(new RgbImage(8, 8), 90)];

        PictureFile.SaveAnimation(path, frames, TimeSpan.FromMilliseconds(70));

        using var read = SixLabors.ImageSharp.Image.Load(path);
        Assert.Equal(3, read.Frames.Count);
        Assert.All(read.Frames, f => Assert.Equal(7, SixLabors.ImageSharp.MetadataExtensions.GetGifMetadata(f.Metadata).FrameDelay));
        Assert.Equal((8, 8), (PictureFile.Load(path).Width, PictureFile.Load(path).Height));
    }

    [Fact]
    public void An_animation_that_cannot_be_is_refused()
    {
        var second = TimeSpan.FromSeconds(1);
        Assert.Contains(".gif", Assert.Throws<ArgumentException>(() => PictureFile.SaveAnimation(PathOf("a.png"), [new RgbImage(2, 2)], second)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => PictureFile.SaveAnimation(PathOf("a.gif"), [], second));
        Assert.Throws<ArgumentException>(() => PictureFile.SaveAnimation(PathOf("a.gif"), [new RgbImage(2, 2), new RgbImage(2, 3)], second));
        Assert.Throws<ArgumentOutOfRangeException>(() => PictureFile.SaveAnimation(PathOf("a.gif"), [new RgbImage(2, 2)], TimeSpan.Zero));
        Assert.Empty(_folder.GetFiles());
    }

    /// <summary>Damage of any kind is one kind of exception, and takes little memory.</summary>
    [Theory]
    [InlineData(PictureFormat.Png)]
    [InlineData(PictureFormat.Jpeg)]
    [InlineData(PictureFormat.Webp)]
    [InlineData(PictureFormat.Gif)]
    public void Damaged_files_are_read_or_refused(PictureFormat format)
    {
        var whole = PictureFile.Encode(TestPictures.Gradient(13, 7), format);
        var random = new Random(11);
        for (var i = 0; i < 1500; i++)
        {
            var damaged = whole[..random.Next(whole.Length / 2, whole.Length + 1)];
            for (var k = random.Next(1, 5); k > 0; k--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                var picture = PictureFile.Decode(damaged);
                Assert.InRange(picture.Width * picture.Height, 1, PictureFile.MaximumPixels);
            }
            catch (InvalidDataException)
            {
                // Refused.
            }
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
