using CachePolicies.Reporting;

namespace CachePolicies.Fuzz;

/// <summary>A picture of every format that is read.</summary>
internal sealed class Picture : FuzzedFormat
{
    public override string FileName => "picture";

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. Enum.GetValues<PictureFormat>().Select(Make), Png.Encode(Drawn())];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException)];

    public override int Inputs => 1000;

    public override void Read(string path) => PictureFile.Load(path);

    private static byte[] Make(PictureFormat format) => PictureFile.Encode(Drawn(), format);

    private static RgbImage Drawn()
    {
        var pixels = new byte[3 * 12 * 9];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(i * 37);
        }

        return new RgbImage(12, 9, pixels);
    }
}
