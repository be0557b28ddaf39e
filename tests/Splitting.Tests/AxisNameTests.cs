using System.Globalization;
using CachePolicies.Onnx.Schema;
using Google.Protobuf;

namespace CachePolicies.Splitting;

/// <summary>Exports whose free axes have names of their own, or none: which of them are the same follows from what the nodes do with them.</summary>
public sealed class AxisNameTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("flux.onnx", true)]
    [InlineData("flux.onnx", false)]
    [InlineData("flux035.onnx", true)]
    [InlineData("flux035.onnx", false)]
    [InlineData("controlnet.onnx", true)]
    [InlineData("rotary.onnx", false)]
    public void Axes_that_are_named_apart_or_not_at_all_are_found(string name, bool hasNames)
    {
        var model = OnnxModelFile.Load(Path.Combine(AppContext.BaseDirectory, "Exports", name)).Model;
        foreach (var value in model.Graph.Input.Concat(model.Graph.Output))
        {
            foreach (var (i, axis) in value.Type.TensorType.Shape.Dim.Index().Where(axis => !axis.Item.HasDimValue))
            {
                axis.ClearDimParam();
                if (hasNames)
                {
                    axis.DimParam = string.Create(CultureInfo.InvariantCulture, $"{value.Name}_{i}");
                }
            }
        }

        var split = DenoiserSplitter.Split(_folder.Write("model.onnx", model.ToByteArray()), _folder.File("split"), new SplitOptions { Verify = true });
        Assert.Equal(0, split.Verification!.Largest);
        foreach (var positions in split.Description.Inputs.Where(input => input.Name is "img_ids" or "txt_ids"))
        {
            Assert.NotEqual(ShapeTable.Batch, positions.Axes![0].Name);
        }
    }
}
