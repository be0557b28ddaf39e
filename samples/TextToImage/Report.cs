using System.Globalization;
using System.Text.Json.Nodes;
using CachePolicies.Engine;
using CachePolicies.Reporting;

namespace CachePolicies.Samples.TextToImage;

/// <summary>Writes the pictures and shows the figures.</summary>
internal sealed class Report(Arguments arguments, IReadOnlyList<string> prompts, IReadOnlyList<PolicyResult> results, IServiceProvider services)
{
    private readonly PolicySettings _settings = new(services);

    public void Write(OutputFolder output)
    {
        var sheet = output.PathOf("contact-sheet.png");
        var timeline = output.PathOf("timeline.png");
        Png.Save(sheet, Sheet().Draw());
        Png.Save(timeline, Timeline().Draw());
        foreach (var result in results)
        {
            for (var p = 0; p < prompts.Count; p++)
            {
                Png.Save(output.PathOf(PictureName(result, p)), result.Pictures[p].Image);
            }
        }

        if (arguments.Json)
        {
            foreach (var result in results)
            {
                Console.WriteLine(Json(result, output.PathOf(prompts.Count == 1 ? PictureName(result, 0) : "contact-sheet.png")).ToJsonString());
            }

            return;
        }

        Terminal.Show(Table());
        Console.WriteLine();
        Console.WriteLine("speed-up  of the timed run over the uncached one; 'of ideal' is its part of what skipping those stages could give at most");
        Console.WriteLine("control   the uncached loop with as many steps as take the policy's time; the last column is what the policy gains over it");
        Console.WriteLine();
        Console.WriteLine($"Pictures: {sheet}");
        Console.WriteLine($"Timeline: {timeline}");
    }

    private TextTable Table()
    {
        var table = new TextTable(
            new("policy", ColumnAlignment.Left),
            new("settings", ColumnAlignment.Left),
            new("full / part / skipped"),
            new("time"),
            new("speed-up"),
            new("of ideal"),
            new("PSNR"),
            new("SSIM"),
            new("control"),
            new("over control"));
        foreach (var result in results)
        {
            table.AddRow(
                DisplayName(result.Policy),
                _settings.Describe(result.Policy),
                Text($"{result.Count(ComputedShare.Full):F0} / {result.Count(ComputedShare.Partial):F0} / {result.Count(ComputedShare.Skipped):F0}"),
                Text($"{result.Seconds * 1000:F0} ms"),
                Text($"{result.SpeedUp:F2}×"),
                result.Control is null ? "" : Text($"{result.SpeedUp / result.Ideal:P0}"),
                result.Quality is { } q ? Decibels(q.Psnr) : "",
                result.Quality is { } s ? Text($"{s.Ssim:F4}") : "",
                result.Control is { } c ? Text($"{c.Steps} steps, {Decibels(c.Quality.Psnr)}") : "",
                result is { Quality: { } own, Control: { } control } ? Difference(own.Psnr - control.Quality.Psnr) : "");
        }

        return table;
    }

    private ContactSheet Sheet() => new(
        Text($"{arguments.Steps} steps, guidance {arguments.Guidance}: the same seeds without a cache and under each policy"),
        prompts,
        [.. results.Select(r => new ContactSheetRow(DisplayName(r.Policy), Details(r), [.. r.Pictures.Select(p => p.Image)]))]);

    private Timeline Timeline() => new(
        Text($"What each of {arguments.Steps} steps computed, over {prompts.Count} {(prompts.Count == 1 ? "prompt" : "prompts")}{(arguments.Guidance == 1 ? "" : " and both guidance branches")}"),
        [
            .. results.Select(r => new TimelineRow(
                DisplayName(r.Policy),
                r.Quality is { } q ? Text($"{r.SpeedUp:F1}× · {Decibels(q.Psnr)}") : "",
                TimelineStep.Average([.. r.Steps.Select(Steps)]))),
        ]);

    private static IReadOnlyList<TimelineStep> Steps(IReadOnlyList<ComputedShare> steps) =>
        [.. steps.Select(s => s switch { ComputedShare.Full => new TimelineStep(1, 0, 0), ComputedShare.Partial => new TimelineStep(0, 1, 0), _ => new TimelineStep(0, 0, 1) })];

    private static List<string> Details(PolicyResult result) => result.Quality is { } quality
        ? [Text($"{result.SpeedUp:F1}× faster"), Text($"{Decibels(quality.Psnr)}, SSIM {quality.Ssim:F3}")]
        : [Text($"{result.Seconds:F2} s a picture")];

    private JsonObject Json(PolicyResult result, string image) => new()
    {
        ["policy"] = result.Policy,
        ["options"] = _settings.ToJson(result.Policy),
        ["steps"] = arguments.Steps,
        ["computed"] = Rounded(result.Count(ComputedShare.Full), 2),
        ["partial"] = Rounded(result.Count(ComputedShare.Partial), 2),
        ["skipped"] = Rounded(result.Count(ComputedShare.Skipped), 2),
        ["seconds"] = Rounded(result.Seconds, 5),
        ["speedup"] = Rounded(result.SpeedUp, 3),
        ["ideal"] = Rounded(result.Ideal, 3),
        ["psnr"] = Rounded(result.Quality?.Psnr, 3),
        ["ssim"] = Rounded(result.Quality?.Ssim, 5),
        ["controlSteps"] = result.Control?.Steps,
        ["controlPsnr"] = Rounded(result.Control?.Quality.Psnr, 3),
        ["image"] = image,
    };

    /// <summary>A number of JSON; infinity, which JSON lacks, is a string.</summary>
    private static JsonValue? Rounded(double? number, int digits) => number switch
    {
        null => null,
        { } finite when double.IsFinite(finite) => JsonValue.Create(Math.Round(finite, digits)),
        { } other => JsonValue.Create(other.ToString(CultureInfo.InvariantCulture)),
    };

    private static string PictureName(PolicyResult result, int prompt) => Text($"{result.Policy.ToLowerInvariant()}-{prompt + 1}.png");

    private static string DisplayName(string policy) => policy switch
    {
        Comparison.Uncached => "Uncached",
        "H2Cache" => "H2-Cache",
        "BlockCache" => "Block cache",
        _ => policy,
    };

    private static string Decibels(double psnr) => double.IsFinite(psnr) ? Text($"{psnr:F1} dB") : "identical";

    private static string Difference(double decibels) => double.IsFinite(decibels) ? Text($"{decibels:+0.0;−0.0;0.0} dB") : "";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
