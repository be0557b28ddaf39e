using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.PixelFormats;

namespace CachePolicies.Reporting;

/// <summary>Where this library meets ImageSharp: the formats that are read and written, and the way between its pictures and ours.</summary>
internal static class PictureCodecs
{
    private const int PoolMegabytes = 16;

    /// <summary>The four formats and no other; memory that is pooled stays small.</summary>
    public static Configuration Configuration { get; } = new(
        new PngConfigurationModule(), new JpegConfigurationModule(), new WebpConfigurationModule(), new GifConfigurationModule())
    {
        MemoryAllocator = MemoryAllocator.Create(new MemoryAllocatorOptions { MaximumPoolSizeMegabytes = PoolMegabytes }),
    };

    public static IImageEncoder EncoderOf(PictureFormat format) => format switch
    {
        PictureFormat.Png => new PngEncoder
        {
            BitDepth = PngBitDepth.Bit8,
            ColorType = PngColorType.Rgb,
            CompressionLevel = PngCompressionLevel.BestCompression,
            FilterMethod = PngFilterMethod.Adaptive,
        },
        PictureFormat.Jpeg => new JpegEncoder { Quality = 95, ColorType = JpegColorType.YCbCrRatio444 },
        PictureFormat.Webp => new WebpEncoder { FileFormat = WebpFileFormatType.Lossless },
        PictureFormat.Gif => new GifEncoder(),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "The format is not one of PictureFormat's."),
    };

    /// <summary>The picture for ImageSharp, over a copy of its pixels.</summary>
    public static Image<Rgb24> Wrap(RgbImage image) => Image.LoadPixelData<Rgb24>(Configuration, image.Pixels, image.Width, image.Height);

    /// <summary>A picture of ImageSharp's as ours.</summary>
    public static RgbImage Unwrap(Image<Rgb24> pixels)
    {
        var image = new RgbImage(pixels.Width, pixels.Height);
        pixels.CopyPixelDataTo(image.WritablePixels);
        return image;
    }

    /// <summary>A picture with transparency over white.</summary>
    public static RgbImage OverWhite(Image<Rgba32> pixels)
    {
        var image = new RgbImage(pixels.Width, pixels.Height);
        pixels.ProcessPixelRows(rows =>
        {
            for (var y = 0; y < rows.Height; y++)
            {
                var row = rows.GetRowSpan(y);
                for (var x = 0; x < row.Length; x++)
                {
                    image[x, y] = new Rgb(255, 255, 255).Mix(new Rgb(row[x].R, row[x].G, row[x].B), row[x].A / 255f);
                }
            }
        });
        return image;
    }

    /// <summary>Frames one after the other, for ever.</summary>
    public static Image<Rgb24> Animate(IReadOnlyList<RgbImage> frames, TimeSpan perFrame)
    {
        var animation = Wrap(frames[0]);
        foreach (var frame in frames.Skip(1))
        {
            using var next = Wrap(frame);
            animation.Frames.AddFrame(next.Frames.RootFrame);
        }

        animation.Metadata.GetGifMetadata().RepeatCount = 0;
        foreach (var frame in animation.Frames)
        {
            frame.Metadata.GetGifMetadata().FrameDelay = (int)Math.Round(perFrame.TotalMilliseconds / 10);
        }

        return animation;
    }

    /// <summary>Whether an exception of a decoder says that the data is damaged: it meets damage with those of broken code as well (index, null, argument).</summary>
    public static bool MeansDamage(Exception failure) => failure is not (OutOfMemoryException or InvalidDataException);
}
