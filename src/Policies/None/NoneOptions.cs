namespace CachePolicies.Policies;

/// <summary>No cache: everything is computed. There is nothing to set.</summary>
public sealed class NoneOptions : CachePolicyOptions
{
    /// <summary>Creates the options.</summary>
    public NoneOptions()
    {
    }

    /// <inheritdoc/>
    public override OptionSet Declared => OptionSet.Of<NoneOptions>();
}
