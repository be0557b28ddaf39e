using CachePolicies.Backends.Cpu;
using CachePolicies.Testing;

namespace CachePolicies.Laws.Tests;

/// <summary>Stages with made-up arithmetic for any layout, the same for the real engine and the reference.</summary>
internal static class GeneratedDenoiser
{
    /// <summary>Every output element mixes elements of every input; bounded, and different for each stage, tensor and element.</summary>
    public static ReferenceStage StageOf(DenoiserLayout layout) => (stage, inputs) =>
    [
        .. layout.Boundaries[stage + 1].Tensors.Select((tensor, t) => Enumerable.Range(0, (int)tensor.Shape.ElementCount).Select(i =>
        {
            var sum = 0.3f * (stage + t);
            for (var j = 0; j < inputs.Length; j++)
            {
                var scale = inputs[j].Length == 1 ? 0.001f : 1f;
                sum += scale * inputs[j][((i * 3) + j) % inputs[j].Length];
            }

            return MathF.Sin(sum) + (0.5f * inputs[0][i % inputs[0].Length]) + 0.1f;
        }).ToArray()),
    ];

    /// <summary>The same stages on the managed backend.</summary>
    public static StagedDenoiser On(CpuBackend backend, DenoiserLayout layout)
    {
        var run = StageOf(layout);
        return new StagedDenoiser(layout, [.. layout.Stages.Select((s, stage) => new CpuStage(s.Name, (inputs, outputs, rows) => Run(run, stage, inputs, outputs, rows)))], backend);
    }

    /// <summary>The latent of an evaluation: it drifts with a jump now and then.</summary>
    public static float[] Latent(DenoiserLayout layout, int lane, int evaluation) =>
        [.. Enumerable.Range(0, (int)layout.Latent.Primary.Shape.ElementCount).Select(i => MathF.Cos((i * 1.7f) + lane) + (0.05f * evaluation) + (evaluation % 5 == 4 ? 0.7f : 0))];

    public static EvaluationInfo Evaluation(int index, int count) => new(index, count, 1000f * (count - index) / count, 1 - (index / (float)count));

    private static void Run(ReferenceStage run, int stage, CpuTensors inputs, CpuTensors outputs, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            var values = new float[inputs.Count][];
            for (var i = 0; i < inputs.Count; i++)
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
