using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>A stage, or the prelude, which has no index, with where its tensors come from and go to.</summary>
internal sealed class StagePort
{
    private readonly DenoiserLayout _layout;

    public StagePort(StagedDenoiser denoiser, IDenoiserStage stage, int? index, ImmutableArray<TensorSource> reads, ImmutableArray<TensorDescriptor> writes)
    {
        _layout = denoiser.Layout;
        (Backend, Stage, Index, Reads, Writes) = (denoiser.Backend, stage, index, reads, writes);
        ReadTypes = [.. reads.Select(r => _layout.DescriptorOf(r))];
        RunsLanesApart = denoiser.RunsLanesApart;
    }

    public IDenoiserBackend Backend { get; }

    public IDenoiserStage Stage { get; }

    /// <summary>The stage's index in the layout; <see langword="null"/> for the prelude.</summary>
    public int? Index { get; }

    public ImmutableArray<TensorSource> Reads { get; }

    /// <summary>The types and shapes of <see cref="Reads"/>.</summary>
    public ImmutableArray<TensorDescriptor> ReadTypes { get; }

    public ImmutableArray<TensorDescriptor> Writes { get; }

    /// <summary>Whether it runs for one lane at a time.</summary>
    public bool RunsLanesApart { get; }

    /// <summary>Where a lane holds what the stage writes.</summary>
    public FeatureTensor?[] OutputsOf(Lane lane) => Index is { } stage ? lane.FeaturesAt(stage + 1) : lane.Inputs.Prepared;

    /// <summary>What a lane gives the stage to read, borrowed.</summary>
    public FeatureTensor Source(Lane lane, int read)
    {
        var source = Reads[read];
        return source.Origin switch
        {
            TensorOrigin.Input => lane.Inputs.Given[source.Tensor],
            TensorOrigin.Prelude => lane.Inputs.Prepared[source.Tensor],
            _ => lane.FeaturesAt(source.Boundary)[source.Tensor],
        } ?? throw new InvalidOperationException($"The tensor '{_layout.DescriptorOf(source).Name}' is read but was not computed in this evaluation.");
    }

    /// <summary>What a stage's failure is reported as.</summary>
    public StageFailedException Failed(in EvaluationInfo evaluation, Exception failure) => new(Stage.Name, _layout.Name, Backend.Name, evaluation, failure);

    /// <summary>Whether lanes of both can be rows of one run: the same stage over the same types and shapes.</summary>
    public bool SharesRunsWith(StagePort other) =>
        ReferenceEquals(Stage, other.Stage)
        && ReferenceEquals(Backend, other.Backend)
        && Index == other.Index
        && Reads.AsSpan().SequenceEqual(other.Reads.AsSpan())
        && AreAlike(ReadTypes, other.ReadTypes)
        && AreAlike(Writes, other.Writes);

    private static bool AreAlike(ImmutableArray<TensorDescriptor> ours, ImmutableArray<TensorDescriptor> others)
    {
        for (var i = 0; i < ours.Length; i++)
        {
            if (i >= others.Length || !ours[i].IsCompatibleWith(others[i]))
            {
                return false;
            }
        }

        return ours.Length == others.Length;
    }
}

/// <summary>The ports of a denoiser.</summary>
internal sealed class StagePorts
{
    public StagePorts(StagedDenoiser denoiser)
    {
        var layout = denoiser.Layout;
        Stages = [.. denoiser.Stages.Select((stage, i) => new StagePort(denoiser, stage, i, layout.ReadsOf(i), layout.Boundaries[i + 1].Tensors))];
        Prelude = denoiser.Prelude is { } prelude
            ? new StagePort(denoiser, prelude, null, [.. layout.PreludeReads.Select(TensorSource.OfInput)], layout.Prelude!.Tensors)
            : null;
    }

    /// <summary>In the layout's order.</summary>
    public ImmutableArray<StagePort> Stages { get; }

    /// <summary>What runs once for a generation, or <see langword="null"/>.</summary>
    public StagePort? Prelude { get; }
}
