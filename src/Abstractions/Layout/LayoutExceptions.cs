namespace CachePolicies;

/// <summary>A layout contradicts itself.</summary>
/// <param name="message">What contradicts what, and what was expected.</param>
public sealed class InvalidLayoutException(string message) : ArgumentException(message);

/// <summary>A policy cannot run on a layout: it needs something that is not there, or plans a skip that would reuse what it must not.</summary>
/// <param name="message">What is missing, what the layout has, and how to get the rest.</param>
public sealed class CachePlanException(string message) : InvalidOperationException(message);

/// <summary>A policy made a decision that its plan or the generation's history does not allow.</summary>
/// <param name="message">The decision, where it was made, and what would have been allowed.</param>
public sealed class CacheDecisionException(string message) : InvalidOperationException(message);
