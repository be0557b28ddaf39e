using CachePolicies.Backends.Cpu;

namespace CachePolicies.Engine.Tests;

/// <summary>Sessions of a tiny denoiser, for tests: all tensors must be given back at the end.</summary>
public abstract class TinySessions : IDisposable
{
    private readonly Dictionary<DenoiserSession, int> _counts = [];

    private protected static MeasurementKey Key { get; } = new("distance");

    private protected TinyDenoiser Tiny { get; } = new();

    public void Dispose()
    {
        Assert.Equal(0, Tiny.Backend.Statistics.LiveTensors);
        Tiny.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected DenoiserSession Session(ICachePolicy policy, int count, IEvaluationObserver? observer = null)
    {
        var session = new CachedDenoiser(Tiny.Denoiser, policy).CreateSession([new LaneInfo(0, GuidanceBranch.Conditional, count)], observer);
        SetPrompt(session, 1);
        _counts[session] = count;
        return session;
    }

    private protected void SetPrompt(DenoiserSession session, int lanes)
    {
        var prompt = Tiny.Backend.Rent(ElementType.Int64, new TensorShape(2));
        Tiny.Backend.Upload([3L, 2L], prompt);
        for (var lane = 0; lane < lanes; lane++)
        {
            session.SetInput(lane, "prompt", prompt);
        }

        prompt.Release();
    }

    private protected float[] Evaluate(DenoiserSession session, int index, int seed, float timestep = 0.5f, int? count = null) =>
        EvaluateLatent(session, index, Tiny.Latent(seed), timestep, count);

    private protected float[] EvaluateLatent(DenoiserSession session, int index, FeatureTensor latent, float timestep = 0.5f, int? count = null)
    {
        var outputs = new FeatureTensor?[1];
        try
        {
            session.Evaluate(new EvaluationInfo(index, count ?? _counts[session], timestep, timestep), [latent], outputs);
        }
        finally
        {
            latent.Release();
        }

        return Read(outputs[0]!);
    }

    private protected CpuTensor Constant(float value)
    {
        var tensor = Tiny.Backend.Rent(ElementType.Float32, new TensorShape(6, 4));
        Tiny.Backend.Upload(Enumerable.Repeat(value, 24).ToArray(), tensor);
        return tensor;
    }

    /// <summary>The numbers of a tensor, which is released.</summary>
    private protected float[] Read(FeatureTensor tensor)
    {
        var numbers = new float[tensor.Shape.ElementCount];
        Tiny.Backend.Download(tensor, numbers);
        tensor.Release();
        return numbers;
    }

    private protected float[] Plain(int seed, float timestep = 0.5f) => PlainFeatures(seed, timestep)["output/image"];

    /// <summary>Every feature of an uncached evaluation, by running the stages one after the other.</summary>
    private protected Dictionary<string, float[]> PlainFeatures(int seed, float timestep = 0.5f)
    {
        var counted = (int[])Tiny.Runs.Clone();
        var layout = TinyDenoiser.Layout;
        var tensors = new Dictionary<string, FeatureTensor> { ["latent/image"] = Tiny.Latent(seed) };
        tensors["timestep"] = Tiny.Backend.Rent(ElementType.Float32, TensorShape.Scalar);
        Tiny.Backend.Upload([timestep], tensors["timestep"]);
        tensors["prompt"] = Tiny.Backend.Rent(ElementType.Int64, new TensorShape(2));
        Tiny.Backend.Upload([3L, 2L], tensors["prompt"]);
        for (var stage = 0; stage < layout.Stages.Length; stage++)
        {
            var boundary = layout.Boundaries[stage + 1];
            var outputs = boundary.Tensors.Select(FeatureTensor (t) => Tiny.Backend.Rent(t.ElementType, t.Shape)).ToArray();
            Tiny.Denoiser.Stages[stage].Run(new StageInvocation(layout.Stages[stage].Reads.Select(r => tensors[r]).ToArray(), outputs, 1));
            for (var i = 0; i < outputs.Length; i++)
            {
                tensors[$"{boundary.Name}/{boundary.Tensors[i].Name}"] = outputs[i];
            }
        }

        counted.CopyTo(Tiny.Runs, 0);
        tensors.Remove("prompt", out var prompt);
        prompt!.Release();
        return tensors.ToDictionary(t => t.Key, t => Read(t.Value), StringComparer.Ordinal);
    }

    private protected float[] Head(float[] detail, float[] vec)
    {
        var inputs = new FeatureTensor[] { Tiny.Backend.Rent(ElementType.Float32, new TensorShape(6, 4)), Tiny.Backend.Rent(ElementType.Float32, new TensorShape(4)) };
        Tiny.Backend.Upload(detail, inputs[0]);
        Tiny.Backend.Upload(vec, inputs[1]);
        FeatureTensor output = Tiny.Backend.Rent(ElementType.Float32, new TensorShape(6, 4));
        var counted = Tiny.Runs[5];
        Tiny.Denoiser.Stages[5].Run(new StageInvocation(inputs, [output], 1));
        Tiny.Runs[5] = counted;
        inputs[0].Release();
        inputs[1].Release();
        return Read(output);
    }
}
