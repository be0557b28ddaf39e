using CachePolicies.Engine;

namespace CachePolicies.Diffusers;

/// <summary>The schedulers of flow matching.</summary>
internal static class FlowSchedulers
{
    public static FlowMatchEulerSampler Euler(SchedulerSettings settings, SchedulerContext context) => new(new FlowMatchOptions
    {
        TrainingSteps = CommonOptions.TrainingSteps(settings),
        Shift = settings.Number("shift", 1),
        DynamicShift = CommonOptions.TimeShift(settings, settings.Flag("use_dynamic_shifting")),
        BaseShift = settings.Number("base_shift", 0.5),
        MaximumShift = settings.Number("max_shift", 1.15),
        BaseTokens = settings.Integer("base_image_seq_len", 256, 1, CommonOptions.MostTokens),
        MaximumTokens = settings.Integer("max_image_seq_len", 4096, 1, CommonOptions.MostTokens),
        TerminalSigma = settings.NumberOrNull("shift_terminal") is { } terminal and not 0 ? terminal : null,
        Sigmas = context.EvenSigmas ? FlowSigmas.Even : FlowSigmas.Trained,
        Spacing = CommonOptions.SigmaSpacing(settings),
        Inverted = settings.Flag("invert_sigmas"),
        Stochastic = settings.Flag("stochastic_sampling"),
        TimestepScale = context.TimestepScale,
    });

    // The class takes no noise levels from the pipeline.
    public static FlowMatchHeunSampler Heun(SchedulerSettings settings, SchedulerContext context) => new(new FlowMatchOptions
    {
        TrainingSteps = CommonOptions.TrainingSteps(settings),
        Shift = settings.Number("shift", 1),
        Sigmas = FlowSigmas.Trained,
        TimestepScale = context.TimestepScale,
    });
}
