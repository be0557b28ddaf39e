using CachePolicies.Backends.Numerics;

namespace CachePolicies.Backends.Cpu.Tests;

/// <summary>A kernel says what it does.</summary>
public sealed class KernelListingTests
{
    private static readonly TensorExpression A = TensorExpression.Input(0);
    private static readonly TensorExpression B = TensorExpression.Input(1);

    [Fact]
    public void The_documentation_shows_the_kernel_of_relative_L1()
    {
        var tokens = new TensorShape(4096, 64);
        var listing = Compile(ElementType.Float16, tokens, 0, SimilarityEstimator.RelativeL1.Distance(A, B, tokens));
        Assert.Contains($"```text\n{listing}```", File.ReadAllText(Repository.PathOf("docs/architecture.md")).ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_a_kernel_can_do_is_listed()
    {
        var grid = new TensorShape(8, 8);
        var s = TensorExpression.Scalar(0);
        var filtered = A.Wiener(s, 0.5f, 2, 8, 1);
        Assert.Equal(
            """
            in0: float32 [8, 8]
            in1: float32 [8, 8]
            out0: [4] := max(pool(in0 − in1, 2 × 4) · s0, keep 1)
            out1: [8, 8] := wiener(in0, s0, 0.5, power 2, 8 elements 1 apart) + in1
            out2: [] := mean(√(orIfNaN(clamp(2 − in0, -1, 1), 0)²)) / sum(in0 · in1)
            level 0
              pass over 8 elements in blocks of 2
                for each row of 8 elements of the windows
                  b0 := in0 − in1
                b1 := means of b0 over windows of 2 × 4
                b1 := b1 · s0
                a0 := max(a0, b1)
              m0 := a0 of each of 4 groups
              pass over 64 elements in blocks of 64
                b2 := 2 − in0
                b2 := clamp(b2, -1, 1)
                b2 := orIfNaN(b2, 0)
                b2 := b2²
                b2 := √b2
                a0 += Σ b2
                a1 += Σ in0 · in1
                m1 := in0
              n2 := a0 / 64
              n3 := a1
              m1 := wiener(m1, s0, 0.5) over 8 elements 1 apart
            level 1
              n5 := n2 / n3
              pass over 4 elements in blocks of 4
                out0 := m0
              pass over 64 elements in blocks of 64
                out1 := m1 + in1
            out2 := n5

            """.ReplaceLineEndings("\n"),
            Compile(ElementType.Float32, grid, 1, ((A - B).AveragePool(2, 4) * s).Max(1), filtered + B, (2 - A).Clamp(-1, 1).OrIfNaN(0).Square().Sqrt().Mean() / (A * B).Sum()));
    }

    private static string Compile(ElementType type, TensorShape shape, int scalars, params TensorExpression[] outputs) =>
        new HostKernelCompiler().Compile(new KernelSignature([new TensorType(type, shape), new TensorType(type, shape)], scalars, [.. outputs])).ToString()!;
}
