using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Onnx;

/// <summary>Runs small models in ONNX Runtime.</summary>
internal static class OnnxRun
{
    public static float[] Floats(string path, params (string Name, float[] Data, long[] Shape)[] inputs) => Floats(new InferenceSession(path), inputs);

    public static float[] Floats(byte[] model, params (string Name, float[] Data, long[] Shape)[] inputs) => Floats(new InferenceSession(model), inputs);

    private static float[] Floats(InferenceSession opened, (string Name, float[] Data, long[] Shape)[] inputs)
    {
        using var session = opened;
        var values = inputs.ToDictionary(input => input.Name, input => OrtValue.CreateTensorValueFromMemory(input.Data, input.Shape));
        try
        {
            using var options = new RunOptions();
            using var outputs = session.Run(options, values, session.OutputNames);
            return outputs.SelectMany(Read).ToArray();
        }
        finally
        {
            foreach (var value in values.Values)
            {
                value.Dispose();
            }
        }
    }

    private static float[] Read(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType switch
    {
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float => value.GetTensorDataAsSpan<float>().ToArray(),
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64 => value.GetTensorDataAsSpan<long>().ToArray().Select(v => (float)v).ToArray(),
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Bool => value.GetTensorDataAsSpan<bool>().ToArray().Select(v => v ? 1f : 0f).ToArray(),
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float16 => value.GetTensorDataAsSpan<Float16>().ToArray().Select(v => v.ToFloat()).ToArray(),
        var type => throw new InvalidOperationException($"The tests read no {type}."),
    };
}
