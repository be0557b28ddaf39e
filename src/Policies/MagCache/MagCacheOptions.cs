namespace CachePolicies.Policies;

/// <summary>
/// MagCache (arXiv 2506.09045): how the residual's magnitude falls over the steps is a law of the model, found once by a calibration run; a step is
/// skipped while the error that the law predicts stays small. Measures nothing at run time. <see cref="CachePolicyOptions.MaximumConsecutiveSkips"/>
/// is the paper's K. The defaults are the authors' for FLUX at 28 steps; their script computes step 11 of 28 besides, whatever the error: a
/// <see cref="CachePolicyOptions.StepMask"/> does that here.
/// </summary>
public sealed class MagCacheOptions : CachePolicyOptions
{
    /// <summary>Creates the defaults.</summary>
    public MagCacheOptions()
        : base(maximumConsecutiveSkips: 5)
    {
    }

    /// <summary>The stack is skipped while the accumulated predicted error is at most this.</summary>
    /// <value>τ, finite, at least 0. The default is 0.24, the authors' for FLUX (0.06 with K = 3 and retention 0.2 in diffusers); 0 never skips.</value>
    public float Threshold { get; set; } = 0.24f;

    /// <summary>Which part of the evaluations at the start is always computed: those with an index below ⌊ratio · count + ½⌋.</summary>
    /// <value>r, in [0, 1]. The default is 0.1, the authors' for FLUX.</value>
    public double RetentionRatio { get; set; } = 0.1;

    /// <summary>The model's magnitude ratios.</summary>
    /// <value>Required; see <see cref="MagCacheCalibrator"/> and <see cref="MagCacheCalibration.Load"/>.</value>
    public MagCacheCalibration? Calibration { get; set; }

    /// <summary>How skipped state is made.</summary>
    /// <value>Plain by default; <see cref="SkipMethod.Aligned"/> is refused, because nothing runs before the decision.</value>
    public SkipApproximationOptions Approximation { get; } = new();

    private protected override string? WhyNotPerFrame => "MagCache measures nothing";

    private protected override void Check(OptionsProblems problems)
    {
        problems.RequireThreshold(Threshold, nameof(Threshold));
        problems.RequireBetween(0, 1, RetentionRatio, nameof(RetentionRatio));
        Approximation.Check(problems, nameof(Approximation), "MagCache decides at 'embedded', before any block ran");
        if (Calibration is null || Calibration.Conditional.IsDefaultOrEmpty)
        {
            problems.Add(nameof(Calibration), Calibration is null ? null : "empty", "the model's ratios are right; run its prompts under MagCacheCalibrator once");
            return;
        }

        foreach (var ratio in Calibration.Conditional.Concat(Calibration.Unconditional.IsDefault ? [] : Calibration.Unconditional))
        {
            if (!(double.IsFinite(ratio) && ratio > 0))
            {
                problems.Add(nameof(Calibration), ratio, "finite ratios above 0 are right");
                return;
            }
        }
    }
}
