using System.Collections.Immutable;

namespace CachePolicies.Policies;

/// <summary>A polynomial with the signal that it was fitted to: it means nothing over another.</summary>
/// <param name="Signal">The name of the signal at <c>embedded</c>.</param>
/// <param name="Coefficients">The highest power first.</param>
public sealed record TeaCachePreset(string Signal, ImmutableArray<double> Coefficients)
{
    /// <summary>The first block's modulated input (FLUX: norm1 of block 0).</summary>
    public const string ModulatedInput = FirstBlockInput.Modulated;

    /// <summary>The embedded timestep, before the blocks' own projections.</summary>
    public const string TimeEmbedding = "time";

    /// <summary>The published polynomial of a family.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration's.</exception>
    public static TeaCachePreset Of(TeaCacheFamily family) => family switch
    {
        TeaCacheFamily.Flux or TeaCacheFamily.TangoFlux =>
            new(ModulatedInput, [498.651651, -283.781631, 55.8554382, -3.82021401, 0.264230861]),
        TeaCacheFamily.HunyuanVideo =>
            new(ModulatedInput, [733.226126, -401.131952, 67.5869174, -3.149878, 0.0961237896]),
        TeaCacheFamily.LtxVideo =>
            new(ModulatedInput, [21.4700694, -12.8016453, 2.31279151, 0.792487521, 0.00969274326]),
        TeaCacheFamily.Mochi =>
            new(ModulatedInput, [-3512.41319, 811.675948, -60.9400215, 2.42429681, 0.00305291719]),
        TeaCacheFamily.Cosmos =>
            new(ModulatedInput, [271.156237, -91.9775607, 2.2443725, 2.08355751, 0.14177633]),
        TeaCacheFamily.CogVideoX2B =>
            new(TimeEmbedding, [-31.0658903, 25.4732368, -5.92380459, 1.75769064, -0.00361568434]),
        TeaCacheFamily.CogVideoX5B =>
            new(TimeEmbedding, [-1538.80483, 843.202495, -134.363087, 7.97131516, -0.0523162339]),
        TeaCacheFamily.CogVideoX15 =>
            new(TimeEmbedding, [250.210439, -165.061612, 35.7804877, -0.781551492, 0.0358559703]),
        TeaCacheFamily.HiDreamFull =>
            new(ModulatedInput, [-31360.5009, -712.425503, 49.1363285, 8.2651549, 0.108053901]),
        TeaCacheFamily.LuminaNext =>
            new(ModulatedInput, [393.76566581, -603.50993606, 209.10239044, -23.00726601, 0.86377344]),
        TeaCacheFamily.Wan21Small =>
            new(TimeEmbedding, [2396.76752, -1311.10545, 201.331979, -8.29855975, 0.137887774]),
        TeaCacheFamily.Wan21Large =>
            new(TimeEmbedding, [-5784.54975374, 5449.50911966, -1811.16591783, 256.27178429, -13.02252404]),
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, $"Expected one of {string.Join(", ", Enum.GetNames<TeaCacheFamily>())}."),
    };
}
