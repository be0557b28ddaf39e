namespace CachePolicies.Testing;

/// <summary>What every backend does alike: each law's check. Broken ones throw a <see cref="BackendLawException"/>.</summary>
/// <param name="backend">The backend under test.</param>
/// <param name="options">What it can, and how exactly.</param>
internal sealed partial class BackendChecks(IDenoiserBackend backend, BackendLawOptions options)
{
    private IDenoiserBackend Backend => backend;

    /// <summary>Numbers in [−4, 4] that every element type holds exactly, different for each seed.</summary>
    private static float[] Numbers(int seed, long count)
    {
        var numbers = new float[count];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = MathF.Round(128 * MathF.Sin((seed * 1.7f) + (i * (0.7f + (0.013f * seed))))) / 32;
        }

        return numbers;
    }

    /// <summary>Whether the backend computes with the types of a case.</summary>
    private bool Supports(KernelCase test) =>
        options.FloatingPointTypes.Contains(test.Signature.OutputType) && test.Signature.Inputs.All(i => options.FloatingPointTypes.Contains(i.ElementType));

    /// <summary>A tensor of no backend at all.</summary>
    private sealed class ForeignTensor(ElementType elementType, TensorShape shape, int rows = 1) : FeatureTensor(elementType, shape, rows)
    {
        protected override void ReturnToPool()
        {
        }
    }
}
