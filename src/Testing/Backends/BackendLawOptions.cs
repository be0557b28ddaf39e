using System.Collections.Immutable;

namespace CachePolicies.Testing;

/// <summary>What a backend can, and how exactly. The defaults are those of IEEE 754 float32 with sums in blocks of 2,048 elements.</summary>
public sealed record BackendLawOptions
{
    private const double Ieee = 1.0 / (1 << 24);

    /// <summary>How many kernels are drawn. The default is 40.</summary>
    public int Cases { get; init; } = 40;

    /// <summary>The floating-point types that the backend computes with.</summary>
    public ImmutableArray<ElementType> FloatingPointTypes { get; init; } = [ElementType.Float32, ElementType.Float16, ElementType.BFloat16];

    /// <summary>The relative error of one operation. The default is 2⁻²⁴; WGSL allows four times as much for a division.</summary>
    public double UnitRoundoff { get; init; } = Ieee;

    /// <summary>The error of a sum of n elements, relative to the sum of their magnitudes. The default is that of blocks of 2,048 with four running sums each.</summary>
    public Func<long, double> SumRoundoff { get; init; } = static n => (Math.Min(n, (2048 / 4) + 40) + 1) * Ieee;

    /// <summary>Makes another backend of the kind, which is disposed of; <see langword="null"/>, the default, leaves out what needs one.</summary>
    public Func<IDenoiserBackend>? Create { get; init; }

    internal ExpressionOracle Oracle => new(UnitRoundoff, SumRoundoff);
}
