using System.Runtime.CompilerServices;

namespace CachePolicies.Testing;

/// <summary>A law's message, which is only put together where the law is broken.</summary>
[InterpolatedStringHandler]
internal ref struct LawMessage
{
    private DefaultInterpolatedStringHandler _text;

    public LawMessage(int literalLength, int formattedCount, bool holds, out bool isNeeded)
    {
        isNeeded = !holds;
        _text = isNeeded ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, System.Globalization.CultureInfo.InvariantCulture) : default;
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public string ToStringAndClear() => _text.ToStringAndClear();
}
