using CachePolicies.Backends.Cpu;
using CachePolicies.Testing;

namespace CachePolicies.Laws.Tests;

/// <summary>A law is worth something where a backend that breaks it is caught.</summary>
public class BackendLawTests
{
    [Theory]
    [InlineData(BackendFault.LosesLeases, "were released and still count as live")]
    [InlineData(BackendFault.HidesUploads, "Explicit copies are counted and measured numbers are not: expected")]
    [InlineData(BackendFault.TurnsBatches, "Rows are gathered into a batch and scattered again: expected")]
    [InlineData(BackendFault.MeasuresTooMuch, "Every estimator agrees with float64 on every type and shape: element 0 of [] is")]
    [InlineData(BackendFault.ForgetsNaN, "NaN spreads except where it is replaced: ")]
    [InlineData(BackendFault.TakesAnyTensor, "A tensor of another backend is refused: expected ArgumentException, and nothing was thrown")]
    public void A_backend_with_a_fault_breaks_a_law(BackendFault fault, string message)
    {
        using var backend = new FaultyBackend(new CpuBackend(), fault);

        var broken = Assert.Throws<BackendLawException>(() => BackendLaws.Check(backend, new BackendLawOptions { Cases = 5 }));

        Assert.Contains(message, broken.Message, StringComparison.Ordinal);
        Assert.StartsWith("The backend 'faulty' breaks ", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_backend_without_a_fault_keeps_all_of_them()
    {
        using var backend = new FaultyBackend(new CpuBackend(), BackendFault.None);

        BackendLaws.Check(backend);
    }

    [Fact]
    public void Laws_have_names_of_their_own()
    {
        Assert.Distinct(BackendLaws.All.Select(l => l.Name));
        Assert.All(BackendLaws.All, l => Assert.Same(l, BackendLaws.Find(l.Name)));
        Assert.Contains("'none'", Assert.Throws<ArgumentException>(() => BackendLaws.Find("none")).Message, StringComparison.Ordinal);
    }
}
