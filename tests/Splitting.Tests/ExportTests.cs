using System.Globalization;
using CachePolicies.Onnx.Schema;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Splitting;

/// <summary>Graphs as exporters write them, with sizes that are free: every one splits, and its stages compute what it computes at any size.</summary>
public sealed class ExportTests : IDisposable
{
    private static readonly string Shared = Path.Combine(Repository.Root, "..", "shared");

    private readonly TemporaryFolder _folder = new();

    /// <summary>The exports that come with the tests, and further ones where they are at hand.</summary>
    public static TheoryData<string> Exports
    {
        get
        {
            var further = new[] { "pipelines", "cases" }.Select(part => Path.Combine(Shared, part)).Where(Directory.Exists)
                .SelectMany(part => Directory.GetFiles(part, "*.onnx", SearchOption.AllDirectories))
                .Select(path => Path.GetRelativePath(Shared, path))
                .Where(path => !path.Contains("encoder", StringComparison.Ordinal) && !path.Contains("vae", StringComparison.Ordinal) && !path.Contains("25-", StringComparison.Ordinal));
            return [.. new[] { "flux.onnx", "flux035.onnx", "controlnet.onnx", "rotary.onnx", "quantised.onnx" }.Concat(further.Order(StringComparer.Ordinal))];
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Exports))]
    public void An_export_splits_and_verifies_bit_by_bit(string name)
    {
        var split = DenoiserSplitter.Split(PathOf(name), _folder.File("split"), new SplitOptions { Verify = true });
        Assert.Equal(0, split.Verification!.Largest);
    }

    [Theory]
    [MemberData(nameof(Exports))]
    public void No_work_is_done_in_two_stages(string name)
    {
        var split = DenoiserSplitter.Split(PathOf(name), _folder.File("split"), new SplitOptions { Verify = false });
        // What a policy looks at before the first block is the beginning of that block.
        var embed = new OnnxGraphIndex(OnnxModelFile.Load(Path.Combine(split.Directory, "embed.onnx")).Model.Graph);
        var seen = embed.NeededFor(["embedded/modulated"]);
        var modulated = embed.Nodes.Where((_, node) => seen[node]).Select(node => node.Name).ToHashSet();
        var twice = split.Description.Stages
            .SelectMany(stage => OnnxModelFile.Load(Path.Combine(split.Directory, stage.Name + ".onnx")).Model.Graph.Node)
            .Where(node => node.Name.Length > 0 && (Products.Is(node) || node.OpType == "LayerNormalization"))
            .GroupBy(node => node.Name).Where(same => same.Count() > (modulated.Contains(same.Key) ? 2 : 1));
        Assert.Empty(twice.Select(same => same.Key));
    }

    [Theory]
    [MemberData(nameof(Exports))]
    public void Streams_keep_their_names_and_axes_from_boundary_to_boundary(string name)
    {
        var boundaries = DenoiserInspector.Inspect(PathOf(name)).Boundaries.Skip(1).SkipLast(1).Select(boundary => boundary.Tensors.Where(tensor => tensor.Kind == "state").ToList()).ToList();
        Assert.All(boundaries, states => Assert.Equal("image", states[0].Name));
        foreach (var (before, after) in boundaries.Zip(boundaries.Skip(1)))
        {
            foreach (var state in after.Where(state => state.Axes.Count == 2 && before.Exists(same => same.Name == state.Name)))
            {
                Assert.Equal(before.Single(same => same.Name == state.Name).Axes, state.Axes);
            }
        }
    }

    [Theory]
    [InlineData("flux.onnx", "packed_height_width 16 sequence_length 8", "packed_height_width 64 sequence_length 77", "packed_height_width 24 sequence_length 1", "packed_height_width 5 sequence_length 5")]
    [InlineData("flux035.onnx", "packed_height_width 16 sequence_length 8", "packed_height_width 64 sequence_length 77", "packed_height_width 24 sequence_length 1", "packed_height_width 5 sequence_length 5")]
    [InlineData("rotary.onnx", "height 8 width 8 sequence_length 5", "height 16 width 8 sequence_length 1", "height 24 width 32 sequence_length 77")]
    [InlineData("controlnet.onnx", "height 8 width 8 sequence_length 5", "height 16 width 8 sequence_length 77", "height 24 width 40 sequence_length 3")]
    public void Stages_compute_what_the_whole_computes_at_any_size(string name, params string[] sets)
    {
        ArgumentNullException.ThrowIfNull(sets);
        var options = new SplitOptions { Verify = false };
        DenoiserSplitter.Split(PathOf(name), _folder.File("split"), options);
        var plan = SplitPlanner.Plan(OnnxModelFile.Load(PathOf(name)), options);
        var model = new ModelProto { IrVersion = plan.Graph.File.IrVersion, Graph = StageGraphWriter.WriteWhole(plan, withBoundaries: true) };
        model.OpsetImport.AddRange(plan.Graph.Model.OpsetImport);
        using var settings = RuntimeSessions.Settings();
        using var whole = new InferenceSession(model.ToByteArray(), settings);
        foreach (var (set, lanes) in sets.SelectMany(set => new[] { 1, 2, 3 }, (set, lanes) => (set, lanes)))
        {
            var words = set.Split(' ');
            var sizes = words.Chunk(2).ToDictionary(pair => pair[0], pair => long.Parse(pair[1], CultureInfo.InvariantCulture));
            sizes[ShapeTable.Batch] = lanes;
            Assert.All(SplitVerification.Compare(plan, _folder.File("split"), whole, sizes, CancellationToken.None), boundary => Assert.Equal(0, boundary.Difference));
        }
    }

    [Fact]
    public void Numbers_that_shapes_decide_are_handed_on_as_numbers()
    {
        var flux = DenoiserInspector.Inspect(PathOf("flux.onnx"));
        Assert.Contains("size.sequence_length[] conditioning", Denoisers.Line(flux, "embedded"), StringComparison.Ordinal);
        Assert.Equal("image[packed_height_width, 32]", Denoisers.Line(flux, "detail"));
        var head = OnnxModelFile.Load(Path.Combine(DenoiserSplitter.Split(PathOf("rotary.onnx"), _folder.File("split")).Directory, "head.onnx")).Model.Graph;
        Assert.Contains("embedded/size.height", head.Input.Select(input => input.Name));
        Assert.DoesNotContain("latent/image", head.Input.Select(input => input.Name));
    }

    [Fact]
    public void A_table_that_the_shape_of_the_latents_decides_is_conditioning() =>
        Assert.Contains("rotary.cos[1, height*width/4, 16] conditioning", Denoisers.Line(DenoiserInspector.Inspect(PathOf("rotary.onnx")), "embedded"), StringComparison.Ordinal);

    [Fact]
    public void Axes_that_the_inputs_name_apart_and_nodes_take_for_one_follow_from_each_other()
    {
        var inputs = DenoiserInspector.Inspect(PathOf("controlnet.onnx")).Inputs.ToDictionary(input => input.Name);
        Assert.Equal([(OnnxDimension)"batch", 8, "height/2", "width/2"], inputs["down_block_3"].Axes);
        Assert.Equal("control", inputs["mid_block"].Meaning);
    }

    [Fact]
    public void A_positions_input_keeps_its_token_axis()
    {
        var inputs = DenoiserInspector.Inspect(PathOf("flux035.onnx")).Inputs.ToDictionary(input => input.Name);
        Assert.Equal([(OnnxDimension)"packed_height_width", 3], inputs["img_ids"].Axes);
        Assert.Equal([(OnnxDimension)"sequence_length", 3], inputs["txt_ids"].Axes);
    }

    [Theory]
    [InlineData("flux.onnx")]
    [InlineData("flux035.onnx")]
    public void Nodes_out_of_order_change_nothing(string name)
    {
        var model = ModelVariants.OutOfOrder(OnnxModelFile.Load(PathOf(name)).Model);
        var path = _folder.Write("disordered.onnx", model.ToByteArray());
        var split = DenoiserSplitter.Split(path, _folder.File("split"), new SplitOptions { Verify = true });
        Assert.Equal(0, split.Verification!.Largest);
        var ordered = DenoiserInspector.Inspect(PathOf(name));
        Assert.All(ordered.Boundaries, boundary => Assert.Equal(Denoisers.Line(ordered, boundary.Name), Denoisers.Line(split.Description, boundary.Name)));
    }

    [Theory]
    [InlineData("sd3")]
    [InlineData("pixart")]
    [InlineData("unet")]
    [InlineData("wan")]
    public void A_batch_that_is_fixed_at_one_splits_and_is_marked(string name)
    {
        var model = ModelVariants.FixedBatch(Denoisers.Read(name), 1);
        var split = DenoiserSplitter.Split(_folder.Write("fixed.onnx", model.ToByteArray()), _folder.File("split"), new SplitOptions { Verify = true });
        Assert.Equal(0, split.Verification!.Largest);
        Assert.Contains("\"batch\": 1,", File.ReadAllText(Path.Combine(split.Directory, "manifest.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_timestep_under_an_unknown_name_is_asked_for_and_not_guessed()
    {
        var model = Denoisers.Read("pixart");
        foreach (var name in model.Graph.Node.Where(node => node.Input.Contains("timestep")))
        {
            name.Input[name.Input.IndexOf("timestep")] = "clock";
        }

        model.Graph.Input.Single(input => input.Name == "timestep").Name = "clock";
        var path = _folder.Write("clock.onnx", model.ToByteArray());
        Assert.Contains("Where one of them is the timestep, name it with --timestep.", Assert.Single(DenoiserInspector.Inspect(path).Notices), StringComparison.Ordinal);
        Assert.Empty(DenoiserInspector.Inspect(path, new SplitOptions { TimestepInput = "clock" }).Notices);
    }

    private static string PathOf(string name) => File.Exists(Path.Combine(AppContext.BaseDirectory, "Exports", name)) ? Path.Combine(AppContext.BaseDirectory, "Exports", name) : Path.Combine(Shared, name);
}
