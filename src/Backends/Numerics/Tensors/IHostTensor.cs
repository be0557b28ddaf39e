namespace CachePolicies.Backends.Numerics;

/// <summary>
/// A <see cref="FeatureTensor"/> whose elements lie in host memory, contiguous, rows one after the other. A backend's tensor that shows this
/// interface can be read and written by <see cref="HostKernelCompiler"/>'s kernels and by <see cref="HostTransfers"/>.
/// </summary>
public interface IHostTensor
{
    /// <summary>The address of the first element. It does not move while a lease is held; aligned to the element type's size at least.</summary>
    nint Address { get; }
}
