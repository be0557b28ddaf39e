using CachePolicies.Onnx.Schema;
using Google.Protobuf;

namespace CachePolicies.Splitting;

/// <summary>Operators that this library does not know the shapes of.</summary>
public sealed class UnknownOperatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("pixart")]
    [InlineData("wan")]
    public void The_runtime_knows_what_they_make(string name)
    {
        var model = Denoisers.Read(name);
        Assert.NotEqual(0, Replace(model, "Erf", "Softsign", ""));
        var split = DenoiserSplitter.Split(_folder.Write("unknown.onnx", model.ToByteArray()), _folder.File("split"), new SplitOptions { Verify = true });
        Assert.Equal(0, split.Verification!.Largest);
        var known = DenoiserInspector.Inspect(Denoisers.PathOf(name));
        Assert.All(known.Boundaries, boundary => Assert.Equal(Denoisers.Line(known, boundary.Name), Denoisers.Line(split.Description, boundary.Name)));
    }

    [Fact]
    public void One_that_nobody_knows_is_named_with_its_node()
    {
        var model = Denoisers.Read("pixart");
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "elsewhere", Version = 1 });
        Replace(model, "Erf", "Wobble", "elsewhere");
        var error = Assert.Throws<ModelSplitException>(() => DenoiserInspector.Inspect(_folder.Write("unknown.onnx", model.ToByteArray())));
        Assert.Contains("(Wobble)", error.Message, StringComparison.Ordinal);
        Assert.Contains("/transformer_blocks.0/", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_for_another_provider_than_the_processor_is_split_without_a_proof()
    {
        // The processor computes nothing in bfloat16.
        var model = Denoisers.Read("pixart");
        var erf = model.Graph.Node.First(node => node.OpType == "Erf");
        var (input, output) = (erf.Input[0], erf.Output[0]);
        (erf.Input[0], erf.Output[0]) = ("short", "short_erf");
        model.Graph.Node.Add(Cast(input, "short", OnnxElementType.BFloat16));
        model.Graph.Node.Add(Cast("short_erf", output, OnnxElementType.Float32));
        var path = _folder.Write("short.onnx", model.ToByteArray());

        var split = DenoiserSplitter.Split(path, _folder.File("split"));

        Assert.Null(split.Verification);
        Assert.Contains(split.Notices, notice => notice.StartsWith("Not verified: ONNX Runtime does not run the model on the processor (Could not find an implementation for Erf", StringComparison.Ordinal));
        Assert.Throws<ModelSplitException>(() => DenoiserSplitter.Split(path, _folder.File("proved"), new SplitOptions { Verify = true }));

        static NodeProto Cast(string from, string to, OnnxElementType type) => new()
        {
            OpType = "Cast",
            Name = $"cast_{to}",
            Input = { from },
            Output = { to },
            Attribute = { new AttributeProto { Name = "to", Type = AttributeProto.Types.AttributeType.Int, I = (int)type } },
        };
    }

    [Fact]
    public void Functions_are_put_in_place_of_their_calls()
    {
        var model = Denoisers.Read("pixart");
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "own", Version = 1 });
        // A call in a call, with an attribute that the outer one is given.
        var inner = new FunctionProto { Name = "Twist", Domain = "own", Input = { "x" }, Output = { "y" }, Attribute = { "kind" } };
        var concat = new NodeProto { OpType = "Concat", Input = { "x" }, Output = { "t" } };
        concat.Attribute.Add(new AttributeProto { Name = "axis", RefAttrName = "kind", Type = AttributeProto.Types.AttributeType.Int });
        inner.Node.Add(concat);
        inner.Node.Add(new NodeProto { OpType = "Erf", Input = { "t" }, Output = { "y" } });
        var outer = new FunctionProto { Name = "Wave", Domain = "own", Input = { "x" }, Output = { "y" } };
        var call = new NodeProto { OpType = "Twist", Domain = "own", Input = { "x" }, Output = { "y" } };
        call.Attribute.Add(new AttributeProto { Name = "kind", I = 0, Type = AttributeProto.Types.AttributeType.Int });
        outer.Node.Add(call);
        foreach (var function in new[] { inner, outer })
        {
            function.OpsetImport.Add(new OperatorSetIdProto { Version = model.OpsetImport[0].Version });
            function.OpsetImport.Add(new OperatorSetIdProto { Domain = "own", Version = 1 });
            model.Functions.Add(function);
        }

        Assert.NotEqual(0, Replace(model, "Erf", "Wave", "own"));
        var split = DenoiserSplitter.Split(_folder.Write("functions.onnx", model.ToByteArray()), _folder.File("split"), new SplitOptions { Verify = true });
        Assert.Equal(0, split.Verification!.Largest);
        var known = DenoiserInspector.Inspect(Denoisers.PathOf("pixart"));
        Assert.All(known.Boundaries, boundary => Assert.Equal(Denoisers.Line(known, boundary.Name), Denoisers.Line(split.Description, boundary.Name)));
    }

    [Fact]
    public void Functions_that_call_each_other_without_end_are_refused()
    {
        var model = Denoisers.Read("pixart");
        var function = new FunctionProto { Name = "Wave", Domain = "own", Input = { "x" }, Output = { "y" } };
        function.Node.Add(new NodeProto { OpType = "Wave", Domain = "own", Input = { "x" }, Output = { "t" } });
        function.Node.Add(new NodeProto { OpType = "Wave", Domain = "own", Input = { "t" }, Output = { "y" } });
        model.Functions.Add(function);
        Replace(model, "Erf", "Wave", "own");
        var error = Assert.Throws<OnnxFormatException>(() => DenoiserInspector.Inspect(_folder.Write("functions.onnx", model.ToByteArray())));
        Assert.Contains("functions call each other more than 64 deep", error.Message, StringComparison.Ordinal);
    }

    private static int Replace(ModelProto model, string operation, string by, string domain)
    {
        var nodes = model.Graph.Node.Where(node => node.OpType == operation).ToList();
        nodes.ForEach(node => (node.OpType, node.Domain) = (by, domain));
        return nodes.Count;
    }
}
