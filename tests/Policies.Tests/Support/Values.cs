using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Policies.Tests;

/// <summary>A threshold that options accept: finite, at least 0.</summary>
public readonly record struct Threshold(float Value);

/// <summary>Anything that an estimator can answer.</summary>
public readonly record struct Distance(float Value);

/// <summary>Generators of what policies are told.</summary>
internal static class Values
{
    private static readonly float[] Edges = [0f, float.Epsilon, 1e-38f, 0.15f, 1f, float.MaxValue];

    public static Arbitrary<Threshold> Thresholds { get; } =
        Gen.Frequency((3, Usual), (1, Gen.Elements(Edges))).Select(v => new Threshold(v)).ToArbitrary();

    public static Arbitrary<Distance> Distances { get; } =
        Gen.Frequency((5, Usual), (1, Gen.Elements(Edges)), (1, Gen.Elements(float.NaN, float.PositiveInfinity))).Select(v => new Distance(v)).ToArbitrary();

    private static Gen<float> Usual => Gen.Choose(0, 1000).Select(v => v / 1000f);
}
