using System.Globalization;

namespace CachePolicies.Policies;

/// <summary>Collects what is wrong with an options object, each as a sentence with the value and what was expected.</summary>
public sealed class OptionsProblems
{
    private readonly string _owner;
    private readonly List<string> _all = [];

    internal OptionsProblems(string owner) => _owner = owner;

    internal IReadOnlyList<string> All => _all;

    /// <summary>Adds a sentence: <c>OWNER.PROPERTY is VALUE; expected EXPECTED.</c></summary>
    /// <param name="property">The property, with dots before a nested one.</param>
    /// <param name="value">Its value.</param>
    /// <param name="expected">What was expected.</param>
    public void Add(string property, object? value, string expected) =>
        _all.Add($"{_owner}.{property} is {Excerpt.Of(Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "null")}; expected {expected}.");

    /// <summary>Adds a sentence where a condition holds.</summary>
    /// <param name="wrong">The condition.</param>
    /// <param name="property">The property, with dots before a nested one.</param>
    /// <param name="value">Its value.</param>
    /// <param name="expected">What was expected.</param>
    public void Refuse(bool wrong, string property, object? value, string expected)
    {
        if (wrong)
        {
            Add(property, value, expected);
        }
    }
}
