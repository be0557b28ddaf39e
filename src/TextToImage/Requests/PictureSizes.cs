namespace CachePolicies.TextToImage;

/// <summary>The sizes that a model can draw. Immutable.</summary>
public sealed class PictureSizes
{
    private readonly int _multiple;
    private readonly int _least;
    private readonly int _most;
    private readonly string _reason;

    private PictureSizes(PictureSize usual, int multiple, int least, int most, string reason) =>
        (Usual, _multiple, _least, _most, _reason) = (usual, multiple, least, most, reason);

    /// <summary>The size of a picture that asks for none.</summary>
    public PictureSize Usual { get; }

    /// <summary>Whether there is only one size.</summary>
    public bool IsFixed => _multiple == 0;

    /// <summary>One size only.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    public static PictureSizes Fixed(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        return new(new(width, height), 0, 0, 0, "");
    }

    /// <summary>Every size whose sides are multiples of a number.</summary>
    /// <param name="multiple">What both sides are multiples of, at least 1.</param>
    /// <param name="usual">The size of a picture that asks for none; rounded to the nearest that the model can draw.</param>
    /// <param name="least">The shortest side, in pixels.</param>
    /// <param name="most">The longest side, in pixels.</param>
    /// <param name="reason">Why, for messages: "its latent is an eighth of the picture and is halved three times".</param>
    public static PictureSizes MultiplesOf(int multiple, PictureSize usual, int least = 1, int most = 16_384, string reason = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(multiple, 1);
        ArgumentNullException.ThrowIfNull(reason);
        least = (Math.Max(1, least) + multiple - 1) / multiple * multiple;
        most = Math.Max(least, most / multiple * multiple);
        return new(new(Nearest(usual.Width, multiple, least, most), Nearest(usual.Height, multiple, least, most)), multiple, least, most, reason);
    }

    /// <summary>The size that is drawn where so much is asked for; a side that is not given is the usual one.</summary>
    /// <exception cref="PictureSizeException">The model cannot draw it; the message names the nearest sizes that it can.</exception>
    public PictureSize Require(int? width, int? height, string model)
    {
        var size = new PictureSize(width ?? Usual.Width, height ?? Usual.Height);
        if (IsFixed)
        {
            return size == Usual ? size : throw new PictureSizeException($"'{model}' draws pictures of {Usual} only; asked for {size}.");
        }

        if (Fits(size.Width) && Fits(size.Height))
        {
            return size;
        }

        var nearest = string.Join(" or ", new[] { Down(size), Up(size) }.Distinct());
        var why = _reason.Length == 0 ? "" : $" ({_reason})";
        throw new PictureSizeException(
            $"'{model}' cannot draw {size}: expected sides that are multiples of {_multiple} from {_least} to {_most}{why}. Nearest: {nearest}.");
    }

    private bool Fits(int side) => side >= _least && side <= _most && side % _multiple == 0;

    private PictureSize Down(PictureSize size) => new(Clamp(size.Width / _multiple * _multiple), Clamp(size.Height / _multiple * _multiple));

    private PictureSize Up(PictureSize size) => new(Clamp(Above(size.Width)), Clamp(Above(size.Height)));

    private int Above(int side) => (int)Math.Min(int.MaxValue / _multiple * (long)_multiple, ((long)side + _multiple - 1) / _multiple * _multiple);

    private int Clamp(int side) => Math.Clamp(side, _least, _most);

    private static int Nearest(int side, int multiple, int least, int most) => Math.Clamp((side + (multiple / 2)) / multiple * multiple, least, most);
}

/// <summary>A picture of a size that the model cannot draw.</summary>
/// <param name="message">What was asked for and the nearest sizes that the model can draw.</param>
public sealed class PictureSizeException(string message) : ArgumentException(message);
