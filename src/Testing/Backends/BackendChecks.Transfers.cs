namespace CachePolicies.Testing;

internal sealed partial class BackendChecks
{
    /// <summary>Numbers that a type holds come back as they were.</summary>
    public void ExactNumbersComeBack()
    {
        foreach (var type in options.FloatingPointTypes)
        {
            float[] numbers = [0, -0f, 1, -1.5f, 0.0078125f, 65_280, float.PositiveInfinity, float.NegativeInfinity, float.NaN, .. Numbers(3, 200)];
            var tensor = Backend.Tensor(type, new TensorShape(numbers.Length), numbers);
            var back = Backend.ToArray(tensor);
            tensor.Release();
            Expect.Sequence(numbers.Select(BitConverter.SingleToInt32Bits).Select(NaNAlike), back.Select(BitConverter.SingleToInt32Bits).Select(NaNAlike));
        }

        static int NaNAlike(int bits) => float.IsNaN(BitConverter.Int32BitsToSingle(bits)) ? -1 : bits;
    }

    /// <summary>Numbers between two of a type are rounded to nearest even.</summary>
    public void RoundingIsToNearestEven()
    {
        foreach (var type in options.FloatingPointTypes.Where(t => t != ElementType.Float32))
        {
            // Around 1 the type's numbers are `step` apart; the halves go to the even neighbour. Repeated, so that vectors and remainders see it.
            var step = type == ElementType.Float16 ? 1f / 1024 : 1f / 128;
            float[] numbers = [1 + (0.5f * step), 1 + (1.5f * step), 1 + (0.49f * step), 1 + (0.51f * step), -1 - (1.5f * step), 1e30f];
            float[] rounded = [1, 1 + (2 * step), 1, 1 + step, -1 - (2 * step), type == ElementType.Float16 ? float.PositiveInfinity : Nearest(1e30f)];
            float[] all = [.. Enumerable.Repeat(numbers, 12).SelectMany(n => n)];
            var tensor = Backend.Tensor(type, new TensorShape(all.Length), all);
            var back = Backend.ToArray(tensor);
            tensor.Release();
            Expect.Sequence(Enumerable.Repeat(rounded, 12).SelectMany(n => n), back);
        }

        static float Nearest(float value) => BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits(value) + 0x8000) & ~0xFFFF);
    }

    /// <summary>A NaN stays one in every type whatever its payload.</summary>
    public void NaNStays()
    {
        float[] all = [.. Enumerable.Repeat(BitConverter.Int32BitsToSingle(0x7F80_0001), 19), .. Enumerable.Repeat(BitConverter.Int32BitsToSingle(unchecked((int)0xFFFF_FFFF)), 18)];
        foreach (var type in options.FloatingPointTypes)
        {
            var tensor = Backend.Tensor(type, new TensorShape(all.Length), all);
            Expect.All(Backend.ToArray(tensor), value => Expect.True(float.IsNaN(value)));
            tensor.Release();
        }
    }

    /// <summary>Integers are taken and are not floating-point numbers.</summary>
    public void IntegersAreTaken()
    {
        var tensor = Backend.Rent(ElementType.Int64, new TensorShape(3));
        Backend.Upload([1L, -7, long.MaxValue], tensor);
        Expect.Throws<ArgumentException>(() => Backend.Upload([1f, 2, 3], tensor));
        Expect.Throws<ArgumentException>(() => Backend.Download(tensor, new float[3]));
        tensor.Release();

        var numbers = Backend.Rent(ElementType.Float32, new TensorShape(3));
        Expect.Throws<ArgumentException>(() => Backend.Upload([1L, 2, 3], numbers));
        numbers.Release();
    }

    /// <summary>A span of another length is refused with both lengths.</summary>
    public void LengthsAreChecked()
    {
        var tensor = Backend.Rent(ElementType.Float32, Tokens, 2);
        var integers = Backend.Rent(ElementType.Int64, new TensorShape(3));
        Expect.Names(Expect.Throws<ArgumentException>(() => Backend.Upload(new float[119], tensor)), "120", "119");
        Expect.Names(Expect.Throws<ArgumentException>(() => Backend.Download(tensor, new float[121])), "120", "121");
        Expect.Names(Expect.Throws<ArgumentException>(() => Backend.Upload(new long[4], integers)), "3", "4");
        tensor.Release();
        integers.Release();
    }

    /// <summary>Explicit copies are counted and measured numbers are not.</summary>
    public void CopiesAreCounted()
    {
        var before = Backend.Statistics;
        var tensor = Backend.Tensor(ElementType.Float32, Tokens, Numbers(1, 60));
        Backend.ToArray(tensor);
        Backend.Compile(new KernelSignature([new TensorType(ElementType.Float32, Tokens)], 0, [TensorExpression.Input(0).Mean()])).Measure([tensor], []);
        tensor.Release();
        Expect.Equal((before.Uploads + 1, before.Downloads + 1), (Backend.Statistics.Uploads, Backend.Statistics.Downloads));
    }

    /// <summary>Rows are gathered into a batch and scattered again.</summary>
    public void RowsAreGathered()
    {
        foreach (var type in options.FloatingPointTypes)
        {
            FeatureTensor[] rows = [.. Enumerable.Range(0, 3).Select(i => Backend.Tensor(type, Tokens, Numbers(i, 60)))];
            FeatureTensor[] back = [.. rows.Select(_ => Backend.Rent(type, Tokens))];
            var batch = Backend.Rent(type, Tokens, 3);
            Backend.Gather(rows, batch);
            Expect.Sequence(Enumerable.Range(0, 3).SelectMany(i => Numbers(i, 60)), Backend.ToArray(batch));

            Backend.Scatter(batch, back);
            for (var i = 0; i < back.Length; i++)
            {
                Expect.Sequence(Numbers(i, 60), Backend.ToArray(back[i]));
            }

            Array.ForEach([.. rows, .. back, batch], t => t.Release());
        }
    }

    /// <summary>A batch takes exactly its rows.</summary>
    public void BatchesAreChecked()
    {
        var batch = Backend.Rent(ElementType.Float32, Tokens, 2);
        var row = Backend.Rent(ElementType.Float32, Tokens);
        var other = Backend.Rent(ElementType.Float32, new TensorShape(10, 6));
        Expect.Throws<ArgumentException>(() => Backend.Gather([row], batch));
        Expect.Throws<ArgumentException>(() => Backend.Gather([row, other], batch));
        Expect.Throws<ArgumentException>(() => Backend.Scatter(batch, [row, batch]));
        Expect.Throws<ArgumentException>(() => Backend.Scatter(batch, [row, row, row]));
        Array.ForEach([batch, row, other], t => t.Release());
    }

    /// <summary>A tensor of another backend is refused.</summary>
    public void ForeignTensorsAreRefused()
    {
        var foreign = new ForeignTensor(ElementType.Float32, Tokens);
        var own = Backend.Rent(ElementType.Float32, Tokens);
        var batch = Backend.Rent(ElementType.Float32, Tokens, 2);
        var kernel = Backend.Compile(new KernelSignature([new TensorType(ElementType.Float32, Tokens)], 0, [TensorExpression.Input(0).Mean()]));
        Expect.Names(Expect.Throws<ArgumentException>(() => Backend.Upload(new float[60], foreign)), nameof(ForeignTensor));
        Expect.Names(Expect.Throws<ArgumentException>(() => Backend.Download(foreign, new float[60])), nameof(ForeignTensor));
        Expect.Names(Expect.Throws<ArgumentException>(() => Backend.Gather([own, foreign], batch)), nameof(ForeignTensor));
        Expect.Names(Expect.Throws<ArgumentException>(() => kernel.Measure([foreign], [])), nameof(ForeignTensor));
        own.Release();
        batch.Release();
    }
}
