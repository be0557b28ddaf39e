using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using CachePolicies.Onnx.Schema;
using Google.Protobuf;

namespace CachePolicies.Splitting;

/// <summary>Exported models as other exporters would have written them.</summary>
internal static class ModelVariants
{
    /// <summary>The weights and the arithmetic in float16.</summary>
    public static ModelProto Half(ModelProto model)
    {
        // Sizes and scales of Resize stay float32, as the operator wants them.
        var kept = model.Graph.Node.Where(node => node.OpType == "Resize").SelectMany(node => node.Input.Skip(1)).ToHashSet(StringComparer.Ordinal);
        var keptTensors = model.Graph.Initializer.Where(tensor => kept.Contains(tensor.Name))
            .Concat(model.Graph.Node.Where(node => node.OpType == "Constant" && kept.Contains(node.Output[0])).Select(node => node.Attribute[0].T)).ToList();
        foreach (var tensor in model.AllTensors().Where(tensor => tensor.ElementType() == OnnxElementType.Float32 && !keptTensors.Contains(tensor)))
        {
            var numbers = MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
            tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(Array.ConvertAll(numbers, x => (System.Half)x).AsSpan()));
            tensor.DataType = (int)OnnxElementType.Float16;
        }

        foreach (var value in model.Graph.Input.Concat(model.Graph.Output).Where(value => value.Type.TensorType.ElemType == (int)OnnxElementType.Float32))
        {
            value.Type.TensorType.ElemType = (int)OnnxElementType.Float16;
        }

        foreach (var cast in model.Graph.Node.Where(node => node.OpType == "Cast").SelectMany(node => node.Attribute).Where(attribute => attribute.I == (int)OnnxElementType.Float32))
        {
            cast.I = (int)OnnxElementType.Float16;
        }

        return model;
    }

    /// <summary>Further channels of the latents' input, as models that fill in pictures have them; their weights are those of the first channels.</summary>
    public static ModelProto MoreChannels(ModelProto model, string latent, int more)
    {
        var channels = model.Graph.Input.First(input => input.Name == latent).Type.TensorType.Shape.Dim[1];
        var conv = model.Graph.Node.First(node => node.OpType == "Conv" && node.Input[0] == latent);
        var weights = model.Graph.Initializer.First(tensor => tensor.Name == conv.Input[1]);
        var (outputs, inputs, area) = ((int)weights.Dims[0], (int)weights.Dims[1], (int)(weights.Dims[2] * weights.Dims[3]));
        var numbers = MemoryMarshal.Cast<byte, float>(weights.RawData.Span).ToArray();
        var wider = new float[outputs * (inputs + more) * area];
        for (var i = 0; i < wider.Length; i++)
        {
            var (output, input) = (i / area / (inputs + more), i / area % (inputs + more));
            wider[i] = numbers[(((output * inputs) + (input % inputs)) * area) + (i % area)];
        }

        weights.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(wider.AsSpan()));
        weights.Dims[1] = channels.DimValue = inputs + more;
        return model;
    }

    /// <summary>No names but those of inputs and outputs; values get a stem with a number in place of an x.</summary>
    public static ModelProto WithoutNames(ModelProto model, string stem = "vx")
    {
        var kept = model.Graph.Input.Concat(model.Graph.Output).Select(value => value.Name).ToHashSet(StringComparer.Ordinal);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        string Short(string name) => name.Length == 0 || kept.Contains(name) ? name
            : names.TryGetValue(name, out var known) ? known : names[name] = stem.Replace("x", names.Count.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        foreach (var node in model.Graph.Node)
        {
            node.Name = "";
            for (var i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = Short(node.Input[i]);
            }

            for (var i = 0; i < node.Output.Count; i++)
            {
                node.Output[i] = Short(node.Output[i]);
            }
        }

        foreach (var initializer in model.Graph.Initializer)
        {
            initializer.Name = Short(initializer.Name);
        }

        model.Graph.ValueInfo.Clear();
        return model;
    }

    /// <summary>A batch that the inputs fix.</summary>
    public static ModelProto FixedBatch(ModelProto model, long batch)
    {
        foreach (var value in model.Graph.Input.Concat(model.Graph.Output))
        {
            value.Type.TensorType.Shape.Dim[0] = new TensorShapeProto.Types.Dimension { DimValue = batch };
        }

        return model;
    }

    /// <summary>The nodes in another order than the one in which they run.</summary>
    public static ModelProto OutOfOrder(ModelProto model)
    {
        var nodes = model.Graph.Node.Reverse().ToList();
        model.Graph.Node.Clear();
        model.Graph.Node.AddRange(nodes);
        return model;
    }

    /// <summary>Module names in the metadata of the newer PyTorch exporter instead of the nodes' names.</summary>
    public static ModelProto ScopeMetadata(ModelProto model)
    {
        var nodes = 0;
        foreach (var node in model.Graph.Node)
        {
            var scope = OnnxScope.Of(node);
            node.Name = string.Create(CultureInfo.InvariantCulture, $"node_{node.OpType}_{nodes++}");
            node.MetadataProps.Add(new StringStringEntryProto { Key = "pkg.torch.onnx.name_scopes", Value = $"['', '{scope}', '{node.Name}']" });
        }

        return model;
    }

    /// <summary>Other names of modules, by a pattern over the nodes' names.</summary>
    public static ModelProto Renamed(ModelProto model, string pattern, string replacement)
    {
        foreach (var node in model.Graph.Node)
        {
            node.Name = Regex.Replace(node.Name, pattern, replacement);
        }

        return model;
    }

    /// <summary>The U-Net of the fixtures under the names of the original LDM code.</summary>
    public static ModelProto LatentDiffusionNames(ModelProto model)
    {
        foreach (var node in model.Graph.Node)
        {
            var name = node.Name.StartsWith("/conv_in/", StringComparison.Ordinal) ? Inside("input_blocks.0", 0, node.Name[9..])
                : node.Name.StartsWith("/conv_norm_out/", StringComparison.Ordinal) ? "out/out.0/" + node.Name[15..]
                : node.Name.StartsWith("/conv_out/", StringComparison.Ordinal) ? "out/out.2/" + node.Name[10..]
                : Regex.Match(node.Name, "^/(down_blocks|up_blocks)\\.(\\d)/(resnets|attentions|downsamplers|upsamplers)\\.(\\d)/(.*)$") is { Success: true } match
                    ? Block(match.Groups[1].Value, match.Groups[3].Value, Number(match, 2), Number(match, 4), match.Groups[5].Value)
                : Regex.Match(node.Name, "^/mid_block/(resnets|attentions)\\.(\\d)/(.*)$") is { Success: true } middle
                    ? $"middle_block/middle_block.{(middle.Groups[1].Value == "attentions" ? 1 : Number(middle, 2) * 2)}/{middle.Groups[3].Value}"
                : Regex.Replace(node.Name, "^/up_blocks\\.(\\d)/(.*)$", "/$2_level$1")[1..];
            node.Name = "/" + name;
        }

        return model;

        static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

        static string Inside(string block, int part, string rest) => string.Create(CultureInfo.InvariantCulture, $"{block}/{block}.{part}/{rest}");

        // Two resnets and a downsampling a level of the encoder; three resnets a level of the decoder, the last with the upsampling.
        static string Block(string stack, string kind, int level, int part, string rest) => stack == "down_blocks"
            ? Inside(string.Create(CultureInfo.InvariantCulture, $"input_blocks.{(3 * level) + (kind == "downsamplers" ? 3 : 1 + part)}"), kind == "attentions" ? 1 : 0, rest)
            : Inside(string.Create(CultureInfo.InvariantCulture, $"output_blocks.{(3 * level) + (kind == "upsamplers" ? 2 : part)}"), kind == "resnets" ? 0 : 1, rest);
    }

    /// <summary>Version 11 of the operator set: axes of Unsqueeze are an attribute, and Reshape has none.</summary>
    public static ModelProto Opset11(ModelProto model)
    {
        model.OpsetImport.Single(opset => opset.Domain.Length == 0).Version = 11;
        model.IrVersion = 6;
        var constants = model.Graph.Node.Where(node => node.OpType == "Constant").ToDictionary(node => node.Output[0], node => node.Attribute[0].T, StringComparer.Ordinal);
        foreach (var tensor in model.Graph.Initializer)
        {
            constants[tensor.Name] = tensor;
        }

        foreach (var node in model.Graph.Node.Where(node => node.OpType == "Unsqueeze"))
        {
            node.Attribute.Add(new AttributeProto { Name = "axes", Type = AttributeProto.Types.AttributeType.Ints, Ints = { constants[node.Input[1]].InlineIntegers()! } });
            node.Input.RemoveAt(1);
        }

        foreach (var node in model.Graph.Node.Where(node => node.OpType == "Reshape"))
        {
            node.Attribute.Clear();
        }

        return model;
    }

    /// <summary>Writes a model with its weights in a file beside it, as large exports have them.</summary>
    public static string WriteExternal(ModelProto model, string folder, string name)
    {
        using (var data = new FileStream(Path.Combine(folder, name + ".data"), FileMode.Create))
        {
            for (var i = 0; i < model.Graph.Initializer.Count; i++)
            {
                var tensor = model.Graph.Initializer[i];
                if (tensor.ElementType() is OnnxElementType.Float32 or OnnxElementType.Float16 && tensor.RawData.Length >= 64)
                {
                    model.Graph.Initializer[i] = External(tensor, name + ".data", data.Position);
                    data.Write(tensor.RawData.Span);
                }
            }
        }

        var path = Path.Combine(folder, name + ".onnx");
        File.WriteAllBytes(path, model.ToByteArray());
        return path;
    }

    private static TensorProto External(TensorProto tensor, string location, long offset)
    {
        var external = new TensorProto { Name = tensor.Name, DataType = tensor.DataType, DataLocation = TensorProto.Types.DataLocation.External, Dims = { tensor.Dims } };
        external.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        external.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset.ToString(CultureInfo.InvariantCulture) });
        external.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = tensor.RawData.Length.ToString(CultureInfo.InvariantCulture) });
        return external;
    }
}
