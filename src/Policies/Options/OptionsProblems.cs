using System.Globalization;

namespace CachePolicies.Policies;

/// <summary>Collects what is wrong with an options object, each as a sentence with the value and the range.</summary>
internal sealed class OptionsProblems(string optionsName)
{
    private readonly List<string> _all = [];

    public IReadOnlyList<string> All => _all;

    public void Add(string property, object? value, string right) =>
        _all.Add(string.Create(CultureInfo.InvariantCulture, $"{optionsName}.{property} is {value ?? "null"}; {right}."));

    public void RequireAtLeast(int minimum, int value, string property)
    {
        if (value < minimum)
        {
            Add(property, value, $"a whole number of at least {minimum} is right");
        }
    }

    public void RequireThreshold(float value, string property)
    {
        if (!(float.IsFinite(value) && value >= 0))
        {
            Add(property, value, "a finite number of at least 0 is right (0 never skips)");
        }
    }

    public void RequireBetween(double minimum, double maximum, double value, string property)
    {
        if (!(value >= minimum && value <= maximum))
        {
            Add(property, value, string.Create(CultureInfo.InvariantCulture, $"a number from {minimum} to {maximum} is right"));
        }
    }

    public void RequireFiniteAtLeast(float minimum, float value, string property)
    {
        if (!(float.IsFinite(value) && value >= minimum))
        {
            Add(property, value, string.Create(CultureInfo.InvariantCulture, $"a finite number of at least {minimum} is right"));
        }
    }

    public void RequirePositive(float value, string property)
    {
        if (!(float.IsFinite(value) && value > 0))
        {
            Add(property, value, "a finite number above 0 is right");
        }
    }

    public void RequireBoundary(string? value, string property)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            Add(property, "empty", "the name or role of a boundary is right (structure.probe)");
        }
    }

    public void RequireDefined<TEnum>(TEnum value, string property)
        where TEnum : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            Add(property, value, $"one of {string.Join(", ", Enum.GetNames<TEnum>())} is right");
        }
    }
}
