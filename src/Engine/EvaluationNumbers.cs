namespace CachePolicies.Engine;

/// <summary>The inputs that the engine fills itself, where the layout has them: each evaluation's timestep and sigma.</summary>
internal sealed class EvaluationNumbers(StagedDenoiser denoiser)
{
    private readonly int? _timestep = IndexOf(denoiser.Layout, DenoiserLayout.TimestepInput);
    private readonly int? _sigma = IndexOf(denoiser.Layout, DenoiserLayout.SigmaInput);
    private readonly float[] _number = new float[1];

    /// <summary>Tells all lanes which evaluation it is.</summary>
    public void Fill(in EvaluationInfo evaluation, ReadOnlySpan<Lane> lanes)
    {
        Fill(_timestep, evaluation.Timestep, lanes);
        Fill(_sigma, evaluation.Sigma, lanes);
    }

    /// <summary>Uploads a number once and shares it among the lanes.</summary>
    private void Fill(int? input, float value, ReadOnlySpan<Lane> lanes)
    {
        if (input is not { } index)
        {
            return;
        }

        var descriptor = denoiser.Layout.Inputs[index];
        var tensor = denoiser.Backend.Rent(descriptor.ElementType, descriptor.Shape);
        try
        {
            _number[0] = value;
            denoiser.Backend.Upload(_number, tensor);
            foreach (var lane in lanes)
            {
                lane.Inputs.Set(index, tensor.AddLease());
            }
        }
        finally
        {
            tensor.Release();
        }
    }

    private static int? IndexOf(DenoiserLayout layout, string name) =>
        layout.Inputs.Index().Where(i => i.Item.Name == name).Select(i => (int?)i.Index).FirstOrDefault();
}
