namespace CachePolicies.Files;

/// <summary>Files that another file names by a path relative to its own folder.</summary>
public static class FolderFile
{
    /// <summary>The full path of a file that lies in a folder or below it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The relative path, with <c>/</c> between its parts.</param>
    /// <exception cref="InvalidDataException">The name is empty, absolute, or leads out of the folder.</exception>
    public static string Resolve(string folder, string name) => IsInside(name)
        ? Path.Combine(folder, name)
        : throw new InvalidDataException($"The file name '{Excerpt.Of(name)}' leads out of its folder '{Excerpt.OfPath(folder)}'; expected a relative path without '..'.");

    /// <summary>Whether a relative path stays inside the folder that it starts from.</summary>
    public static bool IsInside(string name) =>
        !string.IsNullOrWhiteSpace(name)
        && !name.Contains('\0')
        && !Path.IsPathRooted(name)
        && !(OperatingSystem.IsWindows() && name.Contains(':'))
        && name.Split('/', '\\').All(part => part is not ("" or ".." or "."));
}
