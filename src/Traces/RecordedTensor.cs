using System.Globalization;

namespace CachePolicies.Traces;

/// <summary>A tensor that a trace holds in every step.</summary>
/// <param name="Boundary">The boundary's name in the trace.</param>
/// <param name="Name">The tensor's name there; empty for the primary one.</param>
/// <param name="Shape">The shape of one lane.</param>
public sealed record RecordedTensor(string Boundary, string Name, TensorShape Shape)
{
    /// <summary>A boundary's name in a trace: its role's, by which other models' traces are read alike; a cut's own.</summary>
    public static string NameOf(Boundary boundary)
    {
        ArgumentNullException.ThrowIfNull(boundary);
        return boundary.Role == BoundaryRole.Cut ? boundary.Name : boundary.Role.ToName();
    }

    /// <summary>Its name in the file for a step, from 0.</summary>
    public string KeyAt(int step) => string.Create(CultureInfo.InvariantCulture, $"{step:D4}/{Boundary}{(Name.Length == 0 ? "" : "/")}{Name}");
}
