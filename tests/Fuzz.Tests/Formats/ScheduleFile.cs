using CachePolicies.Policies;

namespace CachePolicies.Fuzz;

/// <summary>Which evaluations a model computes under budgets.</summary>
internal sealed class ScheduleFile : FuzzedFormat
{
    public override string FileName => "schedule.json";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Resource.Text("""
            {
              "fingerprint": "sha256:00", "latent": "[64, 48]", "sampler": "flow-match-euler", "guidance": 3, "sigmas": [1, 0.8, 0.6, 0.4, 0.2],
              "found": ["Approximation.Method=Taylor", "Approximation.Damping=0.5"], "budgets": [[0, 2], [0, 1, 3]]
            }
            """),
    ];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException), typeof(ArgumentException)];

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);

    public override void Read(string path)
    {
        var schedule = ComputeSchedule.Load(path);
        schedule.CreatePolicy();
        schedule.CreatePolicy(2);
    }
}
