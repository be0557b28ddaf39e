using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>A skip with a kernel for each state tensor and each length of history; none where the kept tensor itself is handed on.</summary>
internal sealed class CompiledSkip
{
    private readonly Approximation _approximation;
    private readonly ImmutableArray<ImmutableArray<IExpressionKernel?>> _kernels;
    private readonly ImmutableArray<IExpressionKernel?> _diagnostics;

    public CompiledSkip(DenoiserLayout layout, SkipRule rule, CompiledKept kept, IDenoiserBackend backend)
    {
        Rule = rule;
        Kept = kept;
        Target = layout.Boundaries[rule.To];
        _approximation = rule.Approximation;
        Name = _approximation.Name;
        int[] histories = [.. Enumerable.Range(1, _approximation.MaximumHistory)];
        OperandCount = OperandsOf(_approximation.MaximumHistory).Count;
        ScalarCount = histories.Max(_approximation.ScalarCount);
        _kernels = [.. histories.Select(h => kept.States.Select(s => Compile(s, h, backend)).ToImmutableArray())];
        _diagnostics = [.. histories.Select(h => CompileDiagnostic(h, backend))];
    }

    public SkipRule Rule { get; }

    public CompiledKept Kept { get; }

    public Boundary Target { get; }

    /// <summary>The approximation's name in records.</summary>
    public string Name { get; }

    /// <summary>The most tensors that a kernel reads.</summary>
    public int OperandCount { get; }

    /// <summary>The most run-time numbers that a kernel reads.</summary>
    public int ScalarCount { get; }

    /// <summary>What the kernels for a length of history read, in their order.</summary>
    public ApproximationOperands OperandsOf(int history) => ApproximationOperands.Of(_approximation, history);

    /// <summary>What makes a state tensor, or <see langword="null"/> where the newest kept tensor is the state.</summary>
    public IExpressionKernel? KernelFor(int state, int history) => _kernels[history - 1][state];

    /// <summary>What measures the number that a record shows, if there is one.</summary>
    public IExpressionKernel? DiagnosticFor(int history) => _diagnostics[history - 1];

    private IExpressionKernel? Compile(KeptState state, int history, IDenoiserBackend backend)
    {
        if (history < _approximation.MinimumHistory)
        {
            return null;
        }

        var operands = OperandsOf(state, history);
        var expression = _approximation.Build(operands);
        if (expression.Equals(operands.Kept(0)))
        {
            if (operands.HasBase && operands.Forms.IsEmpty)
            {
                throw new CachePlanException($"{Name} names the base '{_approximation.Base}' and does not use it.");
            }

            if (state.Parts[0].Source == state.Target)
            {
                return null;
            }
        }

        var signature = new KernelSignature(InputTypes(state, operands), _approximation.ScalarCount(history), [Limited(expression, state.State.ElementType)], state.State.ElementType);
        return signature.OutputShapes[0].Equals(state.State.Shape)
            ? backend.Compile(signature)
            : throw new CachePlanException($"{Name} makes {signature.OutputShapes[0]} for the state {state.State} at '{Target.Name}'.");
    }

    private IExpressionKernel? CompileDiagnostic(int history, IDenoiserBackend backend)
    {
        var operands = OperandsOf(Kept.States[0], history);
        return history >= _approximation.MinimumHistory && _approximation.BuildDiagnostic(operands) is { } expression
            ? backend.Compile(new KernelSignature(InputTypes(Kept.States[0], operands), _approximation.ScalarCount(history), [expression]))
            : null;
    }

    private ApproximationOperands OperandsOf(KeptState state, int history) => OperandsOf(history) with
    {
        KeptUnit = state.Parts.Max(p => p.Unit),
        KeptProbeUnit = Kept.Probe?.Unit ?? 1,
    };

    /// <summary>What is approximated may lie beyond what was ever computed, and so beyond the largest number of float16.</summary>
    private static TensorExpression Limited(TensorExpression state, ElementType type) =>
        type == ElementType.Float16 ? state.Clamp(-(float)Half.MaxValue, (float)Half.MaxValue) : state;

    private ImmutableArray<TensorType> InputTypes(KeptState state, ApproximationOperands operands) =>
        [.. Enumerable.Range(0, operands.Count).Select(position => TensorType.Of(operands[position].Kind switch
        {
            ApproximationOperandKind.Base => state.State,
            ApproximationOperandKind.Kept or ApproximationOperandKind.Conditional => state.Parts[operands[position].Form].Descriptor,
            _ => Kept.Probe!.Descriptor,
        }))];
}
