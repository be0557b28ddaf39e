using CachePolicies.Models;

namespace CachePolicies.TextToImage;

/// <summary>Where models lie.</summary>
public static class ModelFolder
{
    /// <summary>The place of the sample model in the repository.</summary>
    public static string Sample { get; } = Path.Combine("models", "emoji");

    /// <summary>Whether a folder holds a staged model.</summary>
    public static bool IsModel(string folder) => File.Exists(Path.Combine(folder, ModelManifest.FileName));

    /// <summary>
    /// The folder of a model that is named by a relative path: under the working folder, or beside the program where the working folder holds no such model,
    /// as a published program and the package CachePolicies.SampleModel have it.
    /// </summary>
    /// <param name="folder">A full path is returned as it is.</param>
    public static string Locate(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var beside = Path.Combine(AppContext.BaseDirectory, folder);
        return !Path.IsPathRooted(folder) && !IsModel(folder) && IsModel(beside) ? beside : folder;
    }

    /// <summary>The sample model of the repository that the working folder or the program is in, or <see langword="null"/>.</summary>
    public static string? FindSample()
    {
        foreach (var start in new[] { Directory.GetCurrentDirectory(), AppContext.BaseDirectory })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                var candidate = Path.Combine(folder.FullName, Sample);
                if (IsModel(candidate))
                {
                    return candidate;
                }
            }
        }

        return null;
    }
}
