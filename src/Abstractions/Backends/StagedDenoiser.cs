using System.Collections.Immutable;

namespace CachePolicies;

/// <summary>A denoiser as stages on a backend. Immutable and shared by generations; it borrows the backend and the stages.</summary>
public sealed class StagedDenoiser
{
    /// <summary>Puts a layout, its stages and their backend together.</summary>
    /// <exception cref="InvalidLayoutException">The stages are not the layout's, by number, name or order.</exception>
    public StagedDenoiser(DenoiserLayout layout, ImmutableArray<IDenoiserStage> stages, IDenoiserBackend backend)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(backend);
        var expected = layout.Stages.Select(s => s.Name);
        if (!expected.SequenceEqual(stages.Select(s => s.Name), StringComparer.Ordinal))
        {
            throw new InvalidLayoutException(
                $"The layout of '{layout.Name}' has the stages {string.Join(", ", expected)}; given were {string.Join(", ", stages.Select(s => s.Name))}.");
        }

        Layout = layout;
        Stages = stages;
        Backend = backend;
    }

    /// <summary>The boundaries, tensors and stages.</summary>
    public DenoiserLayout Layout { get; }

    /// <summary>The stages, in the layout's order.</summary>
    public ImmutableArray<IDenoiserStage> Stages { get; }

    /// <summary>Where tensors live and arithmetic happens.</summary>
    public IDenoiserBackend Backend { get; }

    /// <summary>The same stages under a layout whose free axes have sizes.</summary>
    /// <exception cref="InvalidLayoutException">A size is missing or below 1.</exception>
    public StagedDenoiser Bind(IReadOnlyDictionary<string, int> sizes) => new(Layout.Bind(sizes), Stages, Backend);
}
