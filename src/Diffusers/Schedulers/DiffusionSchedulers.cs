using CachePolicies.Engine;

namespace CachePolicies.Diffusers;

/// <summary>The one-step schedulers of models with betas.</summary>
internal static class DiffusionSchedulers
{
    public static EulerSampler Euler(SchedulerSettings settings, SchedulerContext context) => new(new EulerOptions
    {
        TrainingSteps = CommonOptions.TrainingSteps(settings),
        BetaStart = settings.Number("beta_start", 0.0001),
        BetaEnd = settings.Number("beta_end", 0.02),
        Schedule = CommonOptions.BetaSchedule(settings),
        TrainedBetas = CommonOptions.TrainedBetas(settings),
        ZeroTerminalSnr = settings.Flag("rescale_betas_zero_snr"),
        Prediction = CommonOptions.Prediction(settings, ("sample", PredictionType.Sample), ("original_sample", PredictionType.Sample)),
        Spacing = CommonOptions.Spacing(settings, "linspace"),
        StepsOffset = CommonOptions.StepsOffset(settings),
        SigmaSpacing = CommonOptions.SigmaSpacing(settings),
        LargestSigma = settings.NumberOrNull("sigma_max"),
        SmallestSigma = settings.NumberOrNull("sigma_min"),
        EndsAtSmallestSigma = CommonOptions.EndsAtSmallestSigma(settings),
        LogLinear = settings.Choice("interpolation_type", "linear", ("linear", false), ("log_linear", true)),

        // Continuous timesteps are those of velocity prediction; other models are told the discrete ones all the same.
        ContinuousTimesteps = settings.Choice("timestep_type", "discrete", ("discrete", false), ("continuous", true)) &&
            CommonOptions.Prediction(settings, ("sample", PredictionType.Sample), ("original_sample", PredictionType.Sample)) == PredictionType.Velocity,
    });

    public static EulerAncestralSampler EulerAncestral(SchedulerSettings settings, SchedulerContext context) => new(new EulerAncestralOptions
    {
        TrainingSteps = CommonOptions.TrainingSteps(settings),
        BetaStart = settings.Number("beta_start", 0.0001),
        BetaEnd = settings.Number("beta_end", 0.02),
        Schedule = CommonOptions.BetaSchedule(settings),
        TrainedBetas = CommonOptions.TrainedBetas(settings),
        ZeroTerminalSnr = settings.Flag("rescale_betas_zero_snr"),
        Prediction = CommonOptions.Prediction(settings),
        Spacing = CommonOptions.Spacing(settings, "linspace"),
        StepsOffset = CommonOptions.StepsOffset(settings),
    });

    public static HeunSampler Heun(SchedulerSettings settings, SchedulerContext context) => new(new HeunOptions
    {
        TrainingSteps = CommonOptions.TrainingSteps(settings),
        BetaStart = settings.Number("beta_start", 0.00085),
        BetaEnd = settings.Number("beta_end", 0.012),
        Schedule = settings.Choice(
            "beta_schedule",
            "linear",
            ("linear", BetaSchedule.Linear),
            ("scaled_linear", BetaSchedule.ScaledLinear),
            ("squaredcos_cap_v2", BetaSchedule.SquaredCosine),
            ("exp", BetaSchedule.Exponential)),
        TrainedBetas = CommonOptions.TrainedBetas(settings),
        Prediction = CommonOptions.Prediction(settings),
        Spacing = CommonOptions.Spacing(settings, "linspace"),
        StepsOffset = CommonOptions.StepsOffset(settings),
        SigmaSpacing = CommonOptions.SigmaSpacing(settings),
        DataLimit = CommonOptions.DataLimit(settings, missing: false),
    });

    public static DdimSampler Ddim(SchedulerSettings settings, SchedulerContext context)
    {
        CommonOptions.RefuseThresholding(settings);
        return new DdimSampler(new DdimOptions
        {
            TrainingSteps = CommonOptions.TrainingSteps(settings),
            BetaStart = settings.Number("beta_start", 0.0001),
            BetaEnd = settings.Number("beta_end", 0.02),
            Schedule = CommonOptions.BetaSchedule(settings),
            TrainedBetas = CommonOptions.TrainedBetas(settings),
            ZeroTerminalSnr = settings.Flag("rescale_betas_zero_snr"),
            Prediction = CommonOptions.Prediction(settings, ("sample", PredictionType.Sample)),
            Spacing = CommonOptions.Spacing(settings, "leading"),
            StepsOffset = CommonOptions.StepsOffset(settings),
            FinalAlphaIsOne = settings.Flag("set_alpha_to_one", missing: true),
            DataLimit = CommonOptions.DataLimit(settings, missing: true),
        });
    }

    public static PndmSampler Pndm(SchedulerSettings settings, SchedulerContext context)
    {
        if (!settings.Flag("skip_prk_steps"))
        {
            throw settings.Refusal("skip_prk_steps is false or missing, so that the schedule begins with Runge-Kutta steps, which are not supported; set it to true, as Stable Diffusion has it");
        }

        return new PndmSampler(new PndmOptions
        {
            TrainingSteps = CommonOptions.TrainingSteps(settings),
            BetaStart = settings.Number("beta_start", 0.0001),
            BetaEnd = settings.Number("beta_end", 0.02),
            Schedule = CommonOptions.BetaSchedule(settings),
            TrainedBetas = CommonOptions.TrainedBetas(settings),
            Prediction = CommonOptions.Prediction(settings),
            Spacing = CommonOptions.Spacing(settings, "leading"),
            StepsOffset = CommonOptions.StepsOffset(settings),
            FinalAlphaIsOne = settings.Flag("set_alpha_to_one"),
        });
    }

    public static LcmSampler Lcm(SchedulerSettings settings, SchedulerContext context)
    {
        CommonOptions.RefuseThresholding(settings);
        var trainingSteps = CommonOptions.TrainingSteps(settings);

        // The last prediction is the result, and timesteps are those of the distillation whatever the spacing is: the two options change nothing.
        _ = settings.Flag("set_alpha_to_one", missing: true);
        _ = CommonOptions.StepsOffset(settings);
        return new LcmSampler(new LcmOptions
        {
            TrainingSteps = trainingSteps,
            BetaStart = settings.Number("beta_start", 0.00085),
            BetaEnd = settings.Number("beta_end", 0.012),
            Schedule = CommonOptions.BetaSchedule(settings, "scaled_linear"),
            TrainedBetas = CommonOptions.TrainedBetas(settings),
            ZeroTerminalSnr = settings.Flag("rescale_betas_zero_snr"),
            Prediction = CommonOptions.Prediction(settings, ("sample", PredictionType.Sample)),
            Spacing = CommonOptions.Spacing(settings, "leading"),
            DistillationSteps = settings.Integer("original_inference_steps", 50, 1, trainingSteps),
            TimestepScaling = settings.Number("timestep_scaling", 10),
            DataLimit = CommonOptions.DataLimit(settings, missing: false),
        });
    }
}
