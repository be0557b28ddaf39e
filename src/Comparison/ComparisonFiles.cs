using System.Text;
using CachePolicies.Files;
using CachePolicies.Reporting;

namespace CachePolicies.Comparison;

/// <summary>The folder of a comparison: each file appears whole or not at all.</summary>
public static class ComparisonFiles
{
    /// <summary>The figures, settings and decisions.</summary>
    public const string Results = "results.json";

    /// <summary>The page for people.</summary>
    public const string Report = "report.html";

    /// <summary>The table in Markdown.</summary>
    public const string Table = "table.md";

    /// <summary>The pictures side by side.</summary>
    public const string ContactSheet = "contact-sheet.png";

    /// <summary>What each evaluation computed.</summary>
    public const string Timeline = "timeline.png";

    /// <summary>Saves a picture under its name in a folder; for <see cref="ComparisonPlan.Save"/>.</summary>
    public static void SavePicture(string folder, string name, RgbImage image)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Png.Save(path, image);
    }

    /// <summary>Writes everything but the pictures themselves.</summary>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="results">The comparison.</param>
    /// <param name="pictureOf">A run's picture.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Write(string folder, ComparisonResults results, Func<ComparedRun, RgbImage> pictureOf)
    {
        Directory.CreateDirectory(folder);
        void Text(string name, string content) => Draft.Write(Path.Combine(folder, name), Encoding.UTF8.GetBytes(content));
        Text(Results, JsonLine.Text(ResultsJson.Whole(results), indented: true) + "\n");
        Text(Report, new ReportPage(results, pictureOf).Render());
        Text(Table, ComparisonTable.Of(results).ToMarkdown());
        Png.Save(Path.Combine(folder, ContactSheet), ComparisonPictures.Sheet(results, pictureOf).Draw());
        Png.Save(Path.Combine(folder, Timeline), ComparisonPictures.Timeline(results).Draw());
    }
}
