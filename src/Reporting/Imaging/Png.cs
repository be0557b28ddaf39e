namespace CachePolicies.Reporting;

/// <summary>PNG (ISO/IEC 15948), the format of the reports.</summary>
public static class Png
{
    /// <summary>The bytes of a PNG file of the picture. Equal pictures give equal bytes.</summary>
    public static byte[] Encode(RgbImage image) => PictureFile.Encode(image, PictureFormat.Png);

    /// <summary>Writes a picture to a file whose extension is <c>.png</c>, replacing what is there; the file appears whole or not at all.</summary>
    /// <exception cref="IOException">The path cannot be written.</exception>
    public static void Save(string path, RgbImage image) => PictureFile.Save(path, image);

    /// <summary>Reads a picture from a file.</summary>
    /// <exception cref="InvalidDataException">As for <see cref="PictureFile.Decode"/>.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static RgbImage Load(string path) => PictureFile.Load(path);
}
