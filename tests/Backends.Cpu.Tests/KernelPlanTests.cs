using CachePolicies.Backends.Numerics.Compilation;
using CachePolicies.Backends.Numerics.Plans;

namespace CachePolicies.Backends.Cpu.Tests;

/// <summary>How often memory is read is a promise, so it is tested apart from results.</summary>
public sealed class KernelPlanTests
{
    private static readonly TensorShape Tokens = new(100, 60);
    private static readonly TensorExpression A = TensorExpression.Input(0);
    private static readonly TensorExpression B = TensorExpression.Input(1);

    [Fact]
    public void Relative_L1_reads_its_tensors_in_one_pass()
    {
        var pass = Assert.Single(Passes(SimilarityEstimator.RelativeL1.Distance(A, B, Tokens)));
        Assert.Equal([OpCode.Subtract, OpCode.SumOfMagnitudes, OpCode.SumOfMagnitudes], pass.Loop.Body.Select(i => i.Code));
        Assert.Equal(2, pass.Results.Length);
    }

    [Fact]
    public void Pooled_relative_L1_streams_both_tensors_through_one_pass()
    {
        var pass = Assert.Single(Passes(SimilarityEstimator.PooledRelativeL1(10).Distance(A, B, Tokens)));
        var pool = Assert.Single(pass.Loop.Pools);
        Assert.Equal((2, 10, 10), (pool.Entries.Length, pool.WindowRows, pool.WindowColumns));
        Assert.Empty(pool.Source.Body);
    }

    [Fact]
    public void Trajectory_alignment_takes_one_pass_for_gamma_and_one_for_the_result()
    {
        var align = new AlignTrajectory(BoundaryRole.Embedded, BoundaryRole.StructureProbe).Build(new ApproximationOperands(2, HasBase: true, HasProbe: true));
        var passes = Passes(7, ElementType.Float32, align);
        Assert.Equal([2, 0], passes.Select(p => p.Results.Length));
        Assert.DoesNotContain(passes.SelectMany(p => p.Loop.Body), i => i.Code == OpCode.Narrow);
    }

    [Fact]
    public void Equal_parts_of_expressions_are_computed_once()
    {
        var pass = Assert.Single(Passes(((A - B).Abs().Mean() / (A - B).Square().Mean()) + (A - B).Max()));
        Assert.Single(pass.Loop.Body, i => i.Code == OpCode.Subtract);
        Assert.Equal(3, pass.Results.Length);
    }

    [Fact]
    public void Scratch_memory_is_used_again_along_a_chain()
    {
        // Ten operations one after the other need one buffer, and the last writes straight to the output.
        var chain = Enumerable.Range(0, 10).Aggregate(A, (e, i) => (e * (i + 2f)).Abs());
        var plan = KernelPlanner.Plan(new KernelSignature([new TensorType(ElementType.Float32, Tokens)], 0, [chain]));
        Assert.Equal(HostLength(1), plan.ScratchBytes);

        static long HostLength(int buffers) => buffers * 2048 * sizeof(float);
    }

    [Fact]
    public void Half_precision_is_widened_block_by_block()
    {
        var pass = Assert.Single(Passes(2, ElementType.Float16, A + B));
        Assert.Equal([OpCode.Widen, OpCode.Widen, OpCode.Add, OpCode.Narrow], pass.Loop.Body.Select(i => i.Code));
    }

    [Fact]
    public void A_reduction_of_single_elements_is_no_pass()
    {
        Assert.Empty(Passes(2, ElementType.Float32, TensorExpression.Constant(2).Mean().Max()));
        Assert.Equal(OpCode.Add, Assert.Single(Assert.Single(Passes(2, ElementType.Float32, A.Mean(2) + B)).Loop.Body).Code);
    }

    private static Pass[] Passes(TensorExpression expression) => Passes(2, ElementType.Float32, expression);

    private static Pass[] Passes(int inputs, ElementType type, TensorExpression expression) =>
        [.. KernelPlanner.Plan(new KernelSignature([.. Enumerable.Repeat(new TensorType(type, Tokens), inputs)], 0, [expression])).Levels.SelectMany(s => s.Passes)];
}
