namespace CachePolicies.Policies.Tests.Catalog;

public class FamilyDefaultsTests
{
    private static readonly DenoiserLayout Layout = Layouts.Flux;

    [Fact]
    public void A_family_sets_what_nobody_set_and_the_plan_says_so()
    {
        var wan = PolicyCatalog.Of<DiCacheOptions>().ForFamily(new DiCacheOptions { MaximumGamma = 1.2f }, "WAN");

        var options = Assert.IsType<DiCacheOptions>(wan.Options);
        Assert.Equal((0.08f, 1.2f, 0.2), (options.Threshold, options.MaximumGamma, options.RetentionRatio));
        Assert.Equal("DiCache takes Threshold=0.08 for the family 'wan' (arXiv 2508.17356 and its authors' code).", wan.Note);
        Assert.Contains(wan.Note, PolicyCatalog.Of<DiCacheOptions>().Create(new DiCacheOptions { MaximumGamma = 1.2f }, "mine", "wan").Plan(Layout).Notes);
    }

    [Fact]
    public void An_explicit_setting_wins_even_where_it_is_the_default()
    {
        var given = new DiCacheOptions { Threshold = new DiCacheOptions().Threshold, MaximumGamma = 2 };
        var settings = PolicyCatalog.Of<DiCacheOptions>().ForFamily(given, ModelFamily.Wan);
        Assert.Same(given, settings.Options);
        Assert.Null(settings.Note);
    }

    [Fact]
    public void A_variant_has_published_settings_of_its_own()
    {
        var code = (H2CacheOptions)PolicyCatalog.Of<H2CacheOptions>().ForFamily(new H2CacheOptions { Variant = H2CacheVariant.FirstBlockResidual }, ModelFamily.Flux).Options;
        Assert.Equal((0.12f, 0.1f, 2048, 384), (code.StructureThreshold, code.DetailThreshold, code.StructurePoolDivisor, code.DetailPoolDivisor));
        var paper = (H2CacheOptions)PolicyCatalog.Of<H2CacheOptions>().ForFamily(new H2CacheOptions(), ModelFamily.Flux).Options;
        Assert.Equal((0.15f, 0.18f, 512, 384), (paper.StructureThreshold, paper.DetailThreshold, paper.StructurePoolDivisor, paper.DetailPoolDivisor));
    }

    [Fact]
    public void A_polynomial_is_found_for_the_family()
    {
        var tea = (TeaCacheOptions)PolicyCatalog.Of<TeaCacheOptions>().ForFamily(new TeaCacheOptions(), ModelFamily.Mochi).Options;
        Assert.Equal((TeaCacheFamily.Mochi, 0.06f), (tea.Family, tea.Threshold));
    }

    [Fact]
    public void A_family_for_which_nothing_is_published_is_told()
    {
        var settings = PolicyCatalog.Of<TeaCacheOptions>().ForFamily(new TeaCacheOptions(), ModelFamily.ZImage);
        Assert.Contains("Nothing is published for TeaCache on the family 'z-image'", settings.Note, StringComparison.Ordinal);
        Assert.Null(PolicyCatalog.Of<StepMaskOptions>().ForFamily(new StepMaskOptions(), ModelFamily.StableDiffusionXL).Note);
        Assert.Null(PolicyCatalog.Of<TeaCacheOptions>().ForFamily(new TeaCacheOptions(), null).Note);
    }

    [Fact]
    public void A_calibration_in_code_goes_along()
    {
        var ratios = new MagCacheCalibration("weights-1", [1, 0.9], []);
        var settings = PolicyCatalog.Of<MagCacheOptions>().ForFamily(new MagCacheOptions { Calibration = ratios }, ModelFamily.QwenImage);
        var options = Assert.IsType<MagCacheOptions>(settings.Options);
        Assert.Same(ratios, options.Calibration);
        Assert.Equal((0.06f, 2, 0.2), (options.Threshold, options.MaximumConsecutiveSkips, options.RetentionRatio));
    }

    [Fact]
    public void A_divisor_that_pools_nothing_is_told()
    {
        var notes = CachePolicy.H2Cache().Plan(Layout).Notes;
        Assert.Contains(notes, n => n.Contains("StructurePoolDivisor 512 pools nothing at 6 rows", StringComparison.Ordinal));
        Assert.Empty(CachePolicy.H2Cache(new H2CacheOptions { StructurePoolDivisor = 3, DetailPoolDivisor = 6 }).Plan(Layout).Notes);
    }
}
