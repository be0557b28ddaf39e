using System.Collections.Immutable;
using Xunit;

namespace CachePolicies.TestSupport;

public abstract partial class BackendContract
{
    [Property(MaxTest = 40, Arbitrary = [typeof(ExpressionGenerators)])]
    public void A_kernel_agrees_with_the_naive_evaluation_in_float64(KernelCase test)
    {
        if (Supports(test))
        {
            Backend.AssertMatchesOracle(test, Oracle);
        }
    }

    [Fact]
    public void Equal_signatures_share_a_kernel()
    {
        static KernelSignature Signature(int columns, float constant) => new(
            [new TensorType(ElementType.Float32, new TensorShape(4, columns))], 1, [TensorExpression.Input(0) * (TensorExpression.Scalar(0) + constant)]);
        var kernel = Backend.Compile(Signature(5, 2));
        Assert.Same(kernel, Backend.Compile(Signature(5, 2)));
        Assert.NotSame(kernel, Backend.Compile(Signature(6, 2)));
        Assert.NotSame(kernel, Backend.Compile(Signature(5, 3)));
        Assert.Equal(Signature(5, 2), kernel.Signature);
    }

    [Fact]
    public void A_kernel_computes_several_outputs_at_once()
    {
        foreach (var type in FloatingPointTypes)
        {
            var (a, b, s) = (TensorExpression.Input(0), TensorExpression.Input(1), TensorExpression.Scalar(0));
            ImmutableArray<TensorExpression> outputs = [a, (a - b).Abs().Mean(), (a * s) + b, a.AveragePool(2, 3), (b.Mean(1) * 2f) + a.Max(1), s + 1f];
            var signature = new KernelSignature([new TensorType(type, Tokens), new TensorType(type, Tokens)], 1, outputs);
            Backend.AssertMatchesOracle(new KernelCase(signature, [Numbers(1, 60), Numbers(2, 60)], [0.25f]), Oracle);
        }
    }

    [Fact]
    public void Types_can_be_mixed_and_results_stored_in_another()
    {
        foreach (var (first, second, output) in from f in FloatingPointTypes from s in FloatingPointTypes from o in FloatingPointTypes select (f, s, o))
        {
            var shape = new TensorShape(3, 41);
            var difference = TensorExpression.Input(0) - (TensorExpression.Input(1) * 0.5f);
            var signature = new KernelSignature([new TensorType(first, shape), new TensorType(second, shape)], 0, [difference, difference.Square().Sum()], output);
            Backend.AssertMatchesOracle(new KernelCase(signature, [Numbers(1, 123), Numbers(2, 123)], []), Oracle);
        }
    }

    [Fact]
    public void A_number_can_be_an_input_and_an_output()
    {
        var signature = new KernelSignature(
            [new TensorType(ElementType.Float32, Tokens), new TensorType(ElementType.Float32, TensorShape.Scalar)],
            0,
            [TensorExpression.Input(0) * TensorExpression.Input(1), TensorExpression.Input(1).Square()]);
        var outputs = Backend.Run(signature, [Numbers(1, 60), [-3]]);
        Assert.Equal(Numbers(1, 60).Select(x => x * -3), outputs[0]);
        Assert.Equal([9f], outputs[1]);
    }

    [Fact]
    public void Not_a_number_spreads_save_where_it_is_replaced()
    {
        var shape = new TensorShape(2, 50);
        var numbers = Numbers(1, 100);
        numbers[57] = float.NaN;
        var a = TensorExpression.Input(0);
        Assert.True(float.IsNaN(Backend.Measure(a.Mean(), shape, numbers)));
        Assert.True(float.IsNaN(Backend.Measure(a.Max(), shape, numbers)));
        Assert.True(float.IsNaN(Backend.Measure(a.Clamp(-1, 1).Abs().Sum(), shape, numbers)));
        Assert.True(float.IsNaN(Backend.Measure(a.AveragePool(2, 5).Max(), shape, numbers)));
        Assert.Equal(8, Backend.Measure((a.OrIfNaN(8) + a.OrIfNaN(0)).Max() - a.OrIfNaN(0).Max(), shape, numbers), 8f);
        Assert.Equal(2, Backend.Measure(a.Mean().OrIfNaN(2), shape, numbers));
        Assert.True(float.IsNaN(Backend.Measure(a.Mean().Clamp(0, 1), shape, numbers)));

        // The ragged edge of a pooled tensor is dropped, and what it holds with it.
        var edge = Numbers(1, 100);
        edge[99] = float.NaN;
        Assert.True(float.IsFinite(Backend.Measure(a.AveragePool(2, 7).Mean(), shape, edge)));
    }

    [Fact]
    public void A_kernel_that_has_no_single_number_cannot_be_measured()
    {
        var tensor = Backend.Rent(ElementType.Float32, Tokens);
        var kernel = Backend.Compile(new KernelSignature([new TensorType(ElementType.Float32, Tokens)], 0, [TensorExpression.Input(0) + 1f]));
        AssertNames(Assert.Throws<InvalidOperationException>(() => kernel.Measure([tensor], [])), "[6, 10]");
        tensor.Release();
    }

    [Fact]
    public void Operands_that_do_not_fit_the_signature_are_refused()
    {
        var kernel = Backend.Compile(new KernelSignature(
            [new TensorType(ElementType.Float32, Tokens), new TensorType(ElementType.Float32, Tokens)], 1, [TensorExpression.Input(0) + (TensorExpression.Input(1) * TensorExpression.Scalar(0))]));
        var (a, b, result) = (Backend.Rent(ElementType.Float32, Tokens), Backend.Rent(ElementType.Float32, Tokens), Backend.Rent(ElementType.Float32, Tokens));
        var (turned, half, batch) = (Backend.Rent(ElementType.Float32, new TensorShape(10, 6)), Backend.Rent(ElementType.Float16, Tokens), Backend.Rent(ElementType.Float32, Tokens, 2));
        Assert.Throws<ArgumentException>(() => kernel.Run([a], [1], [result]));
        Assert.Throws<ArgumentException>(() => kernel.Run([a, b], [], [result]));
        Assert.Throws<ArgumentException>(() => kernel.Run([a, b], [1], []));
        AssertNames(Assert.Throws<ArgumentException>(() => kernel.Run([a, turned], [1], [result])), "[10, 6]", "[6, 10]");
        AssertNames(Assert.Throws<ArgumentException>(() => kernel.Run([a, half], [1], [result])), "Float16", "Float32");
        Assert.Throws<ArgumentException>(() => kernel.Run([a, batch], [1], [result]));
        Assert.Throws<ArgumentException>(() => kernel.Run([a, b], [1], [turned]));
        Assert.Throws<ArgumentException>(() => kernel.Run([a, b], [1], [a]));
        kernel.Run([a, a], [1], [result]);

        result.Release();
        Assert.Throws<ObjectDisposedException>(() => kernel.Run([a, b], [1], [result]));
        Array.ForEach([a, b, turned, half, batch], t => t.Release());
    }

    [Fact]
    public void Integers_are_no_operands()
    {
        Assert.Throws<NotSupportedException>(() => Backend.Compile(new KernelSignature([new TensorType(ElementType.Int64, Tokens)], 0, [TensorExpression.Input(0).Mean()])));
    }

    [Fact]
    public void A_number_that_the_signature_does_not_have_is_refused()
    {
        var signature = new KernelSignature([new TensorType(ElementType.Float32, Tokens)], 1, [TensorExpression.Input(0) * TensorExpression.Scalar(1)]);
        AssertNames(Assert.Throws<ArgumentException>(() => Backend.Compile(signature)), "scalar 1");
    }
}
