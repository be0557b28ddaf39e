using CachePolicies.Diffusers;

namespace CachePolicies.Fuzz;

/// <summary><c>scheduler_config.json</c>.</summary>
internal sealed class SchedulerFile : FuzzedFormat
{
    public override string FileName => "scheduler_config.json";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        File.ReadAllBytes(Path.Combine(Resource.Pipeline("sd15"), "scheduler", "scheduler_config.json")),
        File.ReadAllBytes(Path.Combine(Resource.Pipeline("flux035"), "scheduler", "scheduler_config.json")),
        Resource.Text("""{ "_class_name": "DPMSolverMultistepScheduler", "num_train_timesteps": 1000, "beta_schedule": "linear", "beta_start": 0.0001, "beta_end": 0.02, "solver_order": 2, "algorithm_type": "dpmsolver++", "solver_type": "midpoint", "use_karras_sigmas": true, "timestep_spacing": "linspace" }"""),
        Resource.Text("""{ "_class_name": "EulerDiscreteScheduler", "trained_betas": [0.01, 0.02, 0.03], "num_train_timesteps": 3, "prediction_type": "v_prediction", "timestep_spacing": "trailing", "steps_offset": 0 }"""),
    ];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException)];

    public override int Inputs => 800;

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);

    public override void Read(string path) => SchedulerConfig.Read(path);
}
