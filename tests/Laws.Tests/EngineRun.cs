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
/// <param name="Changed">Bit 3 · i + l is set where lane l gets another prompt before evaluation i, if the layout has one.</param>
/// <param name="Fault">What goes wrong.</param>
/// <param name="FaultAt">At which opportunity.</param>
internal sealed record EngineRun(
    DenoiserLayout Layout, uint Seed, int Lanes, int Count, LaneExecution Execution, bool InOneCall, bool IsSecondOrder, uint Absent, uint Changed, FaultKind Fault, int FaultAt)
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
        from prompted in Gen.Elements(true, false)
        from changed in Gen.Frequency((1, Gen.Constant(0)), (1, Gen.Choose(0, (1 << 21) - 1).Two().Select(both => both.Item1 & both.Item2)))
        from fault in Gen.Frequency((4, Gen.Constant(FaultKind.None)), (4, Gen.Elements(Enum.GetValues<FaultKind>()[1..])))
        from faultAt in Gen.Choose(0, fault == FaultKind.CompletionThrows ? 12 : 60)
        select new EngineRun(prompted ? Prompted(layout) : layout, (uint)seed, lanes, count, execution, inOneCall, isSecondOrder, (uint)absent, (uint)changed, fault, faultAt));

    public EvaluationInfo Evaluation(int index) =>
        IsSecondOrder ? GeneratedDenoiser.SecondOrderEvaluation(index, Count) : GeneratedDenoiser.Evaluation(index, Count);

    public bool IsPresent(int lane, int index) => (Absent >> ((index * 3) + lane) & 1) == 0;

    /// <summary>Whether a lane is given a prompt before an evaluation: before its first, and where it changes.</summary>
    public bool IsPrompted(int lane, int index) => HasPrompt && ((Changed >> ((index * 3) + lane) & 1) != 0 || Enumerable.Range(0, index).All(before => !IsPresent(lane, before)));

    /// <summary>The prompt of a lane in an evaluation: as many changes up to it.</summary>
    public float[] PromptOf(int lane, int index) =>
        [lane, Enumerable.Range(0, index + 1).Count(i => (Changed >> ((i * 3) + lane) & 1) != 0 && IsPresent(lane, i))];

    private bool HasPrompt => Layout.Inputs.Any(i => i.Name == Prompt);

    public const string Prompt = "prompt";

    private static DenoiserLayout Prompted(DenoiserLayout layout) => new(
        layout.Name,
        [.. layout.Inputs, new TensorDescriptor(Prompt, TensorKind.Conditioning, ElementType.Float32, new TensorShape(2), ConditioningLifetime.Generation)],
        layout.Boundaries,
        [.. layout.Stages.Select(s => s with { Reads = [.. s.Reads, Prompt] })]);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Layout}\n  policy {Seed}, {Lanes} lanes {(InOneCall ? Execution : "in a call each")}, {Count} evaluations{(IsSecondOrder ? " in pairs" : "")}, absent {Absent:b}, changed {Changed:b}, {Fault} at {FaultAt}");
}
