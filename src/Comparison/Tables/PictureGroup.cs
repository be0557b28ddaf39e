namespace CachePolicies.Comparison;

/// <summary>Pictures of a comparison whose figures are shown apart.</summary>
/// <param name="Name">What the table's head calls them.</param>
/// <param name="Holds">Whether a picture is one of them.</param>
public sealed record PictureGroup(string Name, Func<ComparedRun, bool> Holds);
