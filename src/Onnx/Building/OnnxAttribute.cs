using CachePolicies.Onnx.Schema;
using Google.Protobuf;
using Type = CachePolicies.Onnx.Schema.AttributeProto.Types.AttributeType;

namespace CachePolicies.Onnx;

/// <summary>A named attribute of a node.</summary>
public sealed class OnnxAttribute
{
    private OnnxAttribute(AttributeProto proto) => Proto = proto;

    internal AttributeProto Proto { get; }

    /// <summary>An integer.</summary>
    public static OnnxAttribute Integer(string name, long value) => new(new AttributeProto { Name = name, Type = Type.Int, I = value });

    /// <summary>A list of integers.</summary>
    public static OnnxAttribute Integers(string name, params ReadOnlySpan<long> values)
    {
        var proto = new AttributeProto { Name = name, Type = Type.Ints };
        foreach (var value in values)
        {
            proto.Ints.Add(value);
        }

        return new OnnxAttribute(proto);
    }

    /// <summary>A number.</summary>
    public static OnnxAttribute Number(string name, float value) => new(new AttributeProto { Name = name, Type = Type.Float, F = value });

    /// <summary>A text.</summary>
    public static OnnxAttribute Text(string name, string value) =>
        new(new AttributeProto { Name = name, Type = Type.String, S = ByteString.CopyFromUtf8(value) });
}
