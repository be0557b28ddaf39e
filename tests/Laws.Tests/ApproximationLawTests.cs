using CachePolicies.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Laws.Tests;

/// <summary>What approximations promise of the features that they make.</summary>
public class ApproximationLawTests
{
    private static readonly TensorShape Shape = new(2, 3);

    /// <summary>Three computed evaluations, the newest first, and the one that is approximated.</summary>
    private static readonly Arbitrary<(int[] Gaps, int Slope, int Offset)> Lines = Arb.From(
        from gaps in Gen.Choose(1, 6).ArrayOf(3)
        from slope in Gen.Choose(-8, 8)
        from offset in Gen.Choose(-8, 8)
        select (gaps, slope, offset));

    [Theory]
    [InlineData(1, ExtrapolationCoordinate.Index)]
    [InlineData(1, ExtrapolationCoordinate.Sigma)]
    [InlineData(2, ExtrapolationCoordinate.Index)]
    [InlineData(2, ExtrapolationCoordinate.Sigma)]
    public void Extrapolation_continues_a_line_exactly_whatever_the_gaps(int order, ExtrapolationCoordinate coordinate) => Law.Holds(Lines, line =>
    {
        int[] indices = [line.Gaps[0] + line.Gaps[1] + line.Gaps[2], line.Gaps[1] + line.Gaps[2], line.Gaps[2], 0];
        EvaluationInfo At(int index) => new(index, 100, 0, 1 - (index / 32f));
        float Value(int index) => (line.Slope * (coordinate == ExtrapolationCoordinate.Index ? index : At(index).Sigma)) + line.Offset;
        var found = Extrapolated(new Extrapolate(order, null, coordinate), At(indices[0]), [.. indices[1..].Select(At)], [.. indices[1..].Select(Value)]);
        Assert.Equal(Value(indices[0]), found, 1e-3f);
    });

    [Fact]
    public void The_second_order_bends_as_published()
    {
        // F = c² at 0, −1, −2: d¹ = −1, d² = 2, so F(k) = k² − k.
        EvaluationInfo At(int index) => new(index, 100, 0, 0);
        Assert.Equal(6, Extrapolated(new Extrapolate(2), At(5), [At(2), At(1), At(0)], [0, 1, 4]), 1e-4f);
        Assert.Equal(-3, Extrapolated(new Extrapolate(1), At(5), [At(2), At(1), At(0)], [0, 1, 4]), 1e-4f);
        Assert.Equal(-1.5f, Extrapolated(new Extrapolate(1, Damping: 0.5f), At(5), [At(2), At(1), At(0)], [0, 1, 4]), 1e-4f);
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(1f, 1f)]
    [InlineData(1.25f, 1.25f)]
    [InlineData(7f, 1.5f)]
    [InlineData(float.NaN, 1f)]
    public void Alignment_goes_as_far_as_the_probe_went_within_its_clip(float probeWent, float gamma)
    {
        var approximation = new AlignTrajectory(BoundaryRole.Embedded, BoundaryRole.StructureProbe);
        var operands = ApproximationOperands.Of(approximation, 2);
        float[] Same(float value) => Enumerable.Repeat(value, 6).ToArray();

        // Base 10; residuals 3 and 1; probe residuals 4 and 2, and now 2 + went · 2: NaN where they do not differ at all.
        var (newest, before, now) = float.IsNaN(probeWent) ? (2f, 2f, 2f) : (4f, 2f, 2 + (probeWent * 2));
        (float[], TensorShape)[] inputs = [(Same(10), Shape), (Same(3), Shape), (Same(1), Shape), (Same(100 + now), Shape), (Same(100), Shape), (Same(newest), Shape), (Same(before), Shape)];
        Assert.Equal(gamma, ReferenceArithmetic.Evaluate(approximation.BuildDiagnostic(operands)!, inputs)[0], 1e-5f);
        Assert.All(ReferenceArithmetic.Evaluate(approximation.Build(operands), inputs), value => Assert.Equal(10 + 1 + (gamma * 2), value, 1e-4f));
        Assert.All(ReferenceArithmetic.Evaluate(approximation.Build(ApproximationOperands.Of(approximation, 1)), inputs[..2]), value => Assert.Equal(13, value));
    }

    private static float Extrapolated(Extrapolate approximation, EvaluationInfo current, EvaluationInfo[] computed, float[] values)
    {
        var history = approximation.MaximumHistory;
        var scalars = new float[approximation.ScalarCount(history)];
        approximation.FillScalars(current, computed.AsSpan(0, history), scalars);
        var expression = approximation.Build(ApproximationOperands.Of(approximation, history));
        return ReferenceArithmetic.Evaluate(expression, [.. values.Take(history).Select(v => (Enumerable.Repeat(v, 6).ToArray(), Shape))], scalars)[0];
    }
}
