using CachePolicies.Testing;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Prebuilt bindings are found again, bounded, and dropped with their tensors.</summary>
public sealed class BindingCacheTests
{
    [Fact]
    public void Bindings_are_built_once_for_each_set_of_tensors_and_no_more_are_kept_than_fit()
    {
        using var files = new TinyModel();
        using var backend = new OnnxRuntimeBackend(new OnnxRuntimeOptions { BindingCapacity = 4, Threads = 1 });
        using var model = OnnxDenoiserModel.Load(files.Folder.Path, backend);
        var head = (OnnxStage)model.Denoiser.Stages[^1];
        FeatureTensor[] inputs = [.. Enumerable.Range(0, 6).Select(_ => backend.Tensor(ElementType.Float32, new TensorShape(TinyModel.Tokens, TinyModel.Width), new float[TinyModel.Tokens * TinyModel.Width]))];
        var output = backend.Rent(ElementType.Float32, new TensorShape(TinyModel.Tokens, TinyModel.Patch));
        void Run(int input) => head.Run(new StageInvocation([inputs[input]], [output], 1));

        for (var round = 0; round < 3; round++)
        {
            Enumerable.Range(0, 4).ToList().ForEach(Run);
        }

        Assert.Equal(4, head.Session.BindingsBuilt);

        // Two more push out the two that were not used for longest.
        Run(4);
        Run(5);
        Run(2);
        Run(3);
        Assert.Equal(6, head.Session.BindingsBuilt);
        Run(0);
        Assert.Equal(7, head.Session.BindingsBuilt);

        Array.ForEach([.. inputs, output], t => t.Release());
        backend.Trim();
        Assert.Equal(0, backend.Statistics.PooledBytes);
        var (again, target) = (backend.Tensor(ElementType.Float32, new TensorShape(TinyModel.Tokens, TinyModel.Width), new float[TinyModel.Tokens * TinyModel.Width]), backend.Rent(ElementType.Float32, new TensorShape(TinyModel.Tokens, TinyModel.Patch)));
        head.Run(new StageInvocation([again], [target], 1));
        Assert.Equal(8, head.Session.BindingsBuilt);
        again.Release();
        target.Release();
    }
}
