namespace CachePolicies.Policies.Tests.Catalog;

public class OptionTypeTests
{
    public static TheoryData<string, string, bool, bool> Texts => new()
    {
        { "threshold", "0.25", true, true },
        { "threshold", "1e-3", true, true },
        { "threshold", "-1", true, false },
        { "threshold", "NaN", true, false },
        { "threshold", "high", false, false },
        { "threshold", "", false, false },
        { "threshold", "0,5", false, false },
        { "whole", "3", true, true },
        { "whole", "3.5", false, false },
        { "whole", "99999999999", false, false },
        { "whole", "11", true, false },
        { "whole or null", "null", true, true },
        { "whole or null", "-1", true, false },
        { "flag", "True", true, true },
        { "flag", "yes", false, false },
        { "choice", "probe-minus-input", true, true },
        { "choice", "1", false, false },
        { "choice", "Neither", false, false },
        { "numbers", "1,-2.5,3e2", true, true },
        { "numbers", "1,,2", false, false },
        { "numbers", "1,Infinity", true, false },
        { "mask", "fast", true, true },
        { "mask", "rr", true, false },
        { "estimator", "COSINE", true, true },
        { "estimator", "pfs(384)", true, true },
        { "estimator", "pfs(0)", true, false },
        { "estimator", "pfs", true, false },
        { "estimator", "nearest", true, false },
        { "boundary", " ", true, false },
        { "duration", "00:00:30", true, true },
        { "duration", "-00:00:30", true, false },
        { "duration", "8.00:00:00", true, false },
        { "duration", "soon", false, false },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_is_read_and_ranges_are_kept(string type, string text, bool isRead, bool isRight)
    {
        (bool Read, bool Right) Check<T>(OptionType<T> t) => t.TryParse(text, out var value) ? (true, t.IsRight(value)) : (false, false);
        Assert.Equal((isRead, isRight), type switch
        {
            "threshold" => Check(OptionTypes.Threshold),
            "whole" => Check(OptionTypes.Between(1, 10)),
            "whole or null" => Check(OptionTypes.OrNull(OptionTypes.AtLeast(0))),
            "flag" => Check(OptionTypes.Flag),
            "choice" => Check(OptionTypes.OneOf<DiCacheErrorMetric>()),
            "numbers" => Check(OptionTypes.Numbers),
            "mask" => Check(OptionTypes.Mask),
            "estimator" => Check(OptionTypes.Estimator),
            "boundary" => Check(OptionTypes.Boundary),
            "duration" => Check(OptionTypes.Duration),
            _ => throw new ArgumentException(type),
        });
    }

    [Fact]
    public void A_value_that_is_not_of_the_enumeration_is_refused() => Assert.False(OptionTypes.OneOf<DiCacheErrorMetric>().IsRight((DiCacheErrorMetric)7));

    [Fact]
    public void Ranges_are_told_for_schemas()
    {
        Assert.Equal((0.0, null), (OptionTypes.Threshold.Minimum, OptionTypes.Threshold.Maximum));
        Assert.Equal((1.0, 2.0), (OptionTypes.Between(1, 2).Minimum, OptionTypes.Between(1, 2).Maximum));
        Assert.Equal(["ProbeChange", "ProbeMinusInput"], OptionTypes.OneOf<DiCacheErrorMetric>().Choices);
        Assert.True(OptionTypes.OrNull(OptionTypes.AtLeast(0)).IsNullable);
    }

    [Fact]
    public void An_option_is_declared_once()
    {
        var set = OptionSet.Of<BlockCacheOptions>().With("Threshold", OptionTypes.Threshold, o => o.Threshold, (o, v) => o.Threshold = v);
        Assert.Throws<ArgumentException>(() => set.With("threshold", OptionTypes.Threshold, o => o.Threshold, (o, v) => o.Threshold = v));
        Assert.Throws<ArgumentException>(() => set.With(OptionSet.Of<TeaCacheOptions>()));
    }
}
