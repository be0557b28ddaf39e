namespace CachePolicies.Reporting;

/// <summary>The colours of all pictures. Computed, partial and skipped differ in lightness as well as in hue, so that they are told apart without either.</summary>
internal static class Palette
{
    public static readonly Rgb Paper = Rgb.FromHex(0xFFFFFF);
    public static readonly Rgb Ink = Rgb.FromHex(0x1F2933);
    public static readonly Rgb Muted = Rgb.FromHex(0x68737D);
    public static readonly Rgb Rule = Rgb.FromHex(0xD9DEE3);

    public static readonly Rgb Full = Rgb.FromHex(0x17456B);
    public static readonly Rgb Partial = Rgb.FromHex(0xF0A030);
    public static readonly Rgb Skipped = Rgb.FromHex(0xE6ECF1);
}
