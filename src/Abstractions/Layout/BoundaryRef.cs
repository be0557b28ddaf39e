namespace CachePolicies;

/// <summary>
/// How a policy points at a boundary: by role, or by the name that a layout gives it. Converts implicitly from both, so that
/// <c>BoundaryRole.Output</c> and <c>"structure.probe2"</c> can be used wherever one is asked for.
/// </summary>
public readonly record struct BoundaryRef
{
    private BoundaryRef(BoundaryRole role, string? name) => (Role, Name) = (role, name);

    /// <summary>The role, where <see cref="Name"/> is <see langword="null"/>.</summary>
    public BoundaryRole Role { get; }

    /// <summary>The name, or <see langword="null"/> where the boundary is found by its role.</summary>
    public string? Name { get; }

    /// <summary>The boundary that has this role.</summary>
    public static BoundaryRef Of(BoundaryRole role) => new(role, null);

    /// <summary>The boundary of this name; a role's own name (<c>structure.probe</c>) finds that role where no boundary is called so.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static BoundaryRef Named(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new(BoundaryRole.Cut, name);
    }

    /// <inheritdoc cref="Of"/>
    public static implicit operator BoundaryRef(BoundaryRole role) => Of(role);

    /// <inheritdoc cref="Named"/>
    public static implicit operator BoundaryRef(string name) => Named(name);

    /// <inheritdoc/>
    public override string ToString() => Name ?? Role.ToName();
}
