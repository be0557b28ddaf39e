using CachePolicies.Backends.OnnxRuntime;

namespace CachePolicies.Diffusers;

/// <summary>
/// Which parts of a pipeline are open together: before one is opened, others are closed until all fit in the budget, in the order in which they were
/// added. What is in use stays open. Thread-safe.
/// </summary>
/// <param name="bytes">The most bytes of weights that are open together; <see langword="null"/> to close nothing.</param>
internal sealed class MemoryBudget(long? bytes)
{
    private readonly List<IClosablePart> _parts = [];

    /// <summary>The budget that holds for a pipeline: what was asked for, else the backend's memory limit, else on the processor four fifths of the memory that the process may use.</summary>
    public static long? Of(long? asked, OnnxRuntimeBackend backend) =>
        asked ?? backend.MemoryLimit ?? (backend.UsesHostMemory ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 5 * 4 : null);

    /// <summary>Adds a part; those that are added first are closed first. Not while parts are opened.</summary>
    public void Add(IClosablePart part) => _parts.Add(part);

    /// <summary>Closes parts until another one fits beside those that are left.</summary>
    /// <param name="needed">Bytes of the part that is opened next.</param>
    /// <param name="opening">The part, where it was added.</param>
    public void MakeRoom(long needed, IClosablePart? opening = null)
    {
        var open = _parts.Where(p => p != opening && p.IsOpen).ToArray();
        var sum = needed + open.Sum(p => p.Bytes);
        foreach (var part in open)
        {
            if (bytes is null || sum <= bytes)
            {
                return;
            }

            sum -= part.TryClose() ? part.Bytes : 0;
        }
    }
}
