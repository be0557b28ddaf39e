namespace CachePolicies.Diffusers;

/// <summary>A part of a pipeline whose sessions can be closed while nothing runs, and are opened again when they are needed.</summary>
internal interface IClosablePart
{
    /// <summary>Bytes of its weights.</summary>
    long Bytes { get; }

    /// <summary>Whether its sessions are open.</summary>
    bool IsOpen { get; }

    /// <summary>Closes the sessions, unless they are in use.</summary>
    /// <returns>Whether they are closed.</returns>
    bool TryClose();
}
