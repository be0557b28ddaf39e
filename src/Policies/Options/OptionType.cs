namespace CachePolicies.Policies;

/// <summary>What an option's value looks like.</summary>
public enum OptionKind
{
    /// <summary><c>true</c> or <c>false</c>.</summary>
    Flag,

    /// <summary>A whole number.</summary>
    WholeNumber,

    /// <summary>A number with a decimal point.</summary>
    Number,

    /// <summary>A list of numbers; as text, separated by commas.</summary>
    Numbers,

    /// <summary>Any text.</summary>
    Text,

    /// <summary>One of a few names.</summary>
    Choice,

    /// <summary>The path of a file that is read; never taken from a request.</summary>
    File,
}

/// <summary>The values that an option takes: how they are read and written, and which are allowed. Stated once, for configuration, command line, schema and checks.</summary>
public abstract class OptionType
{
    private protected OptionType(OptionKind kind, string expected) => (Kind, Expected) = (kind, expected);

    /// <summary>What a value looks like.</summary>
    public OptionKind Kind { get; }

    /// <summary>What is expected, as a message says it: <c>a finite number of at least 0 (0 never skips)</c>.</summary>
    public string Expected { get; }

    /// <summary>Whether <c>null</c> is a value.</summary>
    public bool IsNullable { get; private protected init; }

    /// <summary>The least value, for numbers that have one.</summary>
    public double? Minimum { get; private protected init; }

    /// <summary>The greatest value, for numbers that have one.</summary>
    public double? Maximum { get; private protected init; }

    /// <summary>The names, for a <see cref="OptionKind.Choice"/>.</summary>
    public IReadOnlyList<string> Choices { get; private protected init; } = [];
}

/// <summary>The values of one type that an option takes.</summary>
/// <typeparam name="T">The property's type.</typeparam>
public sealed class OptionType<T> : OptionType
{
    private readonly Func<string, T> _parse;
    private readonly Func<T, string> _format;
    private readonly Func<T, bool> _isRight;

    internal OptionType(OptionKind kind, string expected, Func<string, T> parse, Func<T, string> format, Func<T, bool> isRight, double? minimum = null, double? maximum = null, IReadOnlyList<string>? choices = null, bool isNullable = false)
        : base(kind, expected)
    {
        (_parse, _format, _isRight) = (parse, format, isRight);
        (Minimum, Maximum, Choices, IsNullable) = (minimum, maximum, choices ?? [], isNullable);
    }

    /// <summary>A value as text.</summary>
    public string Format(T value) => value is null ? "null" : _format(value);

    /// <summary>Whether a value is allowed.</summary>
    public bool IsRight(T value) => value is null ? IsNullable : _isRight(value);

    /// <summary>Reads a value; whether it is in range is <see cref="IsRight"/>'s question.</summary>
    /// <returns><see langword="false"/> where the text is not of the kind.</returns>
    public bool TryParse(string text, out T value)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (IsNullable && (text.Length == 0 || text.Equals("null", StringComparison.OrdinalIgnoreCase)))
        {
            value = default!;
            return true;
        }

        try
        {
            value = _parse(text);
            return true;
        }
        catch (FormatException)
        {
            value = default!;
            return false;
        }
    }
}
