using CachePolicies.Engine;

namespace CachePolicies.Diffusers;

/// <summary>The multistep schedulers.</summary>
internal static class MultistepSchedulers
{
    private const int MostSteps = 1000;

    public static DpmSolverSampler DpmSolver(SchedulerSettings settings, SchedulerContext context)
    {
        CommonOptions.RefuseThresholding(settings);
        settings.RefuseUnless("variance_type", v => !v.ToString().StartsWith("learned", StringComparison.Ordinal), "leave it out: models that also predict a variance are not");
        RefuseLinearShift(settings);
        return new DpmSolverSampler(new DpmSolverOptions
        {
            TrainingSteps = CommonOptions.TrainingSteps(settings),
            BetaStart = settings.Number("beta_start", 0.0001),
            BetaEnd = settings.Number("beta_end", 0.02),
            Schedule = CommonOptions.BetaSchedule(settings),
            TrainedBetas = CommonOptions.TrainedBetas(settings),
            ZeroTerminalSnr = settings.Flag("rescale_betas_zero_snr"),
            Prediction = CommonOptions.Prediction(settings, ("sample", PredictionType.Sample), ("flow_prediction", PredictionType.Flow)),
            Spacing = CommonOptions.Spacing(settings, "linspace"),
            StepsOffset = CommonOptions.StepsOffset(settings),
            Order = settings.Integer("solver_order", 2, 1, 3),
            Algorithm = settings.Choice(
                "algorithm_type",
                "dpmsolver++",
                ("dpmsolver++", DpmSolverAlgorithm.Data),
                ("dpmsolver", DpmSolverAlgorithm.Noise),
                ("sde-dpmsolver++", DpmSolverAlgorithm.StochasticData),
                ("sde-dpmsolver", DpmSolverAlgorithm.StochasticNoise),
                ("deis", DpmSolverAlgorithm.Data)),
            HeunSteps = settings.Choice("solver_type", "midpoint", ("midpoint", false), ("heun", true), ("logrho", false), ("bh1", false), ("bh2", false)),
            LowerOrderAtEnd = settings.Flag("lower_order_final", missing: true),
            EulerAtEnd = settings.Flag("euler_at_final"),
            SigmaSpacing = CommonOptions.MultistepSpacing(settings, settings.Flag("use_lu_lambdas")),
            FlowShift = settings.Number("flow_shift", 1),
            DynamicShift = settings.Flag("use_dynamic_shifting"),
            EndsAtSmallestSigma = CommonOptions.EndsAtSmallestSigma(settings),
            SmallestLogRatio = settings.Number("lambda_min_clipped", double.NegativeInfinity),
        });
    }

    public static UniPcSampler UniPc(SchedulerSettings settings, SchedulerContext context)
    {
        CommonOptions.RefuseThresholding(settings);
        settings.RefuseUnless("solver_p", _ => false, "leave it out: UniPC's own predictor is");
        settings.RefuseUnless("sigma_min", _ => false, "leave it out");
        settings.RefuseUnless("sigma_max", _ => false, "leave it out");
        RefuseLinearShift(settings);
        var uncorrected = settings.Numbers("disable_corrector", MostSteps);
        return new UniPcSampler(new UniPcOptions
        {
            TrainingSteps = CommonOptions.TrainingSteps(settings),
            BetaStart = settings.Number("beta_start", 0.0001),
            BetaEnd = settings.Number("beta_end", 0.02),
            Schedule = CommonOptions.BetaSchedule(settings),
            TrainedBetas = CommonOptions.TrainedBetas(settings),
            ZeroTerminalSnr = settings.Flag("rescale_betas_zero_snr"),
            Prediction = CommonOptions.Prediction(settings, ("sample", PredictionType.Sample), ("flow_prediction", PredictionType.Flow)),
            Spacing = CommonOptions.Spacing(settings, "linspace"),
            StepsOffset = CommonOptions.StepsOffset(settings),
            Order = settings.Integer("solver_order", 2, 1, 3),
            PredictsNoise = !settings.Flag("predict_x0", missing: true),
            LinearScale = settings.Choice("solver_type", "bh2", ("bh1", true), ("bh2", false), ("midpoint", false), ("heun", false), ("logrho", false)),
            LowerOrderAtEnd = settings.Flag("lower_order_final", missing: true),
            UncorrectedSteps = [.. uncorrected.Select(step => (int)step)],
            SigmaSpacing = CommonOptions.MultistepSpacing(settings, logRatio: false),
            FlowShift = settings.Number("flow_shift", 1),
            DynamicShift = settings.Flag("use_dynamic_shifting"),
            TerminalSigma = settings.NumberOrNull("shift_terminal") is { } terminal and not 0 ? terminal : null,
            EndsAtSmallestSigma = CommonOptions.EndsAtSmallestSigma(settings),
        });
    }

    private static void RefuseLinearShift(SchedulerSettings settings) =>
        settings.RefuseUnless("time_shift_type", v => v.ToString() == "exponential", "these solvers shift exponentially");
}
