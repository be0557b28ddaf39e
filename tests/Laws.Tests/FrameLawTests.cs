using System.Runtime.CompilerServices;
using CachePolicies.Backends.Cpu;
using CachePolicies.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Laws.Tests;

/// <summary>What estimators promise when they are taken per frame, on the managed backend's kernels.</summary>
public class FrameLawTests
{
    /// <summary>Two videos of one shape: tokens in frame-major order, or latents with the frames behind the channels.</summary>
    private sealed record Video(TensorShape Shape, FrameAxis Frames, int Divisor, float[] A, float[] B)
    {
        public int Count => Frames.Count.Size;

        public TensorShape FrameShape => Frames.FrameOf(Shape);

        /// <summary>The elements of a frame, in their order.</summary>
        public float[] FrameOf(float[] video, int frame)
        {
            var run = FrameShape.Dimensions[Frames.Axis..].ToArray().Aggregate(1, (product, d) => product * d.Size);
            return [.. video.Where((_, i) => i / run % Count == frame)];
        }

        public override string ToString() => $"{Shape}, {Frames}, divisor {Divisor}\n  a = [{string.Join(", ", A)}]\n  b = [{string.Join(", ", B)}]";
    }

    private static readonly CpuBackend Backend = new();

    private static readonly Arbitrary<Video> Videos = Arb.From(
        from frames in Gen.Choose(1, 5)
        from rows in Gen.Choose(1, 9)
        from columns in Gen.Choose(1, 9)
        from channels in Gen.Choose(1, 3)
        from isLatent in Gen.Elements(true, false)
        let shape = isLatent ? new TensorShape(channels, frames, rows, columns) : new TensorShape(frames * rows, columns)
        from divisor in Gen.Choose(1, 12)
        from a in Values((int)shape.ElementCount)
        from b in Values((int)shape.ElementCount)
        select new Video(shape, new FrameAxis(isLatent ? 1 : 0, frames), divisor, a, b));

    public static TheoryData<string> All => ["relative-l1", "relative-l2", "pfs", "cosine", "mean-absolute-difference"];

    public static TheoryData<string> Relative => ["relative-l1", "relative-l2", "pfs"];

    [Theory]
    [MemberData(nameof(All))]
    public void The_worst_frame_is_that_of_all_frames_that_is_farthest(string estimator) => ForEvery(v =>
    {
        var worst = Distance(PerFrame(estimator, v), v.A, v.B, v.Shape);
        var frames = Enumerable.Range(0, v.Count).Select(f => Distance(Of(estimator, v.Divisor), v.FrameOf(v.A, f), v.FrameOf(v.B, f), v.FrameShape)).ToList();
        if (frames.Exists(d => !float.IsFinite(d)))
        {
            Assert.False(float.IsFinite(worst), $"{worst} over {string.Join(", ", frames)}");
            return;
        }

        Assert.All(frames, d => Assert.True(worst >= d - Rounding(d), $"{worst:R} is nearer than {d:R}"));
        Assert.InRange(worst, frames.Max() - Rounding(worst), frames.Max() + Rounding(worst));
    });

    [Theory]
    [MemberData(nameof(All))]
    public void One_frame_is_the_whole(string estimator) => ForEvery(v =>
    {
        var whole = Of(estimator, v.Divisor);
        Assert.Equal(Distance(whole, v.A, v.B, v.Shape), Distance(SimilarityEstimator.PerFrame(whole, v.Frames with { Count = 1 }), v.A, v.B, v.Shape));
    });

    [Theory]
    [MemberData(nameof(All))]
    public void A_video_has_no_distance_from_itself(string estimator) => ForEvery(v =>
    {
        var distance = Distance(PerFrame(estimator, v), v.A, v.A, v.Shape);
        // A frame whose windows cancel to 0 tells nothing.
        Assert.True(float.IsNaN(distance) ? estimator == "pfs" : Math.Abs(distance) <= (estimator == "cosine" ? 1e-6f : 0), $"{distance:R}");
    });

    [Theory]
    [MemberData(nameof(Relative))]
    public void Scaling_by_a_power_of_two_changes_nothing(string estimator) => ForEvery(v =>
    {
        foreach (var scale in new[] { 0.0625f, 2, 1024 })
        {
            Assert.Equal(Distance(PerFrame(estimator, v), v.A, v.B, v.Shape), Distance(PerFrame(estimator, v), Scale(v.A, scale), Scale(v.B, scale), v.Shape));
        }
    });

    [Theory]
    [InlineData("relative-l1")]
    [InlineData("relative-l2")]
    public void Scaling_one_frame_of_both_changes_no_worst_frame(string estimator) => ForEvery(v =>
    {
        // The whole is what its loudest frame is; frames count alike, however loud.
        float[] Louder(float[] video)
        {
            var run = v.FrameShape.Dimensions[v.Frames.Axis..].ToArray().Aggregate(1, (product, d) => product * d.Size);
            return [.. video.Select((x, i) => i / run % v.Count == 0 ? x * 256 : x)];
        }

        Assert.Equal(Distance(PerFrame(estimator, v), v.A, v.B, v.Shape), Distance(PerFrame(estimator, v), Louder(v.A), Louder(v.B), v.Shape));
    });

    [Theory]
    [MemberData(nameof(All))]
    public void Kernels_agree_with_plain_code(string estimator) => ForEvery(v =>
    {
        var expression = PerFrame(estimator, v).Distance(TensorExpression.Input(0), TensorExpression.Input(1), v.Shape);
        var expected = ReferenceArithmetic.Evaluate(expression, [(v.A, v.Shape), (v.B, v.Shape)])[0];
        var found = Distance(PerFrame(estimator, v), v.A, v.B, v.Shape);
        Assert.True(found.Equals(expected) || Math.Abs(found - expected) <= Rounding(expected), $"{found:R} against {expected:R}");
    });

    [Fact]
    public void One_changing_frame_of_many_is_enough()
    {
        // 16 frames of which one changed by a half: 3 % of the whole, 50 % of the frame.
        var (shape, frames) = (new TensorShape(16 * 4, 8), new FrameAxis(0, 16));
        float[] reference = [.. Enumerable.Repeat(1f, 512)], current = [.. Enumerable.Range(0, 512).Select(i => i / 32 == 7 ? 1.5f : 1f)];
        foreach (var estimator in new[] { SimilarityEstimator.RelativeL1, SimilarityEstimator.PooledRelativeL1(4) })
        {
            Assert.Equal(0.5f / 16, Distance(estimator, current, reference, shape));
            Assert.Equal(0.5f, Distance(SimilarityEstimator.PerFrame(estimator, frames), current, reference, shape));
        }
    }

    private static double Rounding(double distance) => 1e-5 * Math.Max(1, Math.Abs(distance));

    private static Gen<float[]> Values(int count) => Gen.Choose(-2000, 2000).Select(v => (v == 0 ? 1 : v) / 512f).ArrayOf(count);

    // Each element is drawn by itself, which costs more than the law: fewer cases.
    private static void ForEvery(Action<Video> law, [CallerMemberName] string name = "") => Law.Holds(Videos, law, LawCases.OfOne(10 * All.Count), name);

    private static ISimilarityEstimator PerFrame(string estimator, Video video) => SimilarityEstimator.PerFrame(Of(estimator, video.Divisor), video.Frames);

    private static ISimilarityEstimator Of(string name, int divisor) => name switch
    {
        "relative-l1" => SimilarityEstimator.RelativeL1,
        "relative-l2" => SimilarityEstimator.RelativeL2,
        "cosine" => SimilarityEstimator.Cosine,
        "mean-absolute-difference" => SimilarityEstimator.MeanAbsoluteDifference,
        _ => SimilarityEstimator.PooledRelativeL1(divisor),
    };

    private static float Distance(ISimilarityEstimator estimator, float[] a, float[] b, TensorShape shape)
    {
        var type = new TensorType(ElementType.Float32, shape);
        FeatureTensor[] tensors = [.. new[] { a, b }.Select(values =>
        {
            var tensor = Backend.Rent(ElementType.Float32, shape);
            Backend.Upload((ReadOnlySpan<float>)values, tensor);
            return tensor;
        })];
        var expression = estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), shape);
        var measured = Backend.Compile(new KernelSignature([type, type], 0, [expression])).Measure(tensors, []);
        Array.ForEach(tensors, t => t.Release());
        return measured;
    }

    private static float[] Scale(float[] values, float scale) => [.. values.Select(v => v * scale)];
}
