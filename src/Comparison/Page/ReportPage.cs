using System.Globalization;
using CachePolicies.Reporting;

namespace CachePolicies.Comparison;

/// <summary>
/// The comparison as one page that needs nothing else: pictures are embedded, charts are drawn here. Without scripts everything is readable; a script
/// only sorts the table.
/// </summary>
/// <param name="results">What was measured.</param>
/// <param name="pictureOf">A run's picture.</param>
public sealed class ReportPage(ComparisonResults results, Func<ComparedRun, RgbImage> pictureOf)
{
    /// <summary>Larger pictures are brought to this side in the page; their files stay as they are.</summary>
    private const int LargestPicture = 384;

    private readonly Dictionary<ComparedRun, string> _pictures = [];

    /// <summary>The page as HTML.</summary>
    public string Render()
    {
        var page = new Markup();
        page.Raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.Raw("<meta name=\"color-scheme\" content=\"light dark\">\n");
        page.Line($"<title>{results.Conditions.Model}: caching policies compared</title>");
        page.Raw($"<style>\n{PageResource.Read("chart.css")}{PageResource.Read("report.css")}{ReferenceVariables()}</style>\n</head>\n<body>\n");
        WriteHeader(page);
        page.Raw("<main>\n");
        WriteFigures(page);
        WriteTable(page);
        WritePictures(page);
        WriteTimelines(page);
        page.Raw("</main>\n<footer><p>PSNR and SSIM compare with the uncached picture of the same prompt and seed. A control is the uncached loop with as many steps as take the policy's time: ");
        page.Raw("a policy below the control's curve is not worth its errors.</p></footer>\n");
        return page.Raw($"<script>\n{PageResource.Read("report.js")}</script>\n</body>\n</html>\n").ToString();
    }

    private void WriteHeader(Markup page)
    {
        page.Raw("<header>\n<h1>Caching policies compared</h1>\n");
        page.Line($"<p>{Count(results.Uncached.Runs.Count, "picture")} of {Count(results.Prompts.Count, "prompt")}, {results.Steps} steps, guidance {results.Guidance:0.##}. The uncached run takes {results.Uncached.Seconds:0.00} s per picture.</p>");
        page.Line($"<p>{results.Conditions}</p>");
        if (results.ParetoFront() is { Count: > 0 } front)
        {
            page.Line($"<p>No other policy here is both faster and nearer to the uncached pictures than {string.Join(", ", front.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Label} ({results.CredibleSpeedupOf(p):0.0}×, {p.Psnr:0.0} dB)")))}.</p>");
        }

        if (ComparisonTable.NoteOnClock(results) is { Length: > 0 } note)
        {
            page.Line($"<p role=\"note\"><strong>{note}</strong></p>");
        }

        page.Raw("</header>\n");
    }

    private void WriteFigures(Markup page)
    {
        page.Raw("<div class=\"columns\">\n<section aria-labelledby=\"front-heading\"><h2 id=\"front-heading\">Speed-up against quality</h2>\n");
        page.Line($"{FrontChart.Draw(results)}");
        page.Raw("<p class=\"legend\"><span class=\"key front-key\"></span>Pareto front <span class=\"key control-key\"></span>control: uncached, fewer steps <span class=\"key interval-key\"></span>95 % interval of the mean</p>\n</section>\n");
        page.Raw("<section aria-labelledby=\"realised-heading\"><h2 id=\"realised-heading\">Realised against ideal</h2>\n");
        page.Line($"{RealisedChart.Draw(results)}");
        page.Raw("<p class=\"legend\"><span class=\"key ideal-key\"></span>what the skipped stages would save if checks and copies cost nothing</p>\n</section>\n</div>\n");
    }

    private void WriteTable(Markup page)
    {
        var withPerceptual = results.Rows.Any(r => r.Perceptual is not null);
        page.Raw("<section aria-labelledby=\"figures-heading\"><h2 id=\"figures-heading\">Figures</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"figures-heading\">\n<table id=\"figures\">\n");
        page.Raw("<caption><span>Means over all pictures; a head sorts by its column.</span></caption>\n<thead><tr>");
        string[] heads = ["Run", "Settings", "Steps", "Seconds", "Speed-up", "Ideal", "Realised", "PSNR (dB)", "±", "Above control (dB)", "SSIM", "Latent error"];
        foreach (var head in withPerceptual ? heads.Append("Perceptual") : heads)
        {
            page.Line($"<th scope=\"col\"><button type=\"button\">{head}</button></th>");
        }

        page.Raw("</tr></thead>\n<tbody>\n");
        foreach (var row in results.Rows)
        {
            WriteRow(page, row, withPerceptual);
        }

        page.Raw("</tbody>\n</table>\n</div>\n</section>\n");
    }

    private void WriteRow(Markup page, ComparedRow row, bool withPerceptual)
    {
        var isUncached = row.Kind == ComparedKind.Uncached;
        page.Line($"<tr class=\"{row.Kind.ToString().ToLowerInvariant()}\"><th scope=\"row\">{row.Label}</th><td class=\"text\">{ShortSettings.Of(row.Policy, row.Options)}</td>");
        var speedup = row.Speedup;
        Number(page, row.Steps, "0");
        Number(page, row.Seconds, "0.000");
        Number(page, speedup, "0.00", "×");
        Number(page, isUncached ? null : row.Ideal, "0.00", "×");
        Number(page, isUncached ? null : 100 * row.Realised, ClockQuality.IsNoise(row.Realised) ? "'noise'" : "0", ClockQuality.IsNoise(row.Realised) ? "" : " %");
        Number(page, isUncached ? null : row.Psnr, "0.00");
        Number(page, isUncached ? null : row.PsnrInterval, "0.0");
        Number(page, row.Kind == ComparedKind.Policy ? results.AboveControl(row) : null, "+0.0;−0.0;0.0");
        Number(page, isUncached ? null : row.Ssim, "0.0000");
        Number(page, isUncached ? null : row.LatentError, "0.0000");
        if (withPerceptual)
        {
            Number(page, isUncached ? null : row.Perceptual, "0.0000");
        }

        page.Raw("</tr>\n");
    }

    private static void Number(Markup page, double? value, string format, string unit = "")
    {
        if (value is { } number && double.IsFinite(number))
        {
            page.Line($"<td data-value=\"{number:R}\">{number.ToString(format, CultureInfo.InvariantCulture)}{unit}</td>");
        }
        else
        {
            page.Raw("<td><span aria-hidden=\"true\">–</span><span class=\"hidden\">does not apply</span></td>\n");
        }
    }

    private void WritePictures(Markup page)
    {
        page.Raw("<section id=\"pictures\" aria-labelledby=\"pictures-heading\"><h2 id=\"pictures-heading\">Pictures</h2>\n");
        page.Raw("<fieldset class=\"switch\"><legend>Show</legend><label><input type=\"radio\" name=\"view\" id=\"view-plain\" checked>pictures</label>");
        page.Raw("<label><input type=\"radio\" name=\"view\" id=\"view-difference\">difference from the uncached picture, 8 times as bright</label></fieldset>\n");
        page.Raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"pictures-heading\">\n<table class=\"pictures\">\n<caption class=\"hidden\">A row for each run, a column for each prompt and seed</caption>\n<thead><tr><td></td>");
        foreach (var run in results.Uncached.Runs)
        {
            page.Line($"<th scope=\"col\">{run.Prompt}<br><small>seed {run.Seed}</small></th>");
        }

        page.Raw("</tr></thead>\n<tbody>\n");
        foreach (var row in results.Rows)
        {
            page.Line($"<tr><th scope=\"row\">{row.Label}<br><small>{Figures.Times(row.Speedup)}</small></th>");
            foreach (var run in row.Runs)
            {
                WritePicture(page, row, run);
            }

            page.Raw("</tr>\n");
        }

        page.Raw("</tbody>\n</table>\n</div>\n</section>\n");
    }

    private void WritePicture(Markup page, ComparedRow row, ComparedRun run)
    {
        var figures = row.Kind == ComparedKind.Uncached ? "" : double.IsInfinity(run.Psnr) ? "equal" : string.Create(CultureInfo.InvariantCulture, $"{run.Psnr:0.0} dB");
        var spoken = $"{run.Prompt}, seed {run.Seed}, {row.Label}{(figures.Length == 0 ? "" : ", " + figures)}";
        page.Line($"<td><figure><span class=\"frame\" style=\"--reference: var(--{Variable(run)})\"><img src=\"{PictureOf(run)}\" alt=\"{spoken}\"></span><figcaption>{figures}</figcaption></figure></td>");
    }

    private void WriteTimelines(Markup page)
    {
        page.Raw("<section aria-labelledby=\"timelines-heading\"><h2 id=\"timelines-heading\">What each step computed</h2>\n");
        page.Raw("<p class=\"legend\"><span class=\"key step-C\"></span>C: everything <span class=\"key step-d\"></span>d: detail reused <span class=\"key step-h\"></span>h: structure and detail reused <span class=\"key step-r\"></span>r: reused <span class=\"key threshold-key\"></span>threshold</p>\n<div class=\"columns\">\n");
        var index = 0;
        foreach (var row in results.Policies)
        {
            var first = row.Runs[0];
            page.Line($"<article><h3>{row.Label}</h3><p class=\"note\">{first.Prompt}, seed {first.Seed}</p>");
            page.Line($"{TimelineChart.Draw($"timeline-{index++}", $"{row.Label}, step by step", first.Log)}");
            if (row.Runs.Count > 1)
            {
                page.Line($"<details><summary>All {row.Runs.Count} pictures</summary><ul class=\"strips\">");
                foreach (var run in row.Runs)
                {
                    var name = $"{run.Prompt}, seed {run.Seed}";
                    page.Line($"<li><span>{name}</span>{TimelineChart.Strip(name, run.Log)}</li>");
                }

                page.Raw("</ul></details>\n");
            }

            page.Raw("</article>\n");
        }

        page.Raw("</div>\n</section>\n");
    }

    /// <summary>The uncached pictures as variables of the style sheet: the difference view lays them over the others without embedding them again.</summary>
    private string ReferenceVariables() =>
        $":root {{\n{string.Concat(results.Uncached.Runs.Select(r => $"  --{Variable(r)}: url({PictureOf(r)});\n"))}}}\n";

    private string Variable(ComparedRun run) => string.Create(CultureInfo.InvariantCulture, $"uncached-{results.Prompts.TakeWhile(p => p != run.Prompt).Count()}-{unchecked((ulong)run.Seed)}");

    private string PictureOf(ComparedRun run)
    {
        if (!_pictures.TryGetValue(run, out var address))
        {
            var picture = pictureOf(run);
            var largest = Math.Max(picture.Width, picture.Height);
            if (largest > LargestPicture)
            {
                picture = picture.Resize(picture.Width * LargestPicture / largest, picture.Height * LargestPicture / largest);
            }

            address = $"data:image/png;base64,{Convert.ToBase64String(Png.Encode(picture))}";
            _pictures.Add(run, address);
        }

        return address;
    }

    private static string Count(int number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");
}
