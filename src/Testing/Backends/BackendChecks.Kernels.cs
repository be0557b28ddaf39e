using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Testing;

internal sealed partial class BackendChecks
{
    /// <summary>A kernel agrees with the naive evaluation in float64.</summary>
    public void KernelsAgree()
    {
        (KernelCase Case, Exception Found)? broken = null;
        var drawn = Prop.ForAll(KernelCases.All(), test =>
        {
            try
            {
                if (Supports(test))
                {
                    Backend.ExpectOracle(test, options.Oracle);
                }
            }
            catch (Exception found)
            {
                broken = (test, found);
                throw;
            }
        });
        try
        {
            Check.One(Config.QuickThrowOnFailure.WithMaxTest(options.Cases).WithQuietOnSuccess(true), drawn);
        }
        catch (Exception report) when (broken is { } first)
        {
            throw new BackendLawException($"{first.Found.Message}, for {first.Case}. {report.Message.Split('\n')[0]}", first.Found);
        }
    }

    /// <summary>Equal signatures share a kernel.</summary>
    public void EqualSignaturesShareAKernel()
    {
        static KernelSignature Signature(int columns, float constant) => new(
            [new TensorType(ElementType.Float32, new TensorShape(4, columns))], 1, [TensorExpression.Input(0) * (TensorExpression.Scalar(0) + constant)]);
        var kernel = Backend.Compile(Signature(5, 2));
        Expect.Same(kernel, Backend.Compile(Signature(5, 2)));
        Expect.NotSame(kernel, Backend.Compile(Signature(6, 2)));
        Expect.NotSame(kernel, Backend.Compile(Signature(5, 3)));
        Expect.Equal(Signature(5, 2), kernel.Signature);
    }

    /// <summary>A kernel computes several outputs at once.</summary>
    public void OutputsAreComputedTogether()
    {
        foreach (var type in options.FloatingPointTypes)
        {
            var (a, b, s) = (TensorExpression.Input(0), TensorExpression.Input(1), TensorExpression.Scalar(0));
            ImmutableArray<TensorExpression> outputs = [a, (a - b).Abs().Mean(), (a * s) + b, a.AveragePool(2, 3), (b.Mean(1) * 2f) + a.Max(1), s + 1f];
            var signature = new KernelSignature([new TensorType(type, Tokens), new TensorType(type, Tokens)], 1, outputs);
            Backend.ExpectOracle(new KernelCase(signature, [Numbers(1, 60), Numbers(2, 60)], [0.25f]), options.Oracle);
        }
    }

    /// <summary>Types can be mixed and results stored in another.</summary>
    public void TypesMix()
    {
        foreach (var (first, second, output) in from f in options.FloatingPointTypes from s in options.FloatingPointTypes from o in options.FloatingPointTypes select (f, s, o))
        {
            var shape = new TensorShape(3, 41);
            var difference = TensorExpression.Input(0) - (TensorExpression.Input(1) * 0.5f);
            var signature = new KernelSignature([new TensorType(first, shape), new TensorType(second, shape)], 0, [difference, difference.Square().Sum()], output);
            Backend.ExpectOracle(new KernelCase(signature, [Numbers(1, 123), Numbers(2, 123)], []), options.Oracle);
        }
    }

    /// <summary>A number can be an input and an output.</summary>
    public void NumbersAreOperands()
    {
        var signature = new KernelSignature(
            [new TensorType(ElementType.Float32, Tokens), new TensorType(ElementType.Float32, TensorShape.Scalar)],
            0,
            [TensorExpression.Input(0) * TensorExpression.Input(1), TensorExpression.Input(1).Square()]);
        var outputs = Backend.Run(signature, [Numbers(1, 60), [-3]]);
        Expect.Sequence(Numbers(1, 60).Select(x => x * -3), outputs[0]);
        Expect.Sequence([9f], outputs[1]);
    }

    /// <summary>NaN spreads except where it is replaced.</summary>
    public void NaNSpreads()
    {
        var shape = new TensorShape(2, 50);
        var numbers = Numbers(1, 100);
        numbers[57] = float.NaN;
        var a = TensorExpression.Input(0);
        Expect.True(float.IsNaN(Backend.Measure(a.Mean(), shape, numbers)));
        Expect.True(float.IsNaN(Backend.Measure(a.Max(), shape, numbers)));
        Expect.True(float.IsNaN(Backend.Measure(a.Clamp(-1, 1).Abs().Sum(), shape, numbers)));
        Expect.True(float.IsNaN(Backend.Measure(a.AveragePool(2, 5).Max(), shape, numbers)));
        Expect.Equal(8, Backend.Measure(a.OrIfNaN(8).Max(), shape, numbers));
        Expect.Equal(2, Backend.Measure(a.Mean().OrIfNaN(2), shape, numbers));
        Expect.True(float.IsNaN(Backend.Measure(a.Mean().Clamp(0, 1), shape, numbers)));

        // The ragged edge of a pooled tensor is dropped, and what it holds with it.
        var edge = Numbers(1, 100);
        edge[99] = float.NaN;
        Expect.True(float.IsFinite(Backend.Measure(a.AveragePool(2, 7).Mean(), shape, edge)));
    }

    /// <summary>A kernel that has no single number cannot be measured.</summary>
    public void OnlyNumbersAreMeasured()
    {
        var tensor = Backend.Rent(ElementType.Float32, Tokens);
        var kernel = Backend.Compile(new KernelSignature([new TensorType(ElementType.Float32, Tokens)], 0, [TensorExpression.Input(0) + 1f]));
        Expect.Names(Expect.Throws<InvalidOperationException>(() => kernel.Measure([tensor], [])), "[6, 10]");
        tensor.Release();
    }

    /// <summary>Operands that do not fit the signature are refused.</summary>
    public void OperandsAreChecked()
    {
        var kernel = Backend.Compile(new KernelSignature(
            [new TensorType(ElementType.Float32, Tokens), new TensorType(ElementType.Float32, Tokens)], 1, [TensorExpression.Input(0) + (TensorExpression.Input(1) * TensorExpression.Scalar(0))]));
        var (a, b, result) = (Backend.Rent(ElementType.Float32, Tokens), Backend.Rent(ElementType.Float32, Tokens), Backend.Rent(ElementType.Float32, Tokens));
        var (turned, half, batch) = (Backend.Rent(ElementType.Float32, new TensorShape(10, 6)), Backend.Rent(ElementType.Float16, Tokens), Backend.Rent(ElementType.Float32, Tokens, 2));
        Expect.Throws<ArgumentException>(() => kernel.Run([a], [1], [result]));
        Expect.Throws<ArgumentException>(() => kernel.Run([a, b], [], [result]));
        Expect.Throws<ArgumentException>(() => kernel.Run([a, b], [1], []));
        Expect.Names(Expect.Throws<ArgumentException>(() => kernel.Run([a, turned], [1], [result])), "[10, 6]", "[6, 10]");
        Expect.Names(Expect.Throws<ArgumentException>(() => kernel.Run([a, half], [1], [result])), "Float16", "Float32");
        Expect.Throws<ArgumentException>(() => kernel.Run([a, batch], [1], [result]));
        Expect.Throws<ArgumentException>(() => kernel.Run([a, b], [1], [turned]));
        Expect.Throws<ArgumentException>(() => kernel.Run([a, b], [1], [a]));
        kernel.Run([a, a], [1], [result]);

        result.Release();
        Expect.Throws<ObjectDisposedException>(() => kernel.Run([a, b], [1], [result]));
        Array.ForEach([a, b, turned, half, batch], t => t.Release());
    }

    /// <summary>Integers are not operands.</summary>
    public void IntegersAreNoOperands()
    {
        Expect.Throws<NotSupportedException>(() => Backend.Compile(new KernelSignature([new TensorType(ElementType.Int64, Tokens)], 0, [TensorExpression.Input(0).Mean()])));
    }

    /// <summary>A number that the signature does not have is refused.</summary>
    public void UnknownScalarsAreRefused()
    {
        var signature = new KernelSignature([new TensorType(ElementType.Float32, Tokens)], 1, [TensorExpression.Input(0) * TensorExpression.Scalar(1)]);
        Expect.Names(Expect.Throws<ArgumentException>(() => Backend.Compile(signature)), "scalar 1");
    }
}
