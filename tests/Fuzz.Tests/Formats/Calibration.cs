using CachePolicies.Policies;

namespace CachePolicies.Fuzz;

/// <summary>A calibration of MagCache.</summary>
internal sealed class Calibration : FuzzedFormat
{
    public override string FileName => "calibration.json";

    public override IReadOnlyList<byte[]> Seeds { get; } = [Make()];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException)];

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);

    public override void Read(string path)
    {
        var calibration = MagCacheCalibration.Load(path);
        new MagCacheOptions { Calibration = calibration }.Validate();
        calibration.For(GuidanceBranch.Conditional, 20);
    }

    private static byte[] Make()
    {
        var path = Path.GetTempFileName();
        new MagCacheCalibration("sha256:00", [1, 0.99, 0.98], [1, 0.99, 0.97]) { Sigmas = [1, 0.5f, 0.25f] }.Save(path);
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }
}
