namespace CachePolicies;

/// <summary>What a boundary between two stages means to a policy, whatever the model calls it.</summary>
public enum BoundaryRole
{
    /// <summary>A further cut without a meaning of its own, found by name (<c>structure.probe2</c>).</summary>
    Cut,

    /// <summary>The denoiser's input, z_t.</summary>
    Latent,

    /// <summary>Tokens before the first block, x.</summary>
    Embedded,

    /// <summary>After the first m structure blocks.</summary>
    StructureProbe,

    /// <summary>After all structure-defining (double-stream, encoder) blocks, z'_t in the H2-Cache paper.</summary>
    Structure,

    /// <summary>After the first detail-refining (single-stream, decoder) block.</summary>
    DetailProbe,

    /// <summary>Before the last B detail blocks.</summary>
    DetailTail,

    /// <summary>After the whole stack of blocks.</summary>
    Detail,

    /// <summary>The denoiser's output: velocity or predicted noise.</summary>
    Output,
}

/// <summary>The names that roles have in manifests and traces.</summary>
public static class BoundaryRoleNames
{
    private static readonly string[] Names =
        ["cut", "latent", "embedded", "structure.probe", "structure", "detail.probe", "detail.tail", "detail", "output"];

    /// <summary>The role's name: <c>structure.probe</c> for <see cref="BoundaryRole.StructureProbe"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration's.</exception>
    public static string ToName(this BoundaryRole role) => (uint)role < (uint)Names.Length
        ? Names[(int)role]
        : throw new ArgumentOutOfRangeException(nameof(role), role, "Not a boundary role.");

    /// <summary>The role of a name, case-sensitive.</summary>
    public static bool TryParse(string? name, out BoundaryRole role)
    {
        var index = Array.IndexOf(Names, name);
        role = (BoundaryRole)Math.Max(0, index);
        return index >= 0;
    }
}
