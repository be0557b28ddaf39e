using System.Numerics;

namespace CachePolicies;

/// <summary>A set of stages, by their indices in the layout.</summary>
/// <param name="Bits">Bit i stands for stage i.</param>
public readonly record struct StageSet(ulong Bits)
{
    /// <summary>How many stages are in it.</summary>
    public int Count => BitOperations.PopCount(Bits);

    /// <summary>All stages from boundary <paramref name="from"/> up to boundary <paramref name="to"/>.</summary>
    public static StageSet Between(int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, DenoiserLayout.MaximumStages);
        return to <= from ? default : new StageSet((to - from == 64 ? ulong.MaxValue : (1UL << (to - from)) - 1) << from);
    }

    /// <summary>Whether the stage is in it.</summary>
    public bool Contains(int stage) => (Bits >> stage & 1) != 0;

    /// <summary>Whether every stage of <paramref name="other"/> is in it.</summary>
    public bool Contains(StageSet other) => (Bits & other.Bits) == other.Bits;

    /// <summary>The set with one stage more.</summary>
    public StageSet With(int stage) => new(Bits | 1UL << stage);
}
