namespace CachePolicies.Abstractions.Tests;

public class AxisFormulaTests
{
    private static readonly Dictionary<string, int> Sizes = new() { ["height"] = 6, ["width"] = 8, ["text"] = 5, ["odd/name"] = 3 };

    [Theory]
    [InlineData("height", 6)]
    [InlineData("height*2", 12)]
    [InlineData("height/2", 3)]
    [InlineData("height*width/4", 12)]
    [InlineData("height*width/4+text", 17)]
    [InlineData("text*4-3", 17)]
    [InlineData("height*3/2+width-1", 16)]
    [InlineData("odd/name", 3)]
    public void A_formula_has_the_size_that_its_axes_give(string formula, int size) => Assert.Equal(size, AxisFormula.Evaluate(formula, Sizes));

    [Theory]
    [InlineData("frames")]
    [InlineData("frames*height")]
    [InlineData("height+frames")]
    public void An_axis_without_a_size_leaves_the_formula_free(string formula) => Assert.Null(AxisFormula.Evaluate(formula, Sizes));

    [Theory]
    [InlineData("height/4", "The axis 'height/4' does not come out whole with height = 6: 6 is not a multiple of 4.")]
    [InlineData("text-5", "The axis 'text-5' would have 0 elements with text = 5; expected 1 to 2147483647.")]
    [InlineData("height/0", "The axis 'height/0' does not come out whole with height = 6: 6 is not a multiple of 0.")]
    [InlineData("width*999999999*999999999*999999999", "The axis 'width*999999999*999999999*999999999' is too large to count with width = 8.")]
    public void Sizes_that_give_no_axis_are_refused_with_the_reason(string formula, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidLayoutException>(() => AxisFormula.Evaluate(formula, Sizes)).Message);

    [Fact]
    public void A_layout_asks_for_the_axes_of_formulas_and_binds_them()
    {
        var layout = new DenoiserLayout(
            "model",
            [],
            [
                new Boundary("latent", BoundaryRole.Latent, [new TensorDescriptor("image", TensorKind.State, ElementType.Float32, new TensorShape(4, "height", "width"))]),
                new Boundary("output", BoundaryRole.Output, [new TensorDescriptor("image", TensorKind.State, ElementType.Float32, new TensorShape("height*width/4", 16))]),
            ],
            [new StageDescriptor("all", "latent/image")]);
        Assert.Equal(["height", "width"], layout.FreeAxes());
        Assert.Equal(new TensorShape(12, 16), layout.Bind(Sizes).Boundaries[1].Primary.Shape);
    }
}
