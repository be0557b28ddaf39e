namespace CachePolicies;

/// <summary>Compiled expressions. Thread-safe, allocation-free in steady state, owned by its backend.</summary>
public interface IExpressionKernel
{
    /// <summary>What was compiled.</summary>
    KernelSignature Signature { get; }

    /// <summary>Computes the outputs on the device. All tensors have one row; no output may be an input.</summary>
    /// <param name="inputs">As the signature says.</param>
    /// <param name="scalars">As many numbers as the signature says.</param>
    /// <param name="outputs">One tensor an output; a scalar output goes to a float32 tensor of shape <c>[]</c>.</param>
    void Run(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<float> scalars, ReadOnlySpan<FeatureTensor> outputs);

    /// <summary>Computes the one scalar of a measurement and brings it to the host.</summary>
    /// <exception cref="InvalidOperationException">The signature is not a measurement.</exception>
    float Measure(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<float> scalars);
}
