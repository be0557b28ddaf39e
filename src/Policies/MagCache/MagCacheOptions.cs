namespace CachePolicies.Policies;

/// <summary>
/// MagCache (arXiv 2506.09045): how the residual's magnitude falls over the steps is a law of the model, found once by a calibration run; a step is
/// skipped while the error that the law predicts stays small. Measures nothing at run time. <see cref="CachePolicyOptions.MaximumConsecutiveSkips"/>
/// is the paper's K. The defaults are the authors' for FLUX at 28 steps; their script computes step 11 of 28 as well, whatever the error: a
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
    public float Threshold { get; set => field = Given(value); } = 0.24f;

    /// <summary>Which part of the evaluations at the start is always computed: those with an index below ⌊ratio · count + ½⌋.</summary>
    /// <value>r, in [0, 1]. The default is 0.1, the authors' for FLUX.</value>
    public double RetentionRatio { get; set => field = Given(value); } = 0.1;

    /// <summary>The file with the model's magnitude ratios, read when the policy is made; used where <see cref="Calibration"/> is not set.</summary>
    /// <value>The path of what <see cref="MagCacheCalibration.Save"/> wrote. The default is <see langword="null"/>. Not taken from requests.</value>
    public string? CalibrationFile { get; set => field = Given(value); }

    /// <summary>The model's magnitude ratios.</summary>
    /// <value>See <see cref="MagCacheCalibrator"/> and <see cref="MagCacheCalibration.Load"/>. The default is <see langword="null"/>: those of <see cref="CalibrationFile"/>. One of the two is required.</value>
    public MagCacheCalibration? Calibration { get; set => field = Given(value); }

    /// <summary>How skipped state is made.</summary>
    /// <value>Plain by default; <see cref="SkipMethod.Aligned"/> is refused, because nothing runs before the decision.</value>
    public SkipApproximationOptions Approximation { get; } = new();

    /// <summary>The options with the values that they take.</summary>
    internal static OptionSet<MagCacheOptions> Set { get; } = OptionSet.Of<MagCacheOptions>()
        .With(nameof(Threshold), OptionTypes.Threshold, static o => o.Threshold, static (o, v) => o.Threshold = v, symbol: "τ")
        .With(nameof(RetentionRatio), OptionTypes.Ratio, static o => o.RetentionRatio, static (o, v) => o.RetentionRatio = v, symbol: "r")
        .With(nameof(CalibrationFile), OptionTypes.File("the path of a file that MagCacheCalibration.Save wrote"), static o => o.CalibrationFile, static (o, v) => o.CalibrationFile = v, symbol: "m")
        .With(nameof(Approximation), SkipApproximationOptions.Set, static o => o.Approximation)
        .With(Common);


    /// <inheritdoc/>
    public override OptionSet Declared => Set;

    /// <inheritdoc/>
    protected override string? WhyMeasurementsAreFixed => "MagCache measures nothing";

    /// <inheritdoc/>
    protected internal override void CopyUndeclared(CachePolicyOptions target) => ((MagCacheOptions)target).Calibration = Calibration;

    /// <inheritdoc/>
    protected override void Check(OptionsProblems problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        Approximation.RefuseAligned(problems, nameof(Approximation), "MagCache decides at 'embedded', before any block ran");
        try
        {
            CheckRatios(problems, Ratios());
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            problems.Add(nameof(CalibrationFile), CalibrationFile, $"a calibration that can be read. {unreadable.Message.TrimEnd('.')}");
        }
    }

    /// <summary>The ratios that were given, or those of the file; <see langword="null"/> where there are neither.</summary>
    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a calibration.</exception>
    internal MagCacheCalibration? Ratios() => Calibration ?? (string.IsNullOrWhiteSpace(CalibrationFile) ? null : MagCacheCalibration.Load(CalibrationFile));

    private static void CheckRatios(OptionsProblems problems, MagCacheCalibration? calibration)
    {
        if (calibration is null || calibration.Conditional.IsDefaultOrEmpty)
        {
            problems.Add(nameof(Calibration), calibration is null ? null : "empty", $"the model's ratios, or their file as {nameof(CalibrationFile)}; run its prompts under MagCacheCalibrator once");
            return;
        }

        foreach (var ratio in calibration.Conditional.Concat(calibration.Unconditional.IsDefault ? [] : calibration.Unconditional))
        {
            if (!(double.IsFinite(ratio) && ratio > 0))
            {
                problems.Add(nameof(Calibration), ratio, "finite ratios above 0");
                return;
            }
        }
    }
}
