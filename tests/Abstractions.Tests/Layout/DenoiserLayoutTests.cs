using static CachePolicies.Abstractions.Tests.FluxLayout;

namespace CachePolicies.Abstractions.Tests.Layout;

public sealed class DenoiserLayoutTests
{
    [Fact]
    public void Boundaries_are_found_by_role_by_name_and_by_a_roles_name()
    {
        var layout = Create();
        Assert.Equal(2, layout.IndexOf(BoundaryRole.StructureProbe));
        Assert.Equal(3, layout.IndexOf("structure.probe2"));
        Assert.Equal(2, layout.IndexOf("structure.probe"));
        Assert.Equal(-1, layout.IndexOf(BoundaryRole.DetailProbe));
        Assert.Equal(-1, layout.IndexOf(BoundaryRole.Cut));
    }

    [Fact]
    public void A_missing_boundary_is_refused_with_what_there_is_and_how_to_get_it()
    {
        var refused = Assert.Throws<CachePlanException>(() => Create().Require(BoundaryRole.DetailProbe));
        Assert.Contains("detail.probe", refused.Message, StringComparison.Ordinal);
        Assert.Contains("latent, embedded, structure.probe", refused.Message, StringComparison.Ordinal);
        Assert.Contains("cachepolicies split", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_are_resolved_to_their_producers()
    {
        var layout = Create();
        Assert.Equal([TensorSource.AtBoundary(0, 0), TensorSource.OfInput(0)], layout.ReadsOf(0).ToArray());
        Assert.Equal([TensorSource.AtBoundary(5, 0), TensorSource.AtBoundary(1, 2)], layout.ReadsOf(5).ToArray());
        Assert.Same(Vec, layout.DescriptorOf(TensorSource.AtBoundary(1, 2)));
    }

    [Fact]
    public void Free_axes_get_their_sizes_when_the_layout_is_bound()
    {
        var latent = State("image", "tokens", 3);
        var layout = new DenoiserLayout("free", [], [new("latent", BoundaryRole.Latent, latent), new("output", BoundaryRole.Output, latent)], [new("all", "latent/image")]);
        Assert.False(layout.IsConcrete);
        Assert.Equal(["tokens"], layout.FreeAxes());

        var bound = layout.Bind(new Dictionary<string, int> { ["tokens"] = 7 });
        Assert.True(bound.IsConcrete);
        Assert.Equal(7 * 3 * 4, bound.Latent.Primary.ByteLength);
        Assert.Contains("tokens", Assert.Throws<InvalidLayoutException>(() => layout.Bind(new Dictionary<string, int>())).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidLayoutException>(() => layout.Bind(new Dictionary<string, int> { ["tokens"] = 0 }));
        Assert.Throws<InvalidOperationException>(() => layout.Latent.Primary.ByteLength);
    }

    public static TheoryData<string, Func<DenoiserLayout>> Contradictions() => new()
    {
        { "at least the boundaries", () => new("x", [], [new("latent", BoundaryRole.Latent, Image)], []) },
        { "one stage between", () => Two([]) },
        { "must have the role 'latent'", () => new("x", [], [new("a", BoundaryRole.Embedded, Image), new("output", BoundaryRole.Output, Image)], [new("s")]) },
        { "must have the role 'output'", () => new("x", [], [new("latent", BoundaryRole.Latent, Image), new("b", BoundaryRole.Detail, Image)], [new("s")]) },
        { "two of the boundary 'latent'", () => new("x", [], [new("latent", BoundaryRole.Latent, Image), new("latent", BoundaryRole.Output, Image)], [new("s")]) },
        { "after 'structure'", () => Three(BoundaryRole.Structure, BoundaryRole.Embedded) },
        { "each role occurs once", () => Three(BoundaryRole.Detail, BoundaryRole.Detail) },
        { "holds no state", () => new("x", [], [new("latent", BoundaryRole.Latent, Modulated), new("output", BoundaryRole.Output, Image)], [new("s")]) },
        { "which is not an input", () => Two([new("s", "timestep")]) },
        { "there is no boundary 'middle'", () => Two([new("s", "middle/image")]) },
        { "produced only later", () => Two([new("s", "output/image")]) },
        { "holds image", () => Two([new("s", "latent/text")]) },
        { "inputs other than the latent are conditioning", () => new("x", [Image], [new("latent", BoundaryRole.Latent, Image), new("output", BoundaryRole.Output, Image)], [new("s")]) },
        { "a signal", () => new("x", [], [new("latent", BoundaryRole.Latent, Image, Modulated), new("output", BoundaryRole.Output, Image)], [new("s", "latent/modulated")]) },
        { "from an earlier boundary", () => new("x", [], [new("latent", BoundaryRole.Latent, Image), new("embedded", BoundaryRole.Embedded, Image), new("output", BoundaryRole.Output, Image)], [new("a", "latent/image"), new("b", "latent/image")]) },
        { "'latent/image' of 'x' declares what its shape cannot hold: 4 frames along axis 0 of [6, 4] is not possible; 6 is not a multiple of 4.", () => Video(new FrameAxis(0, 4)) },
        { "0 frames along axis 0 of [6, 4] is not possible; at least 1 frame.", () => Video(new FrameAxis(0, 0)) },
        { "3 frames along axis 2 of [6, 4] is not possible; its axes are 0 to 1.", () => Video(new FrameAxis(2, 3)) },
        { "65 stages", () => new("x", [], [new("latent", BoundaryRole.Latent, Image), .. Enumerable.Range(0, 64).Select(i => new Boundary($"c{i}", BoundaryRole.Cut, Image)), new("output", BoundaryRole.Output, Image)], [.. Enumerable.Range(0, 65).Select(i => new StageDescriptor($"s{i}"))]) },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void A_layout_that_contradicts_itself_is_refused_by_name(string message, Func<DenoiserLayout> create) =>
        Assert.Contains(message, Assert.Throws<InvalidLayoutException>(create).Message, StringComparison.Ordinal);

    [Fact]
    public void A_number_of_frames_is_a_free_axis_until_it_is_bound()
    {
        var layout = Video(new FrameAxis(0, "frames"));
        Assert.False(layout.IsConcrete);
        Assert.Equal(["frames"], layout.FreeAxes());
        Assert.Contains("frames", Assert.Throws<InvalidLayoutException>(() => layout.Bind(new Dictionary<string, int>())).Message, StringComparison.Ordinal);
        var bound = layout.Bind(new Dictionary<string, int> { ["frames"] = 3 });
        Assert.Equal(new FrameAxis(0, 3), bound.Latent.Primary.Frames);
        Assert.Equal(new TensorShape(2, 4), bound.Latent.Primary.Frames!.FrameOf(bound.Latent.Primary.Shape));
    }

    [Fact]
    public void Shapes_are_equal_by_value_and_say_what_is_wrong()
    {
        Assert.Equal(new TensorShape(2, 3), new TensorShape(2, 3));
        Assert.NotEqual(new TensorShape(2, 3), new TensorShape(3, 2));
        Assert.Equal(1, TensorShape.Scalar.ElementCount);
        Assert.Contains("[2, 0]", Assert.Throws<ArgumentException>(() => new TensorShape(2, 0)).Message, StringComparison.Ordinal);
        Assert.Throws<OverflowException>(() => new TensorShape(int.MaxValue, int.MaxValue, int.MaxValue));
    }

    [Fact]
    public void Every_role_has_a_name_that_is_parsed_back()
    {
        foreach (var role in Enum.GetValues<BoundaryRole>())
        {
            Assert.True(BoundaryRoleNames.TryParse(role.ToName(), out var parsed));
            Assert.Equal(role, parsed);
        }

        Assert.False(BoundaryRoleNames.TryParse("nowhere", out _));
    }

    private static DenoiserLayout Video(FrameAxis frames) => new(
        "x", [], [new("latent", BoundaryRole.Latent, Image with { Frames = frames }), new("output", BoundaryRole.Output, Image)], [new("s")]);

    private static DenoiserLayout Two(StageDescriptor[] stages) =>
        new("x", [], [new("latent", BoundaryRole.Latent, Image), new("output", BoundaryRole.Output, Image)], [.. stages]);

    private static DenoiserLayout Three(BoundaryRole first, BoundaryRole second) => new(
        "x", [], [new("latent", BoundaryRole.Latent, Image), new("a", first, Image), new("b", second, Image), new("output", BoundaryRole.Output, Image)], [new("s"), new("t"), new("u")]);
}
