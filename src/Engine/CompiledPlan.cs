using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>A plan with its kernels, and with everything that the walk would otherwise look up at each step.</summary>
internal sealed class CompiledPlan
{
    public CompiledPlan(CachePlan plan, IDenoiserBackend backend)
    {
        var layout = plan.Layout;
        Plan = plan;
        Layout = layout;
        Measurements = [.. plan.Measurements.Select(m => new CompiledMeasurement(plan, m, backend))];
        Kept = [.. plan.Kept.Select(k => new CompiledKept(layout, k, backend))];
        Skips = [.. plan.Skips.Select(s => new CompiledSkip(layout, s, Kept[s.Kept], backend))];
        SkipsFrom = [.. layout.Boundaries.Select(b => Skips.Where(s => s.Rule.From == b.Index).ToImmutableArray())];
        NeededAfterNextStage = FindNeeded(plan);
        OperandCount = Math.Max(2, Skips.Select(s => s.OperandCount).DefaultIfEmpty().Max());
        ScalarCount = Skips.Select(s => Enumerable.Range(1, s.Rule.Approximation.MaximumHistory).Max(s.Rule.Approximation.ScalarCount)).DefaultIfEmpty().Max();
        LastReader = FindLastReaders(layout);
    }

    public CachePlan Plan { get; }

    public DenoiserLayout Layout { get; }

    public ImmutableArray<CompiledMeasurement> Measurements { get; }

    public ImmutableArray<CompiledKept> Kept { get; }

    public ImmutableArray<CompiledSkip> Skips { get; }

    /// <summary>The skips that may be decided at each boundary; a policy is asked only where there are some.</summary>
    public ImmutableArray<ImmutableArray<CompiledSkip>> SkipsFrom { get; }

    /// <summary>Whether a boundary's state is still needed once the next stage has run: to be measured, kept, or added to.</summary>
    public ImmutableArray<bool> NeededAfterNextStage { get; }

    /// <summary>The most tensors that a kernel of the plan reads.</summary>
    public int OperandCount { get; }

    /// <summary>The most run-time numbers that a kernel of the plan reads.</summary>
    public int ScalarCount { get; }

    /// <summary>The last stage that reads each tensor of each boundary; −1 where none does.</summary>
    public ImmutableArray<ImmutableArray<int>> LastReader { get; }

    public int IndexOf(MeasurementKey key)
    {
        for (var i = 0; i < Measurements.Length; i++)
        {
            if (ReferenceEquals(Measurements[i].Measurement.Key, key))
            {
                return i;
            }
        }

        throw new CachePlanException(
            $"The policy asked for the measurement '{key}', which its plan does not declare. Declared: {string.Join(", ", Measurements.Select(m => m.Measurement.Key.Name))}.");
    }

    /// <summary>The skip that a decision means, or <see langword="null"/>.</summary>
    public CompiledSkip? Find(int from, BoundaryRef to, Approximation? via)
    {
        var target = Layout.IndexOf(to);
        foreach (var skip in SkipsFrom[from])
        {
            if (skip.Rule.To == target && (via is null || ReferenceEquals(via, skip.Rule.Approximation) || via.Equals(skip.Rule.Approximation)))
            {
                return skip;
            }
        }

        return null;
    }

    private static ImmutableArray<bool> FindNeeded(CachePlan plan)
    {
        var needed = new bool[plan.Layout.Boundaries.Length];
        void Need(int boundary)
        {
            if (boundary >= 0)
            {
                needed[boundary] = true;
            }
        }

        foreach (var measurement in plan.Measurements)
        {
            Need(measurement.Boundary);
            Need(measurement.ResidualBase);
        }

        foreach (var kept in plan.Kept)
        {
            Need(kept.To);
            Need(kept.Base);
            Need(kept.Probe);
        }

        Need(plan.Layout.Output.Index);
        return [.. needed];
    }

    private static ImmutableArray<ImmutableArray<int>> FindLastReaders(DenoiserLayout layout)
    {
        var last = layout.Boundaries.Select(b => Enumerable.Repeat(-1, b.Tensors.Length).ToArray()).ToArray();
        for (var stage = 0; stage < layout.Stages.Length; stage++)
        {
            foreach (var read in layout.ReadsOf(stage))
            {
                if (read.Boundary >= 0)
                {
                    last[read.Boundary][read.Tensor] = stage;
                }
            }
        }

        return [.. last.Select(l => l.ToImmutableArray())];
    }
}

/// <summary>A measurement with its kernels.</summary>
internal sealed class CompiledMeasurement
{
    public CompiledMeasurement(CachePlan plan, Measurement measurement, IDenoiserBackend backend)
    {
        Measurement = measurement;
        Descriptor = plan.Layout.Boundaries[measurement.Boundary].Tensors[measurement.Tensor];
        NeedsReference = plan.NeedsReference(measurement);
        var type = TensorType.Of(Descriptor);
        var distance = measurement.Estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), Descriptor.Shape);
        var signature = new KernelSignature(NeedsReference ? [type, type] : [type], 0, [distance]);
        Kernel = signature.IsMeasurement
            ? backend.Compile(signature)
            : throw new CachePlanException($"The estimator '{measurement.Estimator.Name}' of the measurement '{measurement.Key}' gives {signature.OutputShapes[0]}, not one number; reduce it with Mean, Sum or Max.");
        Residual = measurement.ResidualBase < 0 ? null : Kernels.Subtract(backend, Descriptor);
    }

    public Measurement Measurement { get; }

    public TensorDescriptor Descriptor { get; }

    public bool NeedsReference { get; }

    public IExpressionKernel Kernel { get; }

    public IExpressionKernel? Residual { get; }
}

/// <summary>What is kept, with the kernels that make residuals.</summary>
internal sealed class CompiledKept
{
    public CompiledKept(DenoiserLayout layout, KeptFeature kept, IDenoiserBackend backend)
    {
        Kept = kept;
        Computed = StageSet.Between(kept.RangeStart, kept.To);
        var target = layout.Boundaries[kept.To];
        States = [.. Enumerable.Range(0, target.Tensors.Length).Where(i => target.Tensors[i].Kind == TensorKind.State)];
        Descriptors = [.. States.Select(i => target.Tensors[i])];
        if (kept.Base < 0)
        {
            return;
        }

        var origin = layout.Boundaries[kept.Base];
        BaseStates = [.. Descriptors.Select(d => origin.IndexOf(d.Name))];
        Residuals = [.. Descriptors.Select(d => Kernels.Subtract(backend, d))];
        BasePrimary = origin.PrimaryIndex;
        if (kept.Probe >= 0)
        {
            ProbeDescriptor = origin.Primary;
            ProbePrimary = layout.Boundaries[kept.Probe].PrimaryIndex;
            ProbeResidual = Kernels.Subtract(backend, ProbeDescriptor);
        }
    }

    public KeptFeature Kept { get; }

    /// <summary>The stages that must have run for the feature to be kept anew.</summary>
    public StageSet Computed { get; }

    /// <summary>The indices of the state tensors at the target.</summary>
    public ImmutableArray<int> States { get; }

    public ImmutableArray<TensorDescriptor> Descriptors { get; }

    /// <summary>The indices of the same tensors at the base.</summary>
    public ImmutableArray<int> BaseStates { get; } = [];

    public ImmutableArray<IExpressionKernel> Residuals { get; } = [];

    public int BasePrimary { get; }

    public int ProbePrimary { get; }

    public TensorDescriptor? ProbeDescriptor { get; }

    public IExpressionKernel? ProbeResidual { get; }

    public long EntryBytes => Descriptors.Sum(d => d.ByteLength) + (ProbeDescriptor?.ByteLength ?? 0);
}

/// <summary>A skip with a kernel for each state tensor and each length of history; none where the kept tensor itself is handed on.</summary>
internal sealed class CompiledSkip
{
    private readonly ImmutableArray<ImmutableArray<IExpressionKernel?>> _kernels;
    private readonly ImmutableArray<IExpressionKernel?> _diagnostics;

    public CompiledSkip(DenoiserLayout layout, SkipRule rule, CompiledKept kept, IDenoiserBackend backend)
    {
        Rule = rule;
        Kept = kept;
        Name = rule.Approximation.GetType().Name;
        Target = layout.Boundaries[rule.To];
        var histories = Enumerable.Range(1, rule.Approximation.MaximumHistory);
        _kernels = [.. histories.Select(h => kept.Descriptors.Select((d, i) => Compile(d, i, h, backend)).ToImmutableArray())];
        _diagnostics = [.. histories.Select(h => CompileDiagnostic(h, backend))];
    }

    public SkipRule Rule { get; }

    public CompiledKept Kept { get; }

    public Boundary Target { get; }

    /// <summary>The approximation's name in records.</summary>
    public string Name { get; }

    public int OperandCount => (HasBase ? 1 : 0) + Rule.Approximation.MaximumHistory + (HasProbe ? 2 + Rule.Approximation.MaximumHistory : 0);

    public bool HasBase => Kept.Kept.Base >= 0;

    public bool HasProbe => Kept.Kept.Probe >= 0;

    public IExpressionKernel? KernelFor(int state, int history) => _kernels[history - 1][state];

    public IExpressionKernel? DiagnosticFor(int history) => _diagnostics[history - 1];

    private IExpressionKernel? Compile(TensorDescriptor state, int index, int history, IDenoiserBackend backend)
    {
        if (history < Rule.Approximation.MinimumHistory)
        {
            return null;
        }

        var operands = new ApproximationOperands(history, HasBase);
        var expression = Rule.Approximation.Build(operands);
        if (expression.Equals(operands.Kept(0)))
        {
            return HasBase
                ? throw new CachePlanException($"{Name} names the base '{Rule.Approximation.Base}' and does not use it.")
                : null;
        }

        var signature = new KernelSignature(InputTypes(state, history), Rule.Approximation.ScalarCount(history), [expression], state.ElementType);
        return signature.OutputShapes[0].Equals(state.Shape)
            ? backend.Compile(signature)
            : throw new CachePlanException($"{Name} makes {signature.OutputShapes[0]} for the state {Kept.Descriptors[index]} at '{Target.Name}'.");
    }

    private IExpressionKernel? CompileDiagnostic(int history, IDenoiserBackend backend) =>
        history >= Rule.Approximation.MinimumHistory && Rule.Approximation.BuildDiagnostic(new ApproximationOperands(history, HasBase)) is { } expression
            ? backend.Compile(new KernelSignature(InputTypes(Kept.Descriptors[0], history), Rule.Approximation.ScalarCount(history), [expression]))
            : null;

    private ImmutableArray<TensorType> InputTypes(TensorDescriptor state, int history)
    {
        var types = ImmutableArray.CreateBuilder<TensorType>();
        types.AddRange(Enumerable.Repeat(TensorType.Of(state), (HasBase ? 1 : 0) + history));
        if (Kept.ProbeDescriptor is { } probe)
        {
            types.AddRange(Enumerable.Repeat(TensorType.Of(probe), 2 + history));
        }

        return types.ToImmutable();
    }
}

/// <summary>Kernels that every plan may need.</summary>
internal static class Kernels
{
    /// <summary>The difference of two tensors of the described type.</summary>
    public static IExpressionKernel Subtract(IDenoiserBackend backend, TensorDescriptor descriptor)
    {
        var type = TensorType.Of(descriptor);
        return backend.Compile(new KernelSignature([type, type], 0, [TensorExpression.Input(0) - TensorExpression.Input(1)]));
    }
}
