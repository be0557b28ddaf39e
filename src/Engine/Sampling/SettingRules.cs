using System.Globalization;
using System.Runtime.CompilerServices;

namespace CachePolicies.Engine;

/// <summary>Checks of samplers' settings.</summary>
internal static class SettingRules
{
    /// <summary>Throws unless a setting is what it should be.</summary>
    /// <exception cref="ArgumentException">It is not; the message names it, its value and what was expected.</exception>
    public static void Require(bool condition, string name, double value, string expected)
    {
        if (!condition)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; expected {expected}."));
        }
    }

    /// <summary>Throws unless an enumeration's value has a name.</summary>
    public static void RequireDefined<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            throw new ArgumentException($"{name} is {value}; expected one of {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }
}
