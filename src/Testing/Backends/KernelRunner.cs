namespace CachePolicies.Testing;

/// <summary>Runs kernels on numbers from the host.</summary>
internal static class KernelRunner
{
    /// <summary>A tensor with these elements; the caller owns the lease.</summary>
    public static FeatureTensor Tensor(this IDenoiserBackend backend, ElementType type, TensorShape shape, params ReadOnlySpan<float> values)
    {
        ArgumentNullException.ThrowIfNull(backend);
        var tensor = backend.Rent(type, shape);
        backend.Upload(values, tensor);
        return tensor;
    }

    /// <summary>The elements of a tensor.</summary>
    public static float[] ToArray(this IDenoiserBackend backend, FeatureTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(tensor);
        var values = new float[tensor.Shape.ElementCount * tensor.Rows];
        backend.Download(tensor, values);
        return values;
    }

    /// <summary>Runs a kernel and returns the elements of its outputs.</summary>
    public static float[][] Run(this IDenoiserBackend backend, KernelSignature signature, float[][] inputs, params float[] scalars)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(signature);
        FeatureTensor[] sources = [.. inputs.Zip(signature.Inputs, (values, type) => backend.Tensor(type.ElementType, type.Shape, values))];
        FeatureTensor[] targets = [.. signature.OutputShapes.Select(s => backend.Rent(s.Rank == 0 ? ElementType.Float32 : signature.OutputType, s))];
        try
        {
            backend.Compile(signature).Run(sources, scalars, targets);
            return [.. targets.Select(backend.ToArray)];
        }
        finally
        {
            Array.ForEach(sources, t => t.Release());
            Array.ForEach(targets, t => t.Release());
        }
    }

    /// <summary>Measures a scalar expression over float32 inputs of one shape.</summary>
    public static float Measure(this IDenoiserBackend backend, TensorExpression expression, TensorShape shape, params float[][] inputs) =>
        Measure(backend, expression, ElementType.Float32, shape, inputs);

    /// <summary>Measures a scalar expression over inputs of one type and shape.</summary>
    public static float Measure(this IDenoiserBackend backend, TensorExpression expression, ElementType type, TensorShape shape, params float[][] inputs)
    {
        ArgumentNullException.ThrowIfNull(backend);
        var signature = new KernelSignature([.. inputs.Select(_ => new TensorType(type, shape))], 0, [expression]);
        FeatureTensor[] sources = [.. inputs.Select(values => backend.Tensor(type, shape, values))];
        try
        {
            return backend.Compile(signature).Measure(sources, []);
        }
        finally
        {
            Array.ForEach(sources, t => t.Release());
        }
    }

    /// <summary>Runs a kernel and compares each output with the oracle.</summary>
    public static void ExpectOracle(this IDenoiserBackend backend, KernelCase test, ExpressionOracle oracle)
    {
        ArgumentNullException.ThrowIfNull(test);
        ArgumentNullException.ThrowIfNull(oracle);
        var signature = test.Signature;
        var inputs = test.Inputs.Zip(signature.Inputs, (values, type) => ExpressionOracle.Exact(type.Shape, values)).ToArray();
        var actual = backend.Run(signature, test.Inputs, test.Scalars);
        for (var i = 0; i < actual.Length; i++)
        {
            var expected = oracle.Evaluate(signature.Outputs[i], inputs, test.Scalars);
            expected.Expect(actual[i], expected.Shape.Rank == 0 ? ElementType.Float32 : signature.OutputType);
        }
    }
}
