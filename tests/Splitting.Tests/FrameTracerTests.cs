using CachePolicies.Onnx.Schema;
using Google.Protobuf;

namespace CachePolicies.Splitting;

public sealed class FrameTracerTests : IDisposable
{
    private const string PatchEmbedding = "/patch_embedding/Conv_output_0";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_frames_of_a_video_model_are_found_at_every_boundary()
    {
        Assert.Equal(
            ["latent/image 1 frames", "embedded/image 0 frames", "embedded/modulated 0 frames", "structure.probe/image 0 frames", "structure/image 0 frames",
             "detail.probe/image 0 frames", "detail.probe/residual 0 frames", "detail/image 0 frames", "output/image 1 frames"],
            FramesOf(Denoisers.Read("wan")));
    }

    [Theory]
    [InlineData("flux")]
    [InlineData("sd3")]
    [InlineData("pixart")]
    [InlineData("unet")]
    public void Images_have_none(string name) => Assert.Empty(FramesOf(Denoisers.Read(name)));

    [Fact]
    public void Without_a_name_the_convolution_over_space_and_time_shows_the_axis()
    {
        var model = Denoisers.Read("wan");
        model.Graph.Input[0].Type.TensorType.Shape.Dim[2] = new TensorShapeProto.Types.Dimension { DimParam = "length" };
        Assert.Equal("latent/image 1 length", FramesOf(model)[0]);
        Assert.Equal("detail/image 0 length", FramesOf(model)[^2]);
    }

    [Fact]
    public void A_fixed_number_of_frames_is_a_number()
    {
        var model = Denoisers.Read("wan");
        model.Graph.Input[0].Type.TensorType.Shape.Dim[2] = new TensorShapeProto.Types.Dimension { DimValue = 5 };
        Assert.Equal(["latent/image 1 5", "embedded/image 0 5"], FramesOf(model)[..2]);
    }

    [Fact]
    public void Tokens_in_another_order_than_frame_by_frame_are_not_taken_for_frames()
    {
        // [batch, channels, frames, height, width] with the frames last, before it is made one list of tokens.
        var model = Denoisers.Read("wan");
        var turn = new NodeProto { OpType = "Transpose", Name = "/turn", Input = { PatchEmbedding }, Output = { "turned" } };
        turn.Attribute.Add(new AttributeProto { Name = "perm", Type = AttributeProto.Types.AttributeType.Ints, Ints = { 0, 1, 3, 4, 2 } });
        var reshape = model.Graph.Node.First(node => node.OpType == "Reshape" && node.Input[0] == PatchEmbedding);
        reshape.Input[0] = "turned";
        model.Graph.Node.Insert(model.Graph.Node.IndexOf(reshape), turn);
        Assert.Equal(["latent/image 1 frames"], FramesOf(model));
    }

    private string[] FramesOf(ModelProto model)
    {
        var options = new SplitOptions();
        var plan = SplitPlanner.Plan(OnnxModelFile.Load(_folder.Write($"{Guid.NewGuid():N}.onnx", model.ToByteArray())), options);
        return [.. plan.Boundaries.SelectMany(boundary => boundary.Tensors.Where(tensor => tensor.Frames is not null)
            .Select(tensor => $"{boundary.Name}/{tensor.Name} {tensor.Frames!.Axis} {tensor.Frames.Count}"))];
    }
}
