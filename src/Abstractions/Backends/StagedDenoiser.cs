using System.Collections.Immutable;

namespace CachePolicies;

/// <summary>A denoiser as stages on a backend. Immutable and shared by generations; it borrows the backend and the stages.</summary>
public sealed class StagedDenoiser
{
    /// <summary>Puts a layout, its stages and their backend together.</summary>
    /// <param name="layout">The boundaries, tensors and stages.</param>
    /// <param name="stages">The stages, in the layout's order.</param>
    /// <param name="backend">Where tensors live and arithmetic happens.</param>
    /// <param name="prelude">Runs the layout's prelude, where it has one.</param>
    /// <exception cref="InvalidLayoutException">The stages are not the layout's, by number, name or order, or the prelude is missing or too much.</exception>
    public StagedDenoiser(DenoiserLayout layout, ImmutableArray<IDenoiserStage> stages, IDenoiserBackend backend, IDenoiserStage? prelude = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(backend);
        var expected = layout.Stages.Select(s => s.Name);
        if (!expected.SequenceEqual(stages.Select(s => s.Name), StringComparer.Ordinal))
        {
            throw new InvalidLayoutException(
                $"The layout of '{layout.Name}' has the stages {string.Join(", ", expected)}; given were {string.Join(", ", stages.Select(s => s.Name))}.");
        }

        if ((layout.Prelude is null) != (prelude is null))
        {
            throw new InvalidLayoutException(
                $"The layout of '{layout.Name}' has {(layout.Prelude is null ? "no prelude, and one was given" : "a prelude, and nothing that runs it was given")}.");
        }

        Layout = layout;
        Prelude = prelude;
        Stages = stages;
        Backend = backend;
    }

    /// <summary>The boundaries, tensors and stages.</summary>
    public DenoiserLayout Layout { get; }

    /// <summary>The stages, in the layout's order.</summary>
    public ImmutableArray<IDenoiserStage> Stages { get; }

    /// <summary>What runs once for a generation, before the stages; <see langword="null"/> where the layout has no prelude.</summary>
    public IDenoiserStage? Prelude { get; }

    /// <summary>Where tensors live and arithmetic happens.</summary>
    public IDenoiserBackend Backend { get; }

    /// <summary>Whether a stage runs for one lane at a time, as where its graph fixes the batch at 1. The default is <see langword="false"/>: lanes share runs.</summary>
    public bool RunsLanesApart { get; init; }

    /// <summary>The same stages under a layout whose free axes have sizes.</summary>
    /// <exception cref="InvalidLayoutException">A size is missing or below 1.</exception>
    public StagedDenoiser Bind(IReadOnlyDictionary<string, int> sizes) => new(Layout.Bind(sizes), Stages, Backend, Prelude) { RunsLanesApart = RunsLanesApart };
}
