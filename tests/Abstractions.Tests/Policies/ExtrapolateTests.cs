namespace CachePolicies.Abstractions.Tests.Policies;

public sealed class ExtrapolateTests
{
    [Property(MaxTest = 300)]
    public void First_order_reproduces_any_line_whatever_the_gaps(sbyte slope, sbyte offset, byte gap, byte ahead)
    {
        EvaluationInfo[] computed = [At(gap + 1), At(0)];
        var predicted = Predict(new Extrapolate(1), At(gap + 2 + ahead), computed, c => (slope * c) + offset);
        Assert.Equal((slope * (gap + 2.0 + ahead)) + offset, predicted, 1e-2 * (1 + Math.Abs((int)slope) * (1 + ahead)));
    }

    [Fact]
    public void Second_order_is_the_Taylor_sum_of_backward_differences()
    {
        // F = c²: d¹ = (16 − 4)/2 = 6, d² = (6 − (4 − 0)/2)/2 = 2; two ahead: 16 + 6·2 + 2·2²/2 = 32.
        EvaluationInfo[] computed = [At(4), At(2), At(0)];
        Assert.Equal(32, Predict(new Extrapolate(2), At(6), computed, c => c * c), 1e-4);
    }

    [Fact]
    public void Damping_weighs_each_order_by_its_power()
    {
        EvaluationInfo[] computed = [At(4), At(2), At(0)];
        Assert.Equal(16 + (0.5 * 12) + (0.25 * 4), Predict(new Extrapolate(2, Damping: 0.5f), At(6), computed, c => c * c), 1e-4);
        Assert.Equal(16, Predict(new Extrapolate(2, Damping: 0), At(6), computed, c => c * c), 1e-4);
    }

    [Fact]
    public void Sigma_serves_as_coordinate_on_an_uneven_schedule()
    {
        EvaluationInfo[] computed = [new(5, 10, 0, 0.4f), new(3, 10, 0, 0.9f)];
        var scalars = new float[2];
        new Extrapolate(1, Coordinate: ExtrapolationCoordinate.Sigma).FillScalars(new(6, 10, 0, 0.3f), computed, scalars);
        Assert.Equal(1.2f, scalars[0], 1e-5f);
        Assert.Equal(-0.2f, scalars[1], 1e-5f);
    }

    [Theory]
    [InlineData(0.5f, 0.5f, 0.7f, 1, 0, 0)]
    [InlineData(0.5f, 0.7f, 0.7f, 1.5f, -0.5f, 0)]
    public void Two_evaluations_at_one_sigma_lower_the_order_and_never_divide_by_zero(float c0, float c1, float c2, float w0, float w1, float w2)
    {
        EvaluationInfo[] computed = [new(5, 10, 0, c0), new(4, 10, 0, c1), new(3, 10, 0, c2)];
        var scalars = new float[3];
        new Extrapolate(2, Coordinate: ExtrapolationCoordinate.Sigma).FillScalars(new(6, 10, 0, 0.4f), computed, scalars);
        Assert.Equal(w0, scalars[0], 1e-5f);
        Assert.Equal(w1, scalars[1], 1e-5f);
        Assert.Equal(w2, scalars[2], 1e-5f);
    }

    [Fact]
    public void With_one_computed_evaluation_it_is_plain_reuse()
    {
        var operands = new ApproximationOperands(1, false);
        Assert.Equal(operands.Kept(0), new Extrapolate(2).Build(operands));
        Assert.Equal(0, new Extrapolate(2).ScalarCount(1));
    }

    [Fact]
    public void Orders_and_damping_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Extrapolate(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Extrapolate(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Extrapolate(1, Damping: float.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Extrapolate(1, Damping: 1.1f));
    }

    private static EvaluationInfo At(int index) => new(index, 1000, 0, 0);

    private static double Predict(Extrapolate extrapolate, EvaluationInfo current, EvaluationInfo[] computed, Func<double, double> feature)
    {
        var scalars = new float[extrapolate.ScalarCount(computed.Length)];
        extrapolate.FillScalars(current, computed, scalars);
        return scalars.Select((w, i) => w * feature(computed[i].Index)).Sum();
    }
}
