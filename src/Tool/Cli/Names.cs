namespace CachePolicies.Tool;

/// <summary>Names as people type them.</summary>
internal static class Names
{
    /// <summary>The name without case, dashes, underscores and spaces: <c>H2-Cache</c> is <c>h2cache</c>.</summary>
    public static string Fold(string name) => string.Concat(name.Where(c => c is not ('-' or '_' or ' '))).ToLowerInvariant();

    public static bool AreEqual(string left, string right) => string.Equals(Fold(left), Fold(right), StringComparison.Ordinal);

    /// <summary>The candidate that was probably meant, or <see langword="null"/> where none is near.</summary>
    public static string? Nearest(string typed, IEnumerable<string> candidates) => typed.Length > NearestNames.LongestWord
        ? null
        : NearestNames.Of(Fold(typed), [.. candidates.Select(Fold)]) is [var nearest, ..] ? candidates.First(c => Fold(c) == nearest) : null;

    /// <summary>A sentence for a name that is not known: the nearest one, and all there are.</summary>
    public static UsageException Unknown(string what, string typed, IReadOnlyCollection<string> known)
    {
        var suggestion = Nearest(typed, known) is { } nearest ? $" Did you mean '{nearest}'?" : "";
        return new UsageException($"There is no {what} '{Excerpt.Of(typed)}'.{suggestion} There are: {string.Join(", ", known)}.");
    }
}
