using System.Collections.Frozen;

namespace CachePolicies.Diffusers;

/// <summary>The options that diffusers' schedulers have, over all classes: one class's file often holds leftovers of another.</summary>
internal static class SchedulerOptionNames
{
    public static FrozenSet<string> All { get; } = new[]
    {
        "algorithm_type", "base_image_seq_len", "base_shift", "beta_end", "beta_schedule", "beta_start", "clip_sample", "clip_sample_range",
        "disable_corrector", "dynamic_thresholding_ratio", "euler_at_final", "final_sigmas_type", "flow_shift", "interpolation_type", "invert_sigmas",
        "lambda_min_clipped", "lower_order_final", "max_image_seq_len", "max_shift", "num_train_timesteps", "original_inference_steps", "predict_epsilon",
        "predict_x0", "prediction_type", "rescale_betas_zero_snr", "rho", "s_churn", "s_max", "s_min", "s_noise", "sample_max_value", "set_alpha_to_one",
        "set_alpha_to_zero", "shift", "shift_terminal", "sigma_data", "sigma_max", "sigma_min", "sigma_schedule", "skip_prk_steps", "snr", "snr_shift_scale",
        "solver_order", "solver_p", "solver_type", "steps_offset", "stochastic_sampling", "tensor_format", "thresholding", "time_shift_type",
        "timestep_scaling", "timestep_spacing", "timestep_type", "timestep_values", "trained_betas", "use_beta_sigmas", "use_dynamic_shifting",
        "use_exponential_sigmas", "use_flow_sigmas", "use_karras_sigmas", "use_lu_lambdas", "variance_scale", "variance_type",
    }.ToFrozenSet(StringComparer.Ordinal);
}
