namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Runs the sample model on its reference case.</summary>
internal static class EmojiReference
{
    /// <summary>Runs both rows of the case as a batch, or one alone.</summary>
    public static Walk Run(StagedDenoiser denoiser, int? row = null)
    {
        var walk = new Walk(denoiser, row is null ? 2 : 1);
        denoiser.Backend.Upload(Row(EmojiModel.Reference["latent/image"].Numbers, row), walk.Latent);
        denoiser.Backend.Upload(Row(EmojiModel.Reference["timestep"].Numbers, row), walk.Input("timestep"));
        denoiser.Backend.Upload(Row(EmojiModel.Reference["text_ids"].Integers, row), walk.Input("text_ids"));
        walk.Run();
        return walk;
    }

    /// <summary>The largest difference of any value at any boundary from what the training framework computed.</summary>
    public static float LargestDifference(StagedDenoiser denoiser)
    {
        using var walk = Run(denoiser);
        var largest = 0f;
        foreach (var boundary in denoiser.Layout.Boundaries)
        {
            foreach (var tensor in boundary.Tensors)
            {
                var (stride, expected) = EmojiModel.Reference.TryGetValue($"{boundary.Name}/{tensor.Name}", out var whole)
                    ? (1, whole)
                    : (4, EmojiModel.Reference[$"{boundary.Name}/{tensor.Name}[::4]"]);
                largest = Math.Max(largest, Differ(Stride(walk.At(boundary.Name, tensor.Name), tensor.Shape, stride), expected.Numbers));
            }
        }

        return largest;
    }

    /// <summary>The largest difference of two tensors.</summary>
    public static float Differ(float[] actual, float[] expected)
    {
        Assert.Equal(expected.Length, actual.Length);
        return actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max();
    }

    private static ReadOnlySpan<T> Row<T>(T[] batch, int? row) => row is { } r ? batch.AsSpan(r * batch.Length / 2, batch.Length / 2) : batch;

    private static float[] Stride(float[] numbers, TensorShape shape, int stride)
    {
        if (stride == 1)
        {
            return numbers;
        }

        var (tokens, channels) = (shape[0], shape[1]);
        return [.. numbers.Where((_, i) => i / channels % tokens % stride == 0)];
    }
}
