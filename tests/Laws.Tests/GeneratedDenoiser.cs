using CachePolicies.Backends.Cpu;
using CachePolicies.Testing;

namespace CachePolicies.Laws.Tests;

/// <summary>Stages with made-up arithmetic for any layout, the same for the real engine and the reference.</summary>
internal static class GeneratedDenoiser
{
    /// <summary>Every output element mixes elements of every input; bounded, and different for each stage, tensor and element.</summary>
    public static ReferenceStage StageOf(DenoiserLayout layout) => (index, inputs) =>
    {
        var stage = index!.Value;
        var tensors = layout.Boundaries[stage + 1].Tensors;
        var outputs = new float[tensors.Length][];
        for (var t = 0; t < outputs.Length; t++)
        {
            outputs[t] = Mix(inputs, (int)tensors[t].Shape.ElementCount, 0.3f * (stage + t));
        }

        return outputs;
    };

    /// <summary>The same stages on the managed backend.</summary>
    /// <param name="backend">Where the features live.</param>
    /// <param name="layout">The chain.</param>
    /// <param name="starting">Called with a stage's index before it runs.</param>
    public static StagedDenoiser On(CpuBackend backend, DenoiserLayout layout, Action<int>? starting = null)
    {
        var run = StageOf(layout);
        return new StagedDenoiser(layout, [.. layout.Stages.Select((s, stage) => new CpuStage(s.Name, (inputs, outputs, rows) => Run(run, stage, starting, inputs, outputs, rows)))], backend);
    }

    /// <summary>The latent of an evaluation: it drifts with a jump now and then.</summary>
    public static float[] Latent(DenoiserLayout layout, int lane, int evaluation)
    {
        var latent = new float[layout.Latent.Primary.Shape.ElementCount];
        for (var i = 0; i < latent.Length; i++)
        {
            latent[i] = MathF.Cos((i * 1.7f) + lane) + (0.05f * evaluation) + (evaluation % 5 == 4 ? 0.7f : 0);
        }

        return latent;
    }

    /// <summary>A first-order sampler's evaluation: each has a noise level of its own.</summary>
    public static EvaluationInfo Evaluation(int index, int count) => new(index, count, 1000f * (count - index) / count, 1 - (index / (float)count));

    /// <summary>A second-order sampler's evaluation, as Heun's method makes them: all but the first come in pairs at one noise level.</summary>
    public static EvaluationInfo SecondOrderEvaluation(int index, int count) => Evaluation((index + 1) / 2, (count / 2) + 1) with { Index = index, Count = count };

    private static float[] Mix(float[][] inputs, int count, float shift)
    {
        var output = new float[count];
        for (var i = 0; i < count; i++)
        {
            var sum = shift;
            for (var j = 0; j < inputs.Length; j++)
            {
                var scale = inputs[j].Length == 1 ? 0.001f : 1f;
                sum += scale * inputs[j][((i * 3) + j) % inputs[j].Length];
            }

            output[i] = MathF.Sin(sum) + (0.5f * inputs[0][i % inputs[0].Length]) + 0.1f;
        }

        return output;
    }

    private static void Run(ReferenceStage run, int stage, Action<int>? starting, CpuTensors inputs, CpuTensors outputs, int rows)
    {
        starting?.Invoke(stage);
        var values = new float[inputs.Count][];
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = RowOf(inputs[i], row, rows).ToArray();
            }

            var made = run(stage, values);
            for (var i = 0; i < outputs.Count; i++)
            {
                made[i].CopyTo(RowOf(outputs[i], row, rows));
            }
        }
    }

    private static Span<float> RowOf(CpuTensor tensor, int row, int rows)
    {
        var all = tensor.Singles;
        var length = all.Length / rows;
        return all.Slice(row * length, length);
    }
}
