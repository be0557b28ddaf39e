using System.Text.Json;

namespace CachePolicies.Splitting;

/// <summary>Writes the manifest of a split model, in the format <c>cachepolicies-model/1</c>.</summary>
internal static class ManifestWriter
{
    public const string FileName = "manifest.json";
    public const string WholeFile = "denoiser.onnx";
    public const string UnfinishedFile = FileName + ".unfinished";

    public static void Write(Stream stream, SplitPlan plan, string name, string prediction, IReadOnlyList<string> externalData, string? fingerprint, IDictionary<string, JsonElement> sections)
    {
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("format", "cachepolicies-model/1");
            json.WriteString("name", name);
            json.WriteString("family", plan.Family.ToName());
            if (fingerprint is not null)
            {
                json.WriteString("fingerprint", fingerprint);
            }

            json.WriteString("prediction", prediction);
            if (plan.FixedBatch is { } batch)
            {
                json.WriteNumber("batch", batch);
            }

            WriteInputs(json, plan);
            WritePrelude(json, plan.Prelude);
            WriteBoundaries(json, plan);
            json.WriteStartArray("stages");
            for (var stage = 0; stage < plan.Boundaries.Count - 1; stage++)
            {
                json.WriteStartObject();
                json.WriteString("name", plan.StageName(stage));
                json.WriteString("file", plan.StageFile(stage));
                json.WriteString("from", plan.Boundaries[stage].Name);
                json.WriteString("to", plan.Boundaries[stage + 1].Name);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("denoiser", WholeFile);
            json.WriteStartArray("externalData");
            foreach (var file in externalData)
            {
                json.WriteStringValue(file);
            }

            json.WriteEndArray();
            foreach (var (section, content) in sections)
            {
                json.WritePropertyName(section);
                content.WriteTo(json);
            }

            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    private static void WriteInputs(Utf8JsonWriter json, SplitPlan plan)
    {
        json.WriteStartArray("inputs");
        foreach (var input in plan.Inputs)
        {
            json.WriteStartObject();
            json.WriteString("name", input.Name);
            json.WriteString("kind", "conditioning");
            json.WriteString("per", input.PerGeneration ? "generation" : "evaluation");
            WriteTypeAndShape(json, input.Type, input.Axes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WritePrelude(Utf8JsonWriter json, PlannedBoundary? prelude)
    {
        if (prelude is not null)
        {
            json.WriteStartObject("prelude");
            json.WriteString("file", SplitPlan.PreludeFile);
            WriteTensors(json, prelude);
            json.WriteEndObject();
        }
    }

    private static void WriteBoundaries(Utf8JsonWriter json, SplitPlan plan)
    {
        json.WriteStartArray("boundaries");
        foreach (var boundary in plan.Boundaries)
        {
            json.WriteStartObject();
            json.WriteString("name", boundary.Name);
            json.WriteString("role", boundary.Role);
            WriteTensors(json, boundary);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTensors(Utf8JsonWriter json, PlannedBoundary boundary)
    {
        json.WriteStartArray("tensors");
        foreach (var tensor in boundary.Tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("kind", KindName(tensor.Kind));
            if (tensor.Kind == PlannedKind.Conditioning)
            {
                json.WriteString("per", tensor.PerGeneration ? "generation" : "evaluation");
            }

            WriteTypeAndShape(json, tensor.Type, tensor.Axes);
            if (tensor.Frames is { } frames)
            {
                json.WriteStartObject("frames");
                json.WriteNumber("axis", frames.Axis);
                json.WritePropertyName("count");
                WriteAxis(json, frames.Count);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static string KindName(PlannedKind kind) => kind switch
    {
        PlannedKind.State => "state",
        PlannedKind.Conditioning => "conditioning",
        PlannedKind.Carried => "carried",
        _ => "signal",
    };

    public static string TypeName(OnnxElementType type) => type switch
    {
        OnnxElementType.Float32 => "float32",
        OnnxElementType.Float16 => "float16",
        OnnxElementType.BFloat16 => "bfloat16",
        OnnxElementType.Int64 => "int64",
        _ => throw new ModelSplitException($"A manifest has no element type {type}; float32, float16, bfloat16 and int64 it has."),
    };

    private static void WriteTypeAndShape(Utf8JsonWriter json, OnnxElementType type, IReadOnlyList<OnnxDimension> axes)
    {
        json.WriteString("type", TypeName(type));
        json.WriteStartArray("shape");
        foreach (var axis in axes)
        {
            WriteAxis(json, axis);
        }

        json.WriteEndArray();
    }

    private static void WriteAxis(Utf8JsonWriter json, OnnxDimension axis)
    {
        if (axis.Value is { } size)
        {
            json.WriteNumberValue(size);
        }
        else
        {
            json.WriteStringValue(axis.Name);
        }
    }
}
