using Xunit;

namespace CachePolicies.TestSupport;

public abstract partial class BackendContract
{
    [Fact]
    public void Numbers_that_a_type_holds_come_back_as_they_were()
    {
        foreach (var type in FloatingPointTypes)
        {
            float[] numbers = [0, -0f, 1, -1.5f, 0.0078125f, 65_280, float.PositiveInfinity, float.NegativeInfinity, float.NaN, .. Numbers(3, 200)];
            var tensor = Backend.Tensor(type, new TensorShape(numbers.Length), numbers);
            var back = Backend.ToArray(tensor);
            tensor.Release();
            Assert.Equal(numbers.Select(BitConverter.SingleToInt32Bits).Select(NaNAlike), back.Select(BitConverter.SingleToInt32Bits).Select(NaNAlike));
        }

        static int NaNAlike(int bits) => float.IsNaN(BitConverter.Int32BitsToSingle(bits)) ? -1 : bits;
    }

    [Fact]
    public void Numbers_between_two_of_a_type_are_rounded_to_nearest_even()
    {
        foreach (var type in FloatingPointTypes.Where(t => t != ElementType.Float32))
        {
            // Around 1 the type's numbers are `step` apart; the halves go to the even neighbour. Repeated, so that vectors and remainders see it.
            var step = type == ElementType.Float16 ? 1f / 1024 : 1f / 128;
            float[] numbers = [1 + (0.5f * step), 1 + (1.5f * step), 1 + (0.49f * step), 1 + (0.51f * step), -1 - (1.5f * step), 1e30f];
            float[] rounded = [1, 1 + (2 * step), 1, 1 + step, -1 - (2 * step), type == ElementType.Float16 ? float.PositiveInfinity : Nearest(1e30f)];
            float[] all = [.. Enumerable.Repeat(numbers, 12).SelectMany(n => n)];
            var tensor = Backend.Tensor(type, new TensorShape(all.Length), all);
            var back = Backend.ToArray(tensor);
            tensor.Release();
            Assert.Equal(Enumerable.Repeat(rounded, 12).SelectMany(n => n), back);
        }

        static float Nearest(float value) => BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits(value) + 0x8000) & ~0xFFFF);
    }

    [Fact]
    public void A_NaN_stays_one_in_every_type_whatever_its_payload()
    {
        float[] all = [.. Enumerable.Repeat(BitConverter.Int32BitsToSingle(0x7F80_0001), 19), .. Enumerable.Repeat(BitConverter.Int32BitsToSingle(unchecked((int)0xFFFF_FFFF)), 18)];
        foreach (var type in FloatingPointTypes)
        {
            var tensor = Backend.Tensor(type, new TensorShape(all.Length), all);
            Assert.All(Backend.ToArray(tensor), value => Assert.True(float.IsNaN(value)));
            tensor.Release();
        }
    }

    [Fact]
    public void Integers_are_taken_and_are_no_floating_point_numbers()
    {
        var tensor = Backend.Rent(ElementType.Int64, new TensorShape(3));
        Backend.Upload([1L, -7, long.MaxValue], tensor);
        Assert.Throws<ArgumentException>(() => Backend.Upload([1f, 2, 3], tensor));
        Assert.Throws<ArgumentException>(() => Backend.Download(tensor, new float[3]));
        tensor.Release();

        var numbers = Backend.Rent(ElementType.Float32, new TensorShape(3));
        Assert.Throws<ArgumentException>(() => Backend.Upload([1L, 2, 3], numbers));
        numbers.Release();
    }

    [Fact]
    public void A_span_of_another_length_is_refused_with_both_lengths()
    {
        var tensor = Backend.Rent(ElementType.Float32, Tokens, 2);
        var integers = Backend.Rent(ElementType.Int64, new TensorShape(3));
        AssertNames(Assert.Throws<ArgumentException>(() => Backend.Upload(new float[119], tensor)), "120", "119");
        AssertNames(Assert.Throws<ArgumentException>(() => Backend.Download(tensor, new float[121])), "120", "121");
        AssertNames(Assert.Throws<ArgumentException>(() => Backend.Upload(new long[4], integers)), "3", "4");
        tensor.Release();
        integers.Release();
    }

    [Fact]
    public void Explicit_copies_are_counted_and_measured_numbers_are_not()
    {
        var before = Backend.Statistics;
        var tensor = Backend.Tensor(ElementType.Float32, Tokens, Numbers(1, 60));
        Backend.ToArray(tensor);
        Backend.Compile(new KernelSignature([new TensorType(ElementType.Float32, Tokens)], 0, [TensorExpression.Input(0).Mean()])).Measure([tensor], []);
        tensor.Release();
        Assert.Equal((before.Uploads + 1, before.Downloads + 1), (Backend.Statistics.Uploads, Backend.Statistics.Downloads));
    }

    [Fact]
    public void Rows_are_gathered_into_a_batch_and_scattered_again()
    {
        foreach (var type in FloatingPointTypes)
        {
            FeatureTensor[] rows = [.. Enumerable.Range(0, 3).Select(i => Backend.Tensor(type, Tokens, Numbers(i, 60)))];
            FeatureTensor[] back = [.. rows.Select(_ => Backend.Rent(type, Tokens))];
            var batch = Backend.Rent(type, Tokens, 3);
            Backend.Gather(rows, batch);
            Assert.Equal(Enumerable.Range(0, 3).SelectMany(i => Numbers(i, 60)), Backend.ToArray(batch));

            Backend.Scatter(batch, back);
            for (var i = 0; i < back.Length; i++)
            {
                Assert.Equal(Numbers(i, 60), Backend.ToArray(back[i]));
            }

            Array.ForEach([.. rows, .. back, batch], t => t.Release());
        }
    }

    [Fact]
    public void A_batch_takes_just_its_rows()
    {
        var batch = Backend.Rent(ElementType.Float32, Tokens, 2);
        var row = Backend.Rent(ElementType.Float32, Tokens);
        var other = Backend.Rent(ElementType.Float32, new TensorShape(10, 6));
        Assert.Throws<ArgumentException>(() => Backend.Gather([row], batch));
        Assert.Throws<ArgumentException>(() => Backend.Gather([row, other], batch));
        Assert.Throws<ArgumentException>(() => Backend.Scatter(batch, [row, batch]));
        Assert.Throws<ArgumentException>(() => Backend.Scatter(batch, [row, row, row]));
        Array.ForEach([batch, row, other], t => t.Release());
    }

    [Fact]
    public void A_tensor_of_another_backend_is_refused()
    {
        var foreign = new ForeignTensor(ElementType.Float32, Tokens);
        var own = Backend.Rent(ElementType.Float32, Tokens);
        var batch = Backend.Rent(ElementType.Float32, Tokens, 2);
        var kernel = Backend.Compile(new KernelSignature([new TensorType(ElementType.Float32, Tokens)], 0, [TensorExpression.Input(0).Mean()]));
        AssertNames(Assert.Throws<ArgumentException>(() => Backend.Upload(new float[60], foreign)), nameof(ForeignTensor));
        AssertNames(Assert.Throws<ArgumentException>(() => Backend.Download(foreign, new float[60])), nameof(ForeignTensor));
        AssertNames(Assert.Throws<ArgumentException>(() => Backend.Gather([own, foreign], batch)), nameof(ForeignTensor));
        AssertNames(Assert.Throws<ArgumentException>(() => kernel.Measure([foreign], [])), nameof(ForeignTensor));
        own.Release();
        batch.Release();
    }

    private static void AssertNames(Exception error, params string[] words) =>
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
}
