using System.Globalization;

namespace CachePolicies.Policies;

/// <summary>The types of options there are.</summary>
public static class OptionTypes
{
    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static OptionType<bool> Flag { get; } = new(
        OptionKind.Flag, "true or false", static t => bool.TryParse(t, out var flag) ? flag : throw new FormatException(), static v => v ? "true" : "false", static _ => true);

    /// <summary>A threshold: 0 never skips.</summary>
    public static OptionType<float> Threshold { get; } = Number("a finite number of at least 0 (0 never skips)", static v => float.IsFinite(v) && v >= 0, 0);

    /// <summary>The name or role of a boundary.</summary>
    public static OptionType<string> Boundary { get; } = new(
        OptionKind.Text, "the name or role of a boundary (structure.probe)", static t => t, Shown, static v => !string.IsNullOrWhiteSpace(v));

    /// <summary>A step mask.</summary>
    public static OptionType<string?> Mask { get; } = new(
        OptionKind.Text, Policies.StepMask.Expected, static t => t, static v => v!, static v => Policies.StepMask.TryParse(v, out _, out _), isNullable: true);

    /// <summary>An estimator by its name.</summary>
    public static OptionType<string?> Estimator { get; } = new(
        OptionKind.Text, $"the name of an estimator ({string.Join(", ", EstimatorCatalog.Forms)})", static t => t, static v => v!, static v => EstimatorCatalog.TryFind(v!, out _), isNullable: true);

    /// <summary>Finite numbers; empty for none.</summary>
    public static OptionType<IReadOnlyList<double>> Numbers { get; } = new(
        OptionKind.Numbers,
        "finite numbers",
        static t => t.Length == 0 ? [] : Array.ConvertAll(t.Split(','), Double),
        static v => string.Join(',', v.Select(n => n.ToString(CultureInfo.InvariantCulture))),
        static v => v.All(double.IsFinite));

    /// <summary>A text, or <see langword="null"/>.</summary>
    /// <param name="expected">What it says: <c>the name of a signal</c>.</param>
    public static OptionType<string?> Text(string expected) => new(
        OptionKind.Text, expected, static t => t, static v => Shown(v!), static v => !string.IsNullOrWhiteSpace(v), isNullable: true);

    /// <summary>The path of a file, or <see langword="null"/>.</summary>
    /// <param name="expected">What the file holds.</param>
    public static OptionType<string?> File(string expected) => new(
        OptionKind.File, expected, static t => t, static v => Shown(v!), static v => !string.IsNullOrWhiteSpace(v), isNullable: true);

    /// <summary>A whole number of at least so much.</summary>
    public static OptionType<int> AtLeast(int minimum) => new(
        OptionKind.WholeNumber, $"a whole number of at least {minimum}", Whole, static v => v.ToString(CultureInfo.InvariantCulture), v => v >= minimum, minimum);

    /// <summary>A whole number of a range.</summary>
    public static OptionType<int> Between(int minimum, int maximum) => new(
        OptionKind.WholeNumber, $"a whole number from {minimum} to {maximum}", Whole, static v => v.ToString(CultureInfo.InvariantCulture), v => v >= minimum && v <= maximum, minimum, maximum);

    /// <summary>A finite number of at least so much.</summary>
    public static OptionType<float> FiniteAtLeast(float minimum) =>
        Number(string.Create(CultureInfo.InvariantCulture, $"a finite number of at least {minimum}"), v => float.IsFinite(v) && v >= minimum, minimum);

    /// <summary>A number of a range.</summary>
    public static OptionType<float> Between(float minimum, float maximum) =>
        Number(string.Create(CultureInfo.InvariantCulture, $"a number from {minimum} to {maximum}"), v => v >= minimum && v <= maximum, minimum, maximum);

    /// <summary>A length of time above 0 and of at most seven days, as <c>00:05:00</c>.</summary>
    public static OptionType<TimeSpan> Duration { get; } = new(
        OptionKind.Text,
        "a length of time above 0 and of at most seven days, such as 00:05:00",
        static t => TimeSpan.TryParse(t, CultureInfo.InvariantCulture, out var time) ? time : throw new FormatException(),
        static v => v.ToString(null, CultureInfo.InvariantCulture),
        static v => v > TimeSpan.Zero && v <= TimeSpan.FromDays(7));

    /// <summary>A part of the whole, from 0 to 1.</summary>
    public static OptionType<double> Ratio { get; } = new(
        OptionKind.Number, "a number from 0 to 1", Double, static v => v.ToString(CultureInfo.InvariantCulture), static v => v is >= 0 and <= 1, 0, 1);

    /// <summary>One of an enumeration's names.</summary>
    public static OptionType<TEnum> OneOf<TEnum>()
        where TEnum : struct, Enum
    {
        var names = Enum.GetNames<TEnum>();
        return new(
            OptionKind.Choice,
            $"one of {string.Join(", ", names)}",
            t => names.FirstOrDefault(n => n.Equals(Unbroken(t), StringComparison.OrdinalIgnoreCase)) is { } name ? Enum.Parse<TEnum>(name) : throw new FormatException(),
            static v => v.ToString(),
            static v => Enum.IsDefined(v),
            choices: names);
    }

    /// <summary>The values of another type, and <see langword="null"/>.</summary>
    public static OptionType<T?> OrNull<T>(OptionType<T> type)
        where T : struct
    {
        ArgumentNullException.ThrowIfNull(type);
        return new(
            type.Kind,
            $"{type.Expected}, or null",
            t => type.TryParse(t, out var value) ? value : throw new FormatException(),
            v => type.Format(v!.Value),
            v => type.IsRight(v!.Value),
            type.Minimum,
            type.Maximum,
            type.Choices,
            isNullable: true);
    }

    private static OptionType<float> Number(string expected, Func<float, bool> isRight, double? minimum = null, double? maximum = null) => new(
        OptionKind.Number,
        expected,
        static t => float.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException(),
        static v => v.ToString(CultureInfo.InvariantCulture),
        isRight,
        minimum,
        maximum);

    private static string Shown(string text) => string.IsNullOrWhiteSpace(text) ? "empty" : text;

    private static int Whole(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException();

    private static double Double(string text) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException();

    private static string Unbroken(string text) => text.Trim().Replace("-", "", StringComparison.Ordinal);
}
