using System.Runtime.CompilerServices;

namespace CachePolicies.Policies;

/// <summary>Options that know which of them somebody set, whatever the value: the others may take the defaults of the model's family.</summary>
public abstract class TrackedOptions
{
    private HashSet<string>? _given;

    /// <summary>Whether somebody set a property.</summary>
    /// <param name="property">Its name.</param>
    public bool IsGiven(string property) => _given?.Contains(property) == true;

    /// <summary>Notes that a property is set; for setters: <c>set => field = Given(value)</c>.</summary>
    /// <param name="value">The new value.</param>
    /// <param name="property">The property; the caller's name.</param>
    /// <returns>The value.</returns>
    protected T Given<T>(T value, [CallerMemberName] string property = "")
    {
        (_given ??= new HashSet<string>(StringComparer.Ordinal)).Add(property);
        return value;
    }

    /// <summary>Makes what was set so far the defaults; for constructors.</summary>
    private protected void AsDefaults() => _given = null;
}
