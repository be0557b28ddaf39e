using System.Globalization;

namespace CachePolicies.Policies;

/// <summary>Settings between two measured ones of a policy that differ in one number.</summary>
internal static class SettingInterpolation
{
    /// <summary>The largest steps between two settings over which figures are taken for lines: beyond them lies a cliff, where nothing is known.</summary>
    private const double LargestFall = 6;
    private const double LargestSsimFall = 0.05;
    private const double LargestRatio = 2;

    /// <summary>For each setting that reaches a target, one on the way to the neighbour that misses it, where the target is just reached.</summary>
    public static IEnumerable<TargetChoice> Between(IReadOnlyList<MeasuredSetting> settings, GenerationTarget target)
    {
        var opened = settings.Select(s => (Setting: s, s.Open().Policy, s.Open().Options)).ToArray();
        foreach (var good in opened.Where(o => o.Setting.Meets(target)))
        {
            var neighbours = opened.Where(o => !o.Setting.Meets(target) && o.Policy == good.Policy)
                .Select(o => (o.Setting, Option: OnlyDifference(good.Policy, good.Options, o.Options), o.Options))
                .Where(o => o.Option is not null && IsGentle(good.Setting, o.Setting))
                .Select(o => (o.Setting, Option: o.Option!, From: NumberOf(o.Option!, good.Options), To: NumberOf(o.Option!, o.Options)))
                .ToArray();
            foreach (var side in neighbours.GroupBy(n => (n.Option.Name, n.To > n.From)))
            {
                var bad = side.MinBy(n => Math.Abs(n.To - n.From));
                if (At(good.Setting, bad.Setting, bad.Option, bad.From, bad.To, target) is { } between)
                {
                    yield return new TargetChoice(target, between, bad.Setting);
                }
            }
        }
    }

    private static MeasuredSetting? At(MeasuredSetting good, MeasuredSetting bad, PolicyOption option, double from, double to, GenerationTarget target)
    {
        var (reached, missed) = (good.Figure(target.Measure), bad.Figure(target.Measure));
        var share = (reached - target.Value) / (reached - missed);
        var value = from + (share * (to - from));
        if (option.Type.Kind == OptionKind.WholeNumber)
        {
            // Towards the setting that reaches the target.
            value = to > from ? Math.Floor(value + 1e-9) : Math.Ceiling(value - 1e-9);
            share = (value - from) / (to - from);
        }

        var text = ((float)value).ToString("G6", CultureInfo.InvariantCulture);
        var (_, options) = good.Open();
        if (share <= 0 || !option.TryWrite(options, text) || options.Validate().Count > 0)
        {
            return null;
        }

        double Mix(double a, double b) => a + (share * (b - a));
        return new MeasuredSetting(
            good.Policy,
            [.. good.Settings.Where(s => !s.StartsWith($"{option.Name}=", StringComparison.OrdinalIgnoreCase)), $"{option.Name}={option.Read(options)}"],
            Mix(good.Psnr, bad.Psnr),
            good.PsnrInterval is { } a && bad.PsnrInterval is { } b ? Math.Max(a, b) : null,
            Mix(good.Ssim, bad.Ssim),
            Math.Exp(Mix(Math.Log(good.Speedup), Math.Log(bad.Speedup))),
            Math.Min(good.Pictures, bad.Pictures));
    }

    private static PolicyOption? OnlyDifference(CachePolicyDescriptor policy, CachePolicyOptions a, CachePolicyOptions b)
    {
        PolicyOption? only = null;
        foreach (var option in policy.Options)
        {
            if (option.Read(a) != option.Read(b))
            {
                if (only is not null || option.Type.Kind is not (OptionKind.Number or OptionKind.WholeNumber) || !double.IsFinite(NumberOf(option, a) + NumberOf(option, b)))
                {
                    return null;
                }

                only = option;
            }
        }

        return only;
    }

    private static double NumberOf(PolicyOption option, CachePolicyOptions options) =>
        double.TryParse(option.Read(options), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;

    private static bool IsGentle(MeasuredSetting a, MeasuredSetting b) =>
        Math.Abs(a.Psnr - b.Psnr) <= LargestFall && Math.Abs(a.Ssim - b.Ssim) <= LargestSsimFall && Math.Max(a.Speedup / b.Speedup, b.Speedup / a.Speedup) <= LargestRatio;
}
