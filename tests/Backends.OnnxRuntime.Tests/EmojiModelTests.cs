using CachePolicies.Models;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>The sample model as exported, on the CPU provider.</summary>
public sealed class EmojiModelTests : IDisposable
{
    // float32 sums in another order than PyTorch's; the values reach about 10.
    private const float Tolerance = 2e-4f;

    private readonly OnnxRuntimeBackend _backend = new();

    public void Dispose() => _backend.Dispose();

    [Fact]
    public void Every_boundary_is_as_the_training_framework_computed_it()
    {
        using var model = OnnxDenoiserModel.Load(EmojiModel.Directory, _backend);
        var largest = EmojiReference.LargestDifference(model.Denoiser);
        Assert.InRange(largest, 1e-9f, Tolerance);
    }

    [Fact]
    public void The_stages_compute_what_the_unsplit_denoiser_does()
    {
        using var staged = OnnxDenoiserModel.Load(EmojiModel.Directory, _backend);
        using var unsplit = OnnxDenoiserModel.LoadUnsplit(EmojiModel.Directory, _backend);
        using var first = EmojiReference.Run(staged.Denoiser);
        using var second = EmojiReference.Run(unsplit.Denoiser);
        var difference = EmojiReference.Differ(first.At("output", "image"), second.At("output", "image"));
        Assert.True(difference <= 2e-5f, $"Staged and unsplit output differ by {difference}.");
    }

    [Fact]
    public void A_batch_computes_what_its_rows_compute_alone()
    {
        using var model = OnnxDenoiserModel.Load(EmojiModel.Directory, _backend);
        using var batch = EmojiReference.Run(model.Denoiser);
        var together = batch.At("output", "image");
        var row = together.Length / 2;
        for (var i = 0; i < 2; i++)
        {
            using var alone = EmojiReference.Run(model.Denoiser, i);
            Assert.True(EmojiReference.Differ(alone.At("output", "image"), together[(i * row)..((i + 1) * row)]) <= 2e-5f);
        }
    }

    [Fact]
    public void The_manifest_tells_a_pipeline_what_it_needs()
    {
        using var model = OnnxDenoiserModel.Load(EmojiModel.Directory, _backend);
        Assert.Equal(ModelPrediction.Velocity, model.Manifest.Prediction);
        Assert.Equal("flux", model.Manifest.Family);
        Assert.StartsWith("sha256:", model.Denoiser.Layout.Fingerprint, StringComparison.Ordinal);
        Assert.Equal(["timestep", "text_ids"], model.Denoiser.Layout.Inputs.Select(i => i.Name));
        Assert.Equal(ConditioningLifetime.Generation, model.Denoiser.Layout.Inputs[1].Lifetime);
        var text = model.Manifest.TextToImage!;
        Assert.Equal(("words", 8, "text_ids"), (text.Tokenizer.Kind, text.Tokenizer.Length, text.Tokenizer.Input));
        Assert.Equal(("patches", 3), (text.Decoder.Kind, text.Decoder.Channels));
        Assert.Equal("flow-match-euler", text.Sampler.Kind);
        Assert.Empty(model.HostCopies);
    }

    [Fact]
    public void A_run_with_known_buffers_allocates_nothing()
    {
        using var model = OnnxDenoiserModel.Load(EmojiModel.Directory, _backend);
        using var walk = EmojiReference.Run(model.Denoiser, 0);
        var stage = (OnnxStage)model.Denoiser.Stages[^1];
        FeatureTensor[] inputs = [.. model.Denoiser.Layout.ReadsOf(model.Denoiser.Stages.Length - 1).Select(r => Rent(model.Denoiser.Layout.DescriptorOf(r)))];
        FeatureTensor[] outputs = [Rent(model.Denoiser.Layout.Output.Primary)];
        stage.Run(new StageInvocation(inputs, outputs, 1));
        var built = stage.Session.BindingsBuilt;

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
        {
            stage.Run(new StageInvocation(inputs, outputs, 1));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(built, stage.Session.BindingsBuilt);
        foreach (var tensor in inputs.Concat(outputs))
        {
            tensor.Release();
        }
    }

    [Fact]
    public async Task Many_threads_at_once_compute_what_one_does()
    {
        using var model = OnnxDenoiserModel.Load(EmojiModel.Directory, _backend);
        using var reference = EmojiReference.Run(model.Denoiser, 0);
        var expected = reference.At("output", "image");
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() =>
        {
            using var walk = EmojiReference.Run(model.Denoiser, 0);
            return walk.At("output", "image");
        })));
        Assert.All(results, r => Assert.Equal(expected, r));
    }

    [Fact]
    public void Nothing_is_leased_after_a_run()
    {
        using var model = OnnxDenoiserModel.Load(EmojiModel.Directory, _backend);
        EmojiReference.Run(model.Denoiser).Dispose();
        var after = _backend.Statistics;
        Assert.Equal((0, 0L), (after.LiveTensors, after.LiveBytes));
        Assert.True(after.PooledBytes > 0);
        _backend.Trim();
        Assert.Equal(0, _backend.Statistics.PooledBytes);
        EmojiReference.Run(model.Denoiser).Dispose();
    }

    private FeatureTensor Rent(TensorDescriptor descriptor)
    {
        var tensor = _backend.Rent(descriptor.ElementType, descriptor.Shape);
        if (descriptor.ElementType != ElementType.Int64)
        {
            _backend.Upload(new float[descriptor.Shape.ElementCount], tensor);
        }

        return tensor;
    }
}
