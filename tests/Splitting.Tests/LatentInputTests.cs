using Google.Protobuf;

namespace CachePolicies.Splitting;

/// <summary>Inputs that hold more than the noisy latents, and casts that change nothing.</summary>
public sealed class LatentInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Channels_that_are_not_predicted_become_an_input_of_their_own()
    {
        var latent = DenoiserInspector.Inspect(Denoisers.PathOf("unet")).Inputs.Single(input => input.Meaning == "latent");
        var channels = latent.Axes![1].Value!.Value;
        var model = ModelVariants.MoreChannels(Denoisers.Read("unet"), latent.Name, 5);

        var split = DenoiserSplitter.Split(_folder.Write("wide.onnx", model.ToByteArray()), _folder.File("split"), new SplitOptions { Verify = true });

        Assert.Equal(0, split.Verification!.Largest);
        Assert.Equal(channels, split.Description.Boundaries[0].Tensors[0].Axes[0].Value);
        var condition = split.Description.Inputs.Single(input => input.Name == latent.Name + DenoiserSplitter.ConditionSuffix);
        Assert.Equal(5, condition.Axes![1].Value);
        Assert.Equal(latent.Axes.Skip(2), condition.Axes.Skip(2));
        var plain = DenoiserInspector.Inspect(Denoisers.PathOf("unet"));
        Assert.All(plain.Boundaries, boundary => Assert.Equal(Denoisers.Line(plain, boundary.Name), Denoisers.Line(split.Description, boundary.Name)));
    }

    [Theory]
    [InlineData("flux035.onnx")]
    [InlineData("flux.onnx")]
    public void Half_precision_that_is_cast_to_itself_runs(string name)
    {
        var model = ModelVariants.Half(OnnxModelFile.Load(Path.Combine(AppContext.BaseDirectory, "Exports", name)).Model);
        Assert.Contains(model.Graph.Node, node => node.OpType == "Cast" && node.Name.Contains("norm_out", StringComparison.Ordinal));

        var split = DenoiserSplitter.Split(_folder.Write("half.onnx", model.ToByteArray()), _folder.File("split"), new SplitOptions { Verify = true });

        Assert.NotNull(split.Verification);
    }
}
