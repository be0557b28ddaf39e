namespace CachePolicies.Policies;

/// <summary>Does something with a descriptor of any policy that needs the class of its options, such as registering it.</summary>
/// <typeparam name="TResult">What comes of it.</typeparam>
public interface ICachePolicyDescriptorVisitor<out TResult>
{
    /// <summary>Called by <see cref="CachePolicyDescriptor.Accept"/>.</summary>
    /// <typeparam name="TOptions">The policy's options.</typeparam>
    /// <param name="descriptor">The policy.</param>
    TResult Visit<TOptions>(CachePolicyDescriptor<TOptions> descriptor)
        where TOptions : CachePolicyOptions, new();
}
