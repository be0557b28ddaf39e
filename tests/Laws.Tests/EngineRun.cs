using System.Globalization;
using CachePolicies.Engine;
using CachePolicies.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Laws.Tests;

/// <summary>A generation for the real engine and the reference.</summary>
/// <param name="Layout">The chain.</param>
/// <param name="Seed">The policy.</param>
/// <param name="Lanes">How many lanes: samples of two guidance branches each.</param>
/// <param name="Count">How many evaluations.</param>
/// <param name="Execution">Whether lanes that compute the same stage run as one batch.</param>
/// <param name="InOneCall">Whether all lanes are evaluated by one call, or each by one of its own.</param>
/// <param name="IsSecondOrder">Whether evaluations come in pairs at one noise level.</param>
/// <param name="Absent">Bit 3 · i + l is set where lane l is left out of evaluation i.</param>
/// <param name="Fault">What goes wrong.</param>
/// <param name="FaultAt">At which opportunity.</param>
internal sealed record EngineRun(
    DenoiserLayout Layout, uint Seed, int Lanes, int Count, LaneExecution Execution, bool InOneCall, bool IsSecondOrder, uint Absent, FaultKind Fault, int FaultAt)
{
    /// <summary>Every kind of run; half of them go wrong somewhere.</summary>
    public static Arbitrary<EngineRun> All { get; } = Arb.From(
        from layout in PolicyGenerators.Layouts
        from seed in Gen.Choose(0, int.MaxValue)
        from lanes in Gen.Choose(1, 3)
        from count in Gen.Choose(1, 7)
        from execution in Gen.Elements(LaneExecution.Batched, LaneExecution.Separate)
        from inOneCall in Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false)))
        from isSecondOrder in Gen.Elements(true, false)
        from absent in Gen.Frequency((1, Gen.Constant(0)), (1, Gen.Choose(0, (1 << 21) - 1).Two().Select(both => both.Item1 & both.Item2)))
        from fault in Gen.Frequency((4, Gen.Constant(FaultKind.None)), (4, Gen.Elements(Enum.GetValues<FaultKind>()[1..])))
        from faultAt in Gen.Choose(0, fault == FaultKind.CompletionThrows ? 12 : 60)
        select new EngineRun(layout, (uint)seed, lanes, count, execution, inOneCall, isSecondOrder, (uint)absent, fault, faultAt));

    public EvaluationInfo Evaluation(int index) =>
        IsSecondOrder ? GeneratedDenoiser.SecondOrderEvaluation(index, Count) : GeneratedDenoiser.Evaluation(index, Count);

    public bool IsPresent(int lane, int index) => (Absent >> ((index * 3) + lane) & 1) == 0;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Layout}\n  policy {Seed}, {Lanes} lanes {(InOneCall ? Execution : "in a call each")}, {Count} evaluations{(IsSecondOrder ? " in pairs" : "")}, absent {Absent:b}, {Fault} at {FaultAt}");
}
