using CachePolicies.Onnx.Schema;

namespace CachePolicies.Onnx.Analysis;

public sealed class OnnxScopeTests
{
    [Theory]
    [InlineData("/double_blocks.0/img_attn/MatMul", "double_blocks.0.img_attn")]
    [InlineData("/transformer_blocks.11/attn/to_out.0/Add_1", "transformer_blocks.11.attn.to_out.0")]
    [InlineData("/Concat_3", "")]
    [InlineData("MatMul_12", "")]
    [InlineData("", "")]
    public void The_name_gives_the_module(string name, string expected) => Assert.Equal(expected, OnnxScope.Of(new NodeProto { Name = name }));

    [Theory]
    [InlineData("['', 'transformer_blocks.3', 'transformer_blocks.3.attn', 'linear_5']", "transformer_blocks.3.attn")]
    [InlineData("['', 'add_1']", "")]
    [InlineData("[]", "")]
    public void Name_scopes_of_the_newer_exporter_win_over_the_name(string scopes, string expected) =>
        Assert.Equal(expected, OnnxScope.Of(new NodeProto
        {
            Name = "/wrong/node",
            MetadataProps = { new StringStringEntryProto { Key = "pkg.torch.onnx.name_scopes", Value = scopes } },
        }));

    [Theory]
    [InlineData(": Flux/transformer_blocks.3: Block/transformer_blocks.3.attn: Attention/linear_5: aten.linear.default", "transformer_blocks.3.attn")]
    [InlineData(": Flux/add_1: aten.add.Tensor", "")]
    public void The_namespace_of_the_newer_exporter_gives_the_module(string value, string expected) =>
        Assert.Equal(expected, OnnxScope.Of(new NodeProto
        {
            Name = "node_linear_5",
            MetadataProps = { new StringStringEntryProto { Key = "namespace", Value = value } },
        }));
}
