using System.Collections.Immutable;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Which execution provider was chosen, and why those before it in the list were not.</summary>
/// <param name="Chosen">The provider that is used.</param>
/// <param name="DeviceId">Which of several devices.</param>
/// <param name="Rejected">Those that were preferred, with a reason each.</param>
public sealed record ProviderSelection(string Chosen, int DeviceId, ImmutableArray<RejectedProvider> Rejected)
{
    /// <summary>One sentence for a log.</summary>
    public override string ToString() => Rejected.IsDefaultOrEmpty
        ? $"ONNX Runtime runs on {Chosen}."
        : $"ONNX Runtime runs on {Chosen}, since {string.Join(" and ", Rejected.Select(r => $"{r.Name} cannot be used ({r.Reason})"))}.";
}

/// <summary>A provider that was preferred and cannot be used.</summary>
/// <param name="Name">The provider.</param>
/// <param name="Reason">What is missing, by name.</param>
public readonly record struct RejectedProvider(string Name, string Reason);

/// <summary>None of the execution providers that were asked for can be used, or ONNX Runtime itself is missing.</summary>
/// <param name="message">Which, what is missing for each, and how to get it.</param>
/// <param name="innerException">What the loader said, where the runtime itself is missing.</param>
public sealed class ProviderNotAvailableException(string message, Exception? innerException = null) : InvalidOperationException(message, innerException);
