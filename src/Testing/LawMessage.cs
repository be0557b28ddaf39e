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

    public void AppendFormatted(CacheDecision value) => _text.AppendLiteral(Describe(value));

    /// <summary>A decision with everything that two decisions can differ in: value, threshold, approximation and reason.</summary>
    public static string Describe(in CacheDecision decision)
    {
        var text = new System.Text.StringBuilder(decision.ToString());
        void Add(string what, object? value)
        {
            if (value is not null)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"; {what} {value:R}");
            }
        }

        Add(decision.IsAccumulated ? "accumulated" : "distance", decision.Value);
        Add("threshold", decision.Threshold);
        if (!decision.IsSkip && decision.Value is not null)
        {
            Add("to", decision.To.ToString());
        }

        Add("by", decision.Via?.ToString());
        Add("because of", decision.Reason);
        return text.ToString();
    }

    public string ToStringAndClear() => _text.ToStringAndClear();
}
