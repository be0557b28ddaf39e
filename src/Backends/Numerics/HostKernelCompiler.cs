using System.Collections.Concurrent;
using CachePolicies.Backends.Numerics.Compilation;
using CachePolicies.Backends.Numerics.Execution;
using CachePolicies.Backends.Numerics.Plans;

namespace CachePolicies.Backends.Numerics;

/// <summary>
/// Compiles expressions for tensors in host memory (<see cref="IHostTensor"/>), float32, float16 or bfloat16 in any mixture. Thread-safe. Equal
/// signatures share one kernel; kernels share scratch memory, so that they allocate nothing once warm.
/// </summary>
/// <remarks>
/// <para>
/// A kernel runs block by block through memory: all reductions that do not depend on each other, over operands of one shape, are taken in one pass, and
/// so is each tensor output. Relative L1 reads its two tensors once; trajectory alignment reads its probes once for γ and the states once for
/// the result; pooled estimators stream over the windows' rows and keep no thumbnail.
/// </para>
/// <para>
/// Elementwise arithmetic is float32. A sum is taken over blocks of at most <see cref="BlockLength"/> = B elements in float32 with at least four
/// running sums, and across blocks in float64; a pooling window is summed in float32 over at most 32 rows and a block of columns, and in float64
/// beyond. With u = 2⁻²⁴ the error of a sum or mean is at most (B/4 + 40) · u relative to the sum or mean of the magnitudes, however many the elements:
/// 3.3·10⁻⁵ in the worst case.
/// </para>
/// </remarks>
public sealed class HostKernelCompiler
{
    /// <summary>The most elements that are summed in float32 before the sum goes to float64.</summary>
    public const int BlockLength = KernelPlan.LongestBlock;

    private readonly ConcurrentDictionary<KernelSignature, HostKernel> _kernels = new();
    private readonly WorkspacePool _workspaces = new();
    private readonly Func<KernelSignature, HostKernel> _compile;

    /// <summary>Creates a compiler without kernels.</summary>
    public HostKernelCompiler() => _compile = signature => new HostKernel(signature, KernelPlanner.Plan(signature), _workspaces);

    /// <summary>Compiles a signature, or returns the kernel of an equal one. <see cref="object.ToString"/> of a kernel lists what it does, block by block.</summary>
    /// <exception cref="NotSupportedException">The signature reads or writes integers.</exception>
    /// <exception cref="ArgumentException">An expression reads a scalar that the signature does not have.</exception>
    public IExpressionKernel Compile(KernelSignature signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        return _kernels.TryGetValue(signature, out var kernel) ? kernel : _kernels.GetOrAdd(signature, _compile);
    }
}
