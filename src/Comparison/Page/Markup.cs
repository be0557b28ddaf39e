using System.Globalization;
using System.Net;
using System.Text;

namespace CachePolicies.Comparison;

/// <summary>HTML and SVG, written piece by piece; text is escaped, numbers have a point.</summary>
internal sealed class Markup
{
    private readonly StringBuilder _text = new();

    public Markup Raw(string markup)
    {
        _text.Append(markup);
        return this;
    }

    /// <summary>An interpolated piece of markup whose holes are escaped.</summary>
    public Markup Line(FormattableString markup)
    {
        _text.Append(Escape(markup)).Append('\n');
        return this;
    }

    public override string ToString() => _text.ToString();

    /// <summary>Markup whose holes are escaped; a hole of <see cref="Markup"/> is kept as it is.</summary>
    public static string Escape(FormattableString markup) =>
        string.Format(CultureInfo.InvariantCulture, markup.Format, [.. markup.GetArguments().Select(EscapeHole)]);

    private static object EscapeHole(object? hole) => hole switch
    {
        null => "",
        Markup inner => inner.ToString(),
        IFormattable number => new Escaped(number),
        _ => WebUtility.HtmlEncode(hole.ToString() ?? ""),
    };

    private sealed class Escaped(IFormattable value) : IFormattable
    {
        public string ToString(string? format, IFormatProvider? formatProvider) => WebUtility.HtmlEncode(value.ToString(format, formatProvider));
    }
}
