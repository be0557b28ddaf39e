using System.Collections.Immutable;

namespace CachePolicies;

/// <summary>The element type and shape of one input of a kernel.</summary>
/// <param name="ElementType">The element type.</param>
/// <param name="Shape">The shape for one lane.</param>
public readonly record struct TensorType(ElementType ElementType, TensorShape Shape)
{
    /// <summary>The type of a described tensor.</summary>
    public static TensorType Of(TensorDescriptor descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return new(descriptor.ElementType, descriptor.Shape);
    }
}

/// <summary>
/// What a backend compiles: expressions over typed inputs. Two signatures that say the same are equal, so that a backend builds each kernel once.
/// A scalar output is float32; a tensor output has <see cref="OutputType"/>.
/// </summary>
public sealed class KernelSignature : IEquatable<KernelSignature>
{
    /// <summary>Creates a signature and infers the shapes of its outputs.</summary>
    /// <param name="inputs">The inputs in order.</param>
    /// <param name="scalars">How many numbers are told at each run.</param>
    /// <param name="outputs">What is computed.</param>
    /// <param name="outputType">The element type of tensor outputs; that of the first input by default.</param>
    /// <exception cref="ArgumentException">An expression does not fit the inputs.</exception>
    public KernelSignature(ImmutableArray<TensorType> inputs, int scalars, ImmutableArray<TensorExpression> outputs, ElementType? outputType = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(scalars);
        if (inputs.IsDefaultOrEmpty || outputs.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A kernel has at least one input and one output.");
        }

        var shapes = inputs.Select(i => i.Shape).ToArray();
        Inputs = inputs;
        Scalars = scalars;
        Outputs = outputs;
        OutputType = outputType ?? inputs[0].ElementType;
        OutputShapes = [.. outputs.Select(o => o.ShapeOf(shapes))];
    }

    /// <summary>The inputs in order.</summary>
    public ImmutableArray<TensorType> Inputs { get; }

    /// <summary>How many numbers are told at each run.</summary>
    public int Scalars { get; }

    /// <summary>What is computed.</summary>
    public ImmutableArray<TensorExpression> Outputs { get; }

    /// <summary>The shapes of the outputs.</summary>
    public ImmutableArray<TensorShape> OutputShapes { get; }

    /// <summary>The element type of tensor outputs.</summary>
    public ElementType OutputType { get; }

    /// <summary>Whether the kernel computes one number that its caller reads.</summary>
    public bool IsMeasurement => Outputs.Length == 1 && OutputShapes[0].Rank == 0;

    /// <inheritdoc/>
    public bool Equals(KernelSignature? other) =>
        other is not null && Scalars == other.Scalars && OutputType == other.OutputType &&
        Inputs.AsSpan().SequenceEqual(other.Inputs.AsSpan()) && Outputs.AsSpan().SequenceEqual(other.Outputs.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as KernelSignature);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Scalars);
        hash.Add(OutputType);
        foreach (var input in Inputs)
        {
            hash.Add(input);
        }

        foreach (var output in Outputs)
        {
            hash.Add(output);
        }

        return hash.ToHashCode();
    }
}
