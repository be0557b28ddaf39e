using System.Globalization;

namespace CachePolicies.TestSupport;

/// <summary>
/// FsCheck's attribute, with one thing more: the environment variable <c>CACHEPOLICIES_MAX_TEST</c> overrides the number of cases of every property,
/// for a long run.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PropertyAttribute : FsCheck.Xunit.PropertyAttribute
{
    private const string MaxTestVariable = "CACHEPOLICIES_MAX_TEST";

    private const int UsualMaxTest = 100;

    /// <summary>Marks a test as a property of 100 cases.</summary>
    public PropertyAttribute()
    {
        QuietOnSuccess = true;
        MaxTest = UsualMaxTest;
    }

    /// <summary>How many cases are drawn. The default is 100.</summary>
    public new int MaxTest
    {
        get => base.MaxTest;
        set => base.MaxTest = InForce(value, Environment.GetEnvironmentVariable(MaxTestVariable));
    }

    /// <summary>The number of cases that the variable gives, or the property's own where it is not set.</summary>
    internal static int InForce(int own, string? variable) => variable switch
    {
        null or "" => own,
        _ when int.TryParse(variable, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 => count,
        _ => throw new InvalidOperationException($"{MaxTestVariable}: expected a positive whole number, got '{variable}'."),
    };
}
