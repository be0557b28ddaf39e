using CachePolicies.Engine;
using CachePolicies.Policies;

namespace CachePolicies.Bench;

/// <summary>Chooses settings for one number of steps on the prompts that are held back, by their pictures and without a clock.</summary>
internal sealed class SettingSearch
{
    private readonly SampleModel _model;
    private readonly GenerationRequest[] _requests;
    private readonly float[][][] _references;

    public SettingSearch(SampleModel model, int steps)
    {
        _model = model;
        _requests = [.. model.HeldBackPrompts().Select(p => model.Request(steps, p))];
        var uncached = model.Loop(CachePolicy.None);
        _references = Array.ConvertAll(_requests, r => uncached.Draw(r));
    }

    /// <summary>MagCache's magnitude ratios on these prompts.</summary>
    public MagCacheCalibration Calibrate()
    {
        var calibrator = new MagCacheCalibrator();
        var loop = _model.Loop(calibrator);
        Array.ForEach(_requests, r => loop.Run(r));
        return calibrator.Calibration;
    }

    /// <summary>
    /// The boldest setting whose pictures still reach a mean PSNR, found by bisection as if bolder settings were worse in order; the most careful one where
    /// none reaches it.
    /// </summary>
    public CatalogueSetting Choose(CataloguePolicy policy, int forcedLast, double decibels)
    {
        var (good, bad) = (0, policy.Settings.Count);
        while (bad - good > 1)
        {
            var middle = (good + bad) / 2;
            if (MeanPsnr(policy.Settings[middle].Create(forcedLast)) >= decibels)
            {
                good = middle;
            }
            else
            {
                bad = middle;
            }
        }

        return policy.Settings[good];
    }

    private double MeanPsnr(ICachePolicy policy)
    {
        var loop = _model.Loop(policy);
        return _requests.Zip(_references, (request, reference) => Pictures.MeanPsnr(loop.Draw(request), reference)).Average();
    }
}
