using System.Collections.Immutable;
using System.Text.Json;
using CachePolicies.Engine;

namespace CachePolicies.Diffusers;

/// <summary>The options that several classes have, with the defaults that each gives them.</summary>
internal static class CommonOptions
{
    /// <summary>The most tokens of a picture that a setting can speak of.</summary>
    public const int MostTokens = 1 << 24;

    /// <summary>The most training steps; a table is made of them.</summary>
    public const int MostTrainingSteps = 100_000;

    private const int MostOffset = 1000;

    public static int TrainingSteps(SchedulerSettings settings) => settings.Integer("num_train_timesteps", 1000, 2, MostTrainingSteps);

    public static int StepsOffset(SchedulerSettings settings) => settings.Integer("steps_offset", 0, 0, MostOffset);

    public static ImmutableArray<float> TrainedBetas(SchedulerSettings settings) => settings.Numbers("trained_betas", MostTrainingSteps);

    public static BetaSchedule BetaSchedule(SchedulerSettings settings, string missing = "linear") => settings.Choice(
        "beta_schedule",
        missing,
        ("linear", Engine.BetaSchedule.Linear),
        ("scaled_linear", Engine.BetaSchedule.ScaledLinear),
        ("squaredcos_cap_v2", Engine.BetaSchedule.SquaredCosine));

    public static TimestepSpacing Spacing(SchedulerSettings settings, string missing) => settings.Choice(
        "timestep_spacing",
        missing,
        ("leading", TimestepSpacing.Leading),
        ("trailing", TimestepSpacing.Trailing),
        ("linspace", TimestepSpacing.Linspace));

    /// <summary>What the model predicts; files of early versions say it with <c>predict_epsilon</c>.</summary>
    public static PredictionType Prediction(SchedulerSettings settings, params ReadOnlySpan<(string Word, PredictionType Value)> further) => settings.Choice(
        "prediction_type",
        settings.Flag("predict_epsilon", missing: true) ? "epsilon" : "sample",
        [("epsilon", PredictionType.Epsilon), ("v_prediction", PredictionType.Velocity), .. further]);

    public static SigmaSpacing SigmaSpacing(SchedulerSettings settings)
    {
        var (karras, exponential, beta) = Spacings(settings);
        return karras ? Engine.SigmaSpacing.Karras : exponential ? Engine.SigmaSpacing.Exponential : beta ? Engine.SigmaSpacing.Beta : Engine.SigmaSpacing.Even;
    }

    public static MultistepSpacing MultistepSpacing(SchedulerSettings settings, bool logRatio)
    {
        var (karras, exponential, beta) = Spacings(settings);
        return karras ? Engine.MultistepSpacing.Karras
            : logRatio ? Engine.MultistepSpacing.LogRatio
            : exponential ? Engine.MultistepSpacing.Exponential
            : beta ? Engine.MultistepSpacing.Beta
            : settings.Flag("use_flow_sigmas") ? Engine.MultistepSpacing.Flow
            : Engine.MultistepSpacing.Even;
    }

    /// <summary>Whether the schedule ends at the smallest σ.</summary>
    public static bool EndsAtSmallestSigma(SchedulerSettings settings) =>
        settings.Choice("final_sigmas_type", "zero", ("zero", false), ("sigma_min", true));

    public static DynamicShift TimeShift(SchedulerSettings settings, bool isDynamic)
    {
        var shift = settings.Choice("time_shift_type", "exponential", ("exponential", DynamicShift.Exponential), ("linear", DynamicShift.Linear));
        return isDynamic ? shift : DynamicShift.None;
    }

    /// <summary>The limit of predicted data, where the class clips it.</summary>
    public static float DataLimit(SchedulerSettings settings, bool missing)
    {
        var range = settings.Number("clip_sample_range", 1);
        return settings.Flag("clip_sample", missing) ? (float)range : float.PositiveInfinity;
    }

    /// <summary>Refuses dynamic thresholding, which is made for pixels and not for latents.</summary>
    public static void RefuseThresholding(SchedulerSettings settings)
    {
        settings.RefuseUnless("thresholding", v => v.ValueKind == JsonValueKind.False, "set it to false, as models of latents have it");
        _ = settings.NumberOrNull("dynamic_thresholding_ratio");
        _ = settings.NumberOrNull("sample_max_value");
    }

    private static (bool Karras, bool Exponential, bool Beta) Spacings(SchedulerSettings settings)
    {
        var chosen = (Karras: settings.Flag("use_karras_sigmas"), Exponential: settings.Flag("use_exponential_sigmas"), Beta: settings.Flag("use_beta_sigmas"));
        return (chosen.Karras ? 1 : 0) + (chosen.Exponential ? 1 : 0) + (chosen.Beta ? 1 : 0) > 1
            ? throw settings.Refusal("more than one of use_karras_sigmas, use_exponential_sigmas and use_beta_sigmas is true; expected at most one")
            : chosen;
    }
}
