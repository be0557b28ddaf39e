namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Runs a denoiser stage by stage, with every tensor of every boundary kept until the walk is disposed of.</summary>
internal sealed class Walk : IDisposable
{
    private readonly StagedDenoiser _denoiser;
    private readonly int _rows;
    private readonly FeatureTensor[] _inputs;
    private readonly FeatureTensor[] _prepared;
    private readonly FeatureTensor[][] _boundaries;

    public Walk(StagedDenoiser denoiser, int rows)
    {
        _denoiser = denoiser;
        _rows = rows;
        _inputs = [.. denoiser.Layout.Inputs.Select(Rent)];
        _prepared = [.. (denoiser.Layout.Prelude?.Tensors ?? []).Select(Rent)];
        _boundaries = [.. denoiser.Layout.Boundaries.Select(b => b.Tensors.Select(Rent).ToArray())];
    }

    public FeatureTensor Latent => _boundaries[0][0];

    public FeatureTensor Input(string name) => _inputs[_denoiser.Layout.Inputs.Select(i => i.Name).ToList().IndexOf(name)];

    public float[] At(string boundary, string tensor)
    {
        var found = _denoiser.Layout.Require(boundary);
        var source = _boundaries[found.Index][found.IndexOf(tensor)];
        var numbers = new float[source.Shape.ElementCount * source.Rows];
        _denoiser.Backend.Download(source, numbers);
        return numbers;
    }

    public void Run()
    {
        _denoiser.Prelude?.Run(new StageInvocation([.. _denoiser.Layout.PreludeReads.Select(i => _inputs[i])], _prepared, _rows));
        for (var stage = 0; stage < _denoiser.Stages.Length; stage++)
        {
            var inputs = _denoiser.Layout.ReadsOf(stage).Select(Source).ToArray();
            _denoiser.Stages[stage].Run(new StageInvocation(inputs, _boundaries[stage + 1], _rows));
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _inputs.Concat(_prepared).Concat(_boundaries.SelectMany(b => b)))
        {
            tensor.Release();
        }
    }

    private FeatureTensor Source(TensorSource source) => source.Origin switch
    {
        TensorOrigin.Input => _inputs[source.Tensor],
        TensorOrigin.Prelude => _prepared[source.Tensor],
        _ => _boundaries[source.Boundary][source.Tensor],
    };

    private FeatureTensor Rent(TensorDescriptor descriptor) => _denoiser.Backend.Rent(descriptor.ElementType, descriptor.Shape, _rows);
}
