using CachePolicies.Onnx.Schema;
using Google.Protobuf;

namespace CachePolicies.Splitting;

public sealed class DenoiserInspectorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("flux", DenoiserFamily.DualThenSingleStream, "3 transformer_blocks, 4 single_transformer_blocks", "latent embedded structure.probe structure.probe2 structure detail.probe detail.tail detail output")]
    [InlineData("sd3", DenoiserFamily.DualStream, "4 transformer_blocks", "latent embedded structure.probe structure detail.probe detail output")]
    [InlineData("pixart", DenoiserFamily.SingleStream, "4 transformer_blocks", "latent embedded structure.probe structure detail.probe detail output")]
    [InlineData("wan", DenoiserFamily.Video, "4 blocks", "latent embedded structure.probe structure detail.probe detail output")]
    [InlineData("unet", DenoiserFamily.UNet, "2 down_blocks, 1 mid_block, 2 up_blocks", "latent embedded structure.probe structure detail.probe detail output")]
    public void Families_are_told_by_their_structure(string name, DenoiserFamily family, string stacks, string boundaries)
    {
        var description = DenoiserInspector.Inspect(Denoisers.PathOf(name));
        Assert.Equal(family, description.Family);
        Assert.Equal(stacks, string.Join(", ", description.Stacks.Select(stack => $"{stack.Count} {stack.Name}")));
        Assert.Equal(boundaries, string.Join(' ', description.Boundaries.Select(boundary => boundary.Name)));
        Assert.Equal(1, description.Stages.Sum(stage => stage.ComputeShare), 6);
    }

    [Theory]
    [InlineData("flux", "embedded", "image[9, 16] text[5, 16] vec[16] conditioning modulated[9, 16] signal")]
    [InlineData("flux", "structure", "image[9, 16] text[5, 16]")]
    [InlineData("flux", "detail.probe", "image[9, 16] text[5, 16] residual[14, 16] signal")]
    [InlineData("flux", "detail", "image[9, 16]")]
    [InlineData("sd3", "structure", "image[16, 16] text[5, 16]")]
    [InlineData("sd3", "detail", "image[16, 16]")]
    [InlineData("pixart", "embedded", "image[16, 16] vec[16] conditioning vec2[6, 16] conditioning modulated[16, 16] signal")]
    [InlineData("pixart", "detail.probe", "image[16, 16] residual[16, 16] signal")]
    [InlineData("wan", "latent", "image[4, frames, height, width]")]
    [InlineData("wan", "structure", "image[frames*height*width/4, 16]")]
    [InlineData("unet", "structure.probe", "image[8, 8, 8] skip0[8, 8, 8] carried")]
    [InlineData("unet", "structure", "image[16, 4, 4] skip0[8, 8, 8] carried skip1[8, 4, 4] carried skip2[16, 4, 4] carried skip3[16, 4, 4] carried")]
    [InlineData("unet", "detail", "image[8, 8, 8]")]
    public void What_crosses_a_boundary_is_named(string name, string boundary, string tensors) =>
        Assert.Equal(tensors, Denoisers.Line(DenoiserInspector.Inspect(Denoisers.PathOf(name)), boundary));

    [Fact]
    public void Inputs_are_told_by_shape_and_name()
    {
        var inputs = DenoiserInspector.Inspect(Denoisers.PathOf("flux")).Inputs.ToDictionary(input => input.Name, input => input.Meaning);
        Assert.Equal("latent", inputs["hidden_states"]);
        Assert.Equal("timestep", inputs["timestep"]);
        Assert.Equal("text", inputs["encoder_hidden_states"]);
        Assert.Equal("pooled text", inputs["pooled_projections"]);
        Assert.Equal("guidance", inputs["guidance"]);
        Assert.Equal("positions", inputs["img_ids"]);
    }

    [Fact]
    public void The_metadata_of_the_newer_exporter_serves_as_well_as_names()
    {
        AssertSameAsFlux(ModelVariants.ScopeMetadata(Denoisers.Read("flux")));
    }

    [Fact]
    public void A_name_before_the_blocks_changes_nothing()
    {
        AssertSameAsFlux(ModelVariants.Renamed(Denoisers.Read("flux"), "^/", "/model/diffusion/"));
    }

    [Theory]
    [InlineData("pixart", "blocks", DenoiserFamily.SingleStream, "4 blocks")]
    [InlineData("pixart", "layers", DenoiserFamily.SingleStream, "4 layers")]
    [InlineData("sd3", "joint_blocks", DenoiserFamily.DualStream, "4 joint_blocks")]
    [InlineData("flux", "double_blocks", DenoiserFamily.DualThenSingleStream, "3 double_blocks, 4 single_double_blocks")]
    public void Other_names_of_modules_serve_as_well(string name, string blocks, DenoiserFamily family, string stacks)
    {
        var model = ModelVariants.Renamed(Denoisers.Read(name), "transformer_blocks", blocks);
        var description = DenoiserInspector.Inspect(_folder.Write("renamed.onnx", model.ToByteArray()));
        var expected = DenoiserInspector.Inspect(Denoisers.PathOf(name));
        Assert.Equal(family, description.Family);
        Assert.Equal(stacks, string.Join(", ", description.Stacks.Select(stack => $"{stack.Count} {stack.Name}")));
        Assert.Equal(expected.Stages, description.Stages);
        Assert.All(expected.Boundaries, boundary => Assert.Equal(Denoisers.Line(expected, boundary.Name), Denoisers.Line(description, boundary.Name)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_names_of_the_original_code_serve_for_a_U_Net(bool asMetadata)
    {
        var model = ModelVariants.LatentDiffusionNames(Denoisers.Read("unet"));
        var description = DenoiserInspector.Inspect(_folder.Write("ldm.onnx", (asMetadata ? ModelVariants.ScopeMetadata(model) : model).ToByteArray()));
        var diffusers = DenoiserInspector.Inspect(Denoisers.PathOf("unet"));
        Assert.Equal(DenoiserFamily.UNet, description.Family);
        Assert.Equal("4 input_blocks, 1 middle_block, 6 output_blocks", string.Join(", ", description.Stacks.Select(stack => $"{stack.Count} {stack.Name}")));
        Assert.Equal(diffusers.Boundaries.Select(boundary => boundary.Name), description.Boundaries.Select(boundary => boundary.Name));
        Assert.All(
            new[] { "embedded", "structure.probe", "structure", "detail" },
            boundary => Assert.Equal(Denoisers.Line(diffusers, boundary), Denoisers.Line(description, boundary)));
    }

    [Fact]
    public void What_the_text_decides_is_computed_once_for_a_generation()
    {
        var flux = DenoiserInspector.Inspect(Denoisers.PathOf("flux")).Prelude!;
        Assert.Equal(["rotary.cos", "rotary.sin"], flux.Tensors.Select(tensor => tensor.Name).Where(name => name.StartsWith("rotary", StringComparison.Ordinal)));
        Assert.Contains("text", flux.Tensors.Select(tensor => tensor.Name));
        Assert.All(flux.Tensors, tensor => Assert.Equal("conditioning", tensor.Kind));
        Assert.Null(DenoiserInspector.Inspect(Denoisers.PathOf("unet")).Prelude);
    }

    [Theory]
    [InlineData("prelude")]
    [InlineData("output")]
    public void A_cut_cannot_have_a_name_that_every_split_has(string name)
    {
        var error = Assert.Throws<ModelSplitException>(() => DenoiserInspector.Inspect(
            Denoisers.PathOf("pixart"), new SplitOptions { Cuts = { [name] = [AfterCrossAttention("/transformer_blocks.2/")] } }));
        Assert.Equal($"A cut cannot be called '{name}': every split has something of that name; choose another.", error.Message);
    }

    [Theory]
    [InlineData("flux", DenoiserFamily.DualThenSingleStream, "3 blocks, 4 blocks2")]
    [InlineData("sd3", DenoiserFamily.DualStream, "3 blocks")]
    [InlineData("pixart", DenoiserFamily.SingleStream, "4 blocks")]
    [InlineData("wan", DenoiserFamily.Video, "4 blocks")]
    public void Blocks_without_names_are_found_by_their_repetition(string name, DenoiserFamily family, string stacks)
    {
        var model = Denoisers.Read(name);
        ModelVariants.WithoutNames(model);
        var description = DenoiserInspector.Inspect(_folder.Write("nameless.onnx", model.ToByteArray()));
        Assert.Equal(family, description.Family);
        Assert.Equal(stacks, string.Join(", ", description.Stacks.Select(stack => $"{stack.Count} {stack.Name}")));
        var named = DenoiserInspector.Inspect(Denoisers.PathOf(name));
        Assert.All(new[] { "embedded", "structure", "detail.probe" }, boundary => Assert.Equal(Denoisers.Line(named, boundary), Denoisers.Line(description, boundary)));
    }

    [Fact]
    public void A_float16_model_is_told_alike()
    {
        var path = _folder.Write("half.onnx", ModelVariants.Half(Denoisers.Read("sd3")).ToByteArray());
        var description = DenoiserInspector.Inspect(path);
        Assert.Equal(DenoiserFamily.DualStream, description.Family);
        Assert.Equal(OnnxElementType.Float16, description.Boundaries.Single(boundary => boundary.Name == "structure").Tensors[0].Type);
    }

    [Fact]
    public void A_deeper_probe_and_another_structure_are_options()
    {
        var description = DenoiserInspector.Inspect(Denoisers.PathOf("pixart"), new SplitOptions { StructureBlocks = 3, ProbeDepth = 2 });
        Assert.Equal("latent embedded structure.probe structure detail output", string.Join(' ', description.Boundaries.Select(boundary => boundary.Name)));
        Assert.Equal([2.0, 1.0, 1.0], description.Stages.Where(stage => stage.Name is "structure.probe" or "structure" or "detail")
            .Select(stage => Math.Round(stage.ComputeShare / description.Stages.Single(last => last.Name == "detail").ComputeShare, 3)));
    }

    [Fact]
    public void A_cut_and_a_signal_can_be_added()
    {
        var options = new SplitOptions
        {
            Cuts = { ["middle"] = [AfterCrossAttention("/transformer_blocks.2/")] },
            Signals = { ["middle/queries"] = "/transformer_blocks.2/attn1/to_q/Add_output_0" },
        };
        var description = DenoiserInspector.Inspect(Denoisers.PathOf("pixart"), options);
        Assert.Equal("image[16, 16] queries[16, 16] signal", Denoisers.Line(description, "middle"));
    }

    [Fact]
    public void A_cut_that_does_not_separate_names_what_crosses_around_it()
    {
        // A value in the middle of a residual branch: the stream itself goes around it.
        var inside = Denoisers.Read("pixart").Graph.Node.First(node => node.Name.StartsWith("/transformer_blocks.2/ff/net.0/MatMul", StringComparison.Ordinal)).Output[0];
        var error = Assert.Throws<ModelSplitException>(() => DenoiserInspector.Inspect(
            Denoisers.PathOf("pixart"), new SplitOptions { Cuts = { ["middle"] = [inside] } }));
        Assert.Contains("The cut 'middle' does not separate the graph: '/transformer_blocks.2/", error.Message, StringComparison.Ordinal);
        Assert.Contains("crosses around it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_where_one_is_already_is_told()
    {
        var last = Denoisers.Read("pixart").Graph.Node.Last(node => node.Name.StartsWith("/transformer_blocks.2/Add", StringComparison.Ordinal)).Output[0];
        var error = Assert.Throws<ModelSplitException>(() => DenoiserInspector.Inspect(Denoisers.PathOf("pixart"), new SplitOptions { Cuts = { ["mine"] = [last] } }));
        Assert.Equal("The cuts 'detail.probe' and 'mine' are at the same place; one boundary is enough.", error.Message);
    }

    [Fact]
    public void A_cut_at_a_value_that_is_not_there_is_told()
    {
        var error = Assert.Throws<ModelSplitException>(() => DenoiserInspector.Inspect(Denoisers.PathOf("pixart"), new SplitOptions { Cuts = { ["x"] = ["nothing"] } }));
        Assert.Equal("The cut 'x' names 'nothing', which no node of the graph computes.", error.Message);
    }

    [Fact]
    public void A_model_without_repeated_blocks_is_told()
    {
        var graph = new OnnxGraphBuilder("plain");
        graph.Output("y", graph.Abs(graph.Input("sample", OnnxElementType.Float32, "n", 4, 8, 8)), OnnxElementType.Float32, "n", 4, 8, 8);
        var path = _folder.Write("plain.onnx", graph.ToBytes());
        var error = Assert.Throws<ModelSplitException>(() => DenoiserInspector.Inspect(path));
        Assert.StartsWith($"No repeated blocks were found in '{path}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_that_is_fixed_at_one_is_marked()
    {
        var description = DenoiserInspector.Inspect(_folder.Write("fixed.onnx", ModelVariants.FixedBatch(Denoisers.Read("pixart"), 1).ToByteArray()));
        Assert.Equal(1, description.FixedBatch);
        Assert.Equal("The batch is fixed at 1: the branches of guidance and the pictures of a request run one after another.", Assert.Single(description.Notices));
        Assert.Equal("image[16, 16]", Denoisers.Line(description, "structure"));
    }

    [Fact]
    public void A_batch_that_is_fixed_at_more_is_refused()
    {
        var path = _folder.Write("fixed.onnx", ModelVariants.FixedBatch(Denoisers.Read("pixart"), 2).ToByteArray());
        var error = Assert.Throws<ModelSplitException>(() => DenoiserInspector.Inspect(path));
        Assert.Equal($"'{path}' has a batch that is fixed at 2; export it with a batch that is free, or fixed at 1.", error.Message);
    }

    [Fact]
    public void An_input_that_is_not_there_is_told_with_those_that_are()
    {
        var error = Assert.Throws<ModelSplitException>(() => DenoiserInspector.Inspect(Denoisers.PathOf("pixart"), new SplitOptions { LatentInput = "z" }));
        Assert.EndsWith("has no input 'z'; it has hidden_states, encoder_hidden_states, timestep.", error.Message, StringComparison.Ordinal);
    }

    // The residual stream of a block after its cross-attention.
    private static string AfterCrossAttention(string block) => Denoisers.Read("pixart").Graph.Node.First(node =>
        node.Name.StartsWith(block + "Add", StringComparison.Ordinal) && node.Input.Any(input => input.Contains("attn2", StringComparison.Ordinal))).Output[0];

    private void AssertSameAsFlux(ModelProto model)
    {
        var expected = DenoiserInspector.Inspect(Denoisers.PathOf("flux"));
        var actual = DenoiserInspector.Inspect(_folder.Write("flux.onnx", model.ToByteArray()));
        Assert.Equal(expected.Family, actual.Family);
        Assert.Equal(expected.Stages, actual.Stages);
        Assert.All(expected.Boundaries, boundary => Assert.Equal(Denoisers.Line(expected, boundary.Name), Denoisers.Line(actual, boundary.Name)));
    }
}
