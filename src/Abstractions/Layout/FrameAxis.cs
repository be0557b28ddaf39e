namespace CachePolicies;

/// <summary>
/// Where a feature of a video holds its frames. Along the axis the frames lie one after another, each with an equal share: the latent
/// <c>[channels, frames, height, width]</c> has them along axis 1, tokens <c>[frames · height · width, channels]</c> in frame-major order along axis 0.
/// </summary>
/// <param name="Axis">The axis, counted from 0 without the batch axis.</param>
/// <param name="Count">How many frames there are: a divisor of the axis's size, or the name of a free axis whose size is told when the layout is bound.</param>
public sealed record FrameAxis(int Axis, Dimension Count)
{
    /// <summary>The same axis with a size for its number of frames, where <paramref name="sizes"/> holds one.</summary>
    public FrameAxis Bind(IReadOnlyDictionary<string, int> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        return Count.Symbol is { } name && AxisFormula.Evaluate(name, sizes) is { } size ? this with { Count = size } : this;
    }

    /// <summary>The shape of one frame: that of the whole feature, with the frame's share of the axis.</summary>
    /// <param name="shape">The shape of the whole feature, concrete.</param>
    /// <exception cref="ArgumentException">The shape does not have the axis, or its size is not a multiple of the number of frames.</exception>
    /// <exception cref="InvalidOperationException">The number of frames is not told yet.</exception>
    public TensorShape FrameOf(TensorShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (Count.Symbol is { } name)
        {
            throw new InvalidOperationException($"The number of frames '{name}' of {shape} is free; bind the layout to sizes first (DenoiserLayout.Bind).");
        }

        if (WhyNotOf(shape) is { } problem)
        {
            throw new ArgumentException(problem);
        }

        var dimensions = shape.Dimensions.ToArray();
        dimensions[Axis] = shape[Axis] / Count.Size;
        return new TensorShape(dimensions);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Count} frames along axis {Axis}";

    /// <summary>What contradicts a shape, as far as sizes are known; <see langword="null"/> where nothing does.</summary>
    internal string? WhyNotOf(TensorShape shape) => this switch
    {
        _ when (uint)Axis >= (uint)shape.Rank => $"{this} of {shape} is not possible; its axes are 0 to {shape.Rank - 1}.",
        { Count: { IsFree: false, Size: < 1 } } => $"{this} of {shape} is not possible; at least 1 frame.",
        { Count.IsFree: false } when shape.Dimensions[Axis] is { IsFree: false } axis && axis.Size % Count.Size != 0 =>
            $"{this} of {shape} is not possible; {axis.Size} is not a multiple of {Count.Size}.",
        _ => null,
    };
}
