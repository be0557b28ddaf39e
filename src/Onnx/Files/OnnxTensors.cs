using System.Buffers.Binary;
using System.Globalization;
using CachePolicies.Onnx.Schema;

namespace CachePolicies.Onnx;

/// <summary>Facts about tensors in a model: where their data is and how long it is.</summary>
internal static class OnnxTensors
{
    public static bool IsExternal(this TensorProto tensor) => tensor.DataLocation == TensorProto.Types.DataLocation.External;

    public static OnnxElementType ElementType(this TensorProto tensor) => (OnnxElementType)tensor.DataType;

    /// <summary>The number of elements.</summary>
    /// <exception cref="OnnxFormatException">A dimension is negative, or the product is too large to count.</exception>
    public static long ElementCount(this TensorProto tensor)
    {
        long count = 1;
        foreach (var size in tensor.Dims)
        {
            if (size < 0)
            {
                throw new OnnxFormatException($"The tensor '{tensor.Name}' has the negative dimension {size}.");
            }

            try
            {
                count = checked(count * size);
            }
            catch (OverflowException e)
            {
                throw new OnnxFormatException($"The tensor '{tensor.Name}' of shape [{string.Join(", ", tensor.Dims)}] is too large to count.", e);
            }
        }

        return count;
    }

    /// <summary>The bytes of the data by shape and element type; 0 for text.</summary>
    public static long ByteCount(this TensorProto tensor)
    {
        var bits = (UInt128)(ulong)tensor.ElementCount() * (uint)tensor.ElementType().BitSize();
        var bytes = (bits + 7) / 8;
        return bytes <= long.MaxValue
            ? (long)bytes
            : throw new OnnxFormatException($"The tensor '{tensor.Name}' of shape [{string.Join(", ", tensor.Dims)}] is too large to count.");
    }

    /// <summary>Where the data of an external tensor lies; checks the reference, not the file.</summary>
    public static (string Location, long Offset, long Length) ExternalReference(this TensorProto tensor)
    {
        string? location = null;
        long offset = 0, length = -1;
        foreach (var entry in tensor.ExternalData)
        {
            switch (entry.Key)
            {
                case "location":
                    location = entry.Value;
                    break;
                case "offset":
                    offset = ParseCount(tensor, entry);
                    break;
                case "length":
                    length = ParseCount(tensor, entry);
                    break;
                default:
                    break;
            }
        }

        if (string.IsNullOrEmpty(location))
        {
            throw new OnnxFormatException($"The tensor '{tensor.Name}' is stored outside the model, but no location is stated.");
        }

        var expected = tensor.ByteCount();
        if (length >= 0 && length != expected)
        {
            throw new OnnxFormatException(
                $"The tensor '{tensor.Name}' ({tensor.ElementType()} [{string.Join(", ", tensor.Dims)}]) needs {expected} bytes of external data, but states {length}.");
        }

        return (location, offset, expected);
    }

    /// <summary>The values of a small inline tensor of integers, or <see langword="null"/> where it is not one.</summary>
    public static long[]? InlineIntegers(this TensorProto tensor)
    {
        if (tensor.IsExternal())
        {
            return null;
        }

        var raw = tensor.RawData.Span;
        switch (tensor.ElementType())
        {
            case OnnxElementType.Int64 when tensor.HasRawData:
                var longs = new long[raw.Length / 8];
                for (var i = 0; i < longs.Length; i++)
                {
                    longs[i] = BinaryPrimitives.ReadInt64LittleEndian(raw[(8 * i)..]);
                }

                return longs;
            case OnnxElementType.Int64:
                return [.. tensor.Int64Data];
            case OnnxElementType.Int32 when tensor.HasRawData:
                var ints = new long[raw.Length / 4];
                for (var i = 0; i < ints.Length; i++)
                {
                    ints[i] = BinaryPrimitives.ReadInt32LittleEndian(raw[(4 * i)..]);
                }

                return ints;
            case OnnxElementType.Int32:
                return [.. tensor.Int32Data];
            default:
                return null;
        }
    }

    /// <summary>All tensors of a model: initialisers and attributes, in the graph, its subgraphs, functions and training parts.</summary>
    public static IEnumerable<TensorProto> AllTensors(this ModelProto model)
    {
        IEnumerable<TensorProto> tensors = model.Graph is null ? [] : model.Graph.AllTensors();
        foreach (var training in model.TrainingInfo)
        {
            tensors = tensors
                .Concat(training.Initialization?.AllTensors() ?? [])
                .Concat(training.Algorithm?.AllTensors() ?? []);
        }

        return tensors.Concat(model.Functions.SelectMany(function => function.Node.SelectMany(OfNode)));
    }

    /// <summary>All tensors of a graph and its subgraphs.</summary>
    public static IEnumerable<TensorProto> AllTensors(this GraphProto graph) =>
        graph.Initializer
            .Concat(graph.SparseInitializer.SelectMany(OfSparse))
            .Concat(graph.Node.SelectMany(OfNode));

    /// <summary>All tensors in the attributes of a node and its subgraphs.</summary>
    public static IEnumerable<TensorProto> OfNode(NodeProto node) => node.Attribute.SelectMany(OfAttribute);

    private static IEnumerable<TensorProto> OfAttribute(AttributeProto attribute)
    {
        IEnumerable<TensorProto> tensors = attribute.T is null ? [] : [attribute.T];
        return tensors
            .Concat(attribute.Tensors)
            .Concat(attribute.G?.AllTensors() ?? [])
            .Concat(attribute.Graphs.SelectMany(AllTensors))
            .Concat(attribute.SparseTensor is null ? [] : OfSparse(attribute.SparseTensor))
            .Concat(attribute.SparseTensors.SelectMany(OfSparse));
    }

    private static IEnumerable<TensorProto> OfSparse(SparseTensorProto sparse)
    {
        if (sparse.Values is not null)
        {
            yield return sparse.Values;
        }

        if (sparse.Indices is not null)
        {
            yield return sparse.Indices;
        }
    }

    private static long ParseCount(TensorProto tensor, StringStringEntryProto entry) =>
        long.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new OnnxFormatException($"The tensor '{tensor.Name}' states the {entry.Key} '{entry.Value}' for its external data; expected a whole number of at least 0.");
}
