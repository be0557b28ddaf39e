using CachePolicies.Policies;
using CachePolicies.Reporting;

namespace CachePolicies.Bench;

/// <summary>Chooses settings for one number of steps on the prompts that are held back, by their pictures and without a clock.</summary>
internal sealed class SettingSearch
{
    private readonly IPictureModel _model;
    private readonly int _steps;
    private readonly BenchPrompt[] _prompts;
    private readonly DrawnPicture[] _references;
    private readonly MagCacheCalibrator _calibrator = new();

    public SettingSearch(SampleModel model, int steps)
    {
        (_model, _steps, _prompts) = (model.ToCompare(steps), steps, model.HeldBackPrompts());
        _references = Draw(CachePolicy.None);
        Draw(_calibrator);
    }

    /// <summary>The layout of the model.</summary>
    public DenoiserLayout Layout => _model.Layout;

    /// <summary>Gives options what was calibrated on these prompts.</summary>
    public void Prepare(CachePolicyOptions options)
    {
        if (options is MagCacheOptions magnitudes)
        {
            magnitudes.Calibration = _calibrator.Calibration;
        }
    }

    /// <summary>
    /// The boldest setting whose pictures still reach a mean PSNR, found by bisection as if bolder settings were worse in order; the most careful one where
    /// none reaches it.
    /// </summary>
    /// <returns>The rung of the variant's ladder.</returns>
    public int Choose(CatalogueVariant variant, int forcedLast, double decibels)
    {
        var (good, bad) = (0, variant.Ladder.Count);
        while (bad - good > 1)
        {
            var middle = (good + bad) / 2;
            if (MeanPsnr(variant.At(middle, forcedLast)) >= decibels)
            {
                good = middle;
            }
            else
            {
                bad = middle;
            }
        }

        return good;
    }

    private double MeanPsnr(SweepEntry entry) =>
        Draw(entry.ToCompared("", Prepare).Policy).Zip(_references, static (drawn, reference) => Math.Min(ImageQuality.Psnr(drawn.Planes, reference.Planes), ComparedRow.EqualPictures)).Average();

    private DrawnPicture[] Draw(ICachePolicy policy)
    {
        var loop = _model.Under(policy);
        return Array.ConvertAll(_prompts, p => loop.Draw(p.Text, p.Seed, _steps));
    }
}
