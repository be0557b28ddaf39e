namespace CachePolicies;

/// <summary>Who makes a tensor that a stage reads.</summary>
public enum TensorOrigin
{
    /// <summary>The stage before a boundary, or whoever gives the latent.</summary>
    Boundary,

    /// <summary>Whoever calls the denoiser: one of its inputs.</summary>
    Input,

    /// <summary>The prelude.</summary>
    Prelude,
}

/// <summary>Where a tensor that a stage reads comes from.</summary>
/// <param name="Origin">Who makes it.</param>
/// <param name="Tensor">Its index at the boundary, among the inputs, or among the prelude's tensors.</param>
/// <param name="Boundary">The boundary's index; 0 for inputs and the prelude.</param>
public readonly record struct TensorSource(TensorOrigin Origin, int Tensor, int Boundary = 0)
{
    /// <summary>A tensor at a boundary.</summary>
    public static TensorSource AtBoundary(int boundary, int tensor) => new(TensorOrigin.Boundary, tensor, boundary);

    /// <summary>An input of the denoiser.</summary>
    public static TensorSource OfInput(int input) => new(TensorOrigin.Input, input);

    /// <summary>A tensor that the prelude makes.</summary>
    public static TensorSource OfPrelude(int tensor) => new(TensorOrigin.Prelude, tensor);

    /// <summary>Whether it is a tensor at a boundary.</summary>
    public bool IsAtBoundary => Origin == TensorOrigin.Boundary;
}
