namespace CachePolicies.Bench;

/// <summary>
/// Every policy of the catalogue at several numbers of steps, each at the boldest of its settings that keeps a quality, with and without a forced last
/// step, compared with the uncached loop and with the control.
/// </summary>
internal static class CatalogueBench
{
    private const int HeldBack = 1;

    private static readonly int[] ForcedLast = [1, 0];

    public static void Run(BenchOptions options)
    {
        using var model = SampleModel.Load(options);
        var sweep = new Sweep(model, model.Prompts(options.Prompts ?? 4, HeldBack), "catalogue");
        var target = options.Target ?? 40;
        var finished = new List<ComparisonResults>();
        foreach (var steps in options.Steps is { } asked ? [asked] : (int[])[28, 50, 100])
        {
            var policies = Chosen(new SettingSearch(model, steps), target, options.Only);
            finished.Add(sweep.Run(steps, policies, results => options.Write("catalogue.md", CatalogueReport.Of(model, target, [.. finished, results]))));
        }

        Console.WriteLine(CatalogueReport.Of(model, target, finished));
    }

    /// <summary>Each policy at the setting that is chosen with a forced last step, then the same without.</summary>
    private static ComparedPolicy[] Chosen(SettingSearch search, double target, string only)
    {
        CatalogueVariant[] variants = [.. CatalogueVariants.All(search.Layout).Where(v => v.Name.Contains(only, StringComparison.OrdinalIgnoreCase))];
        if (variants.Length == 0)
        {
            throw new ArgumentException($"--only is '{only}'; no policy has that in its name.");
        }

        var progress = new Progress("settings", variants.Length);
        return
        [
            .. variants.SelectMany(variant =>
            {
                var rung = search.Choose(variant, forcedLast: 1, target);
                progress.Done(variant.Name);
                return ForcedLast.Select(last => variant.At(rung, last).ToCompared(variant.Label(last), search.Prepare));
            }),
        ];
    }
}
