namespace CachePolicies.Backends.Numerics.Compilation;

/// <summary>What the planner asks about the expressions of one signature. Answers are remembered, since expressions share parts.</summary>
internal sealed class ExpressionAnalysis
{
    private readonly KernelSignature _signature;
    private readonly TensorShape[] _inputs;
    private readonly Dictionary<TensorExpression, TensorShape> _shapes = [];
    private readonly Dictionary<TensorExpression, int> _levels = [];

    public ExpressionAnalysis(KernelSignature signature)
    {
        _signature = signature;
        _inputs = [.. signature.Inputs.Select(i => i.Shape)];
        foreach (var type in signature.Inputs.Select(i => i.ElementType).Append(signature.OutputType))
        {
            if (!type.IsFloatingPoint())
            {
                throw new NotSupportedException($"Expressions are arithmetic on floating-point tensors; {type} is none.");
            }
        }

        Outputs = [.. signature.Outputs.Select(Simplify)];
    }

    /// <summary>The outputs without operations that change nothing.</summary>
    public TensorExpression[] Outputs { get; }

    public TensorShape ShapeOf(TensorExpression expression)
    {
        if (!_shapes.TryGetValue(expression, out var shape))
        {
            shape = expression.ShapeOf(_inputs);
            _shapes.Add(expression, shape);
        }

        return shape;
    }

    /// <summary>Whether the expression is one number, which is computed apart from blocks.</summary>
    public bool IsNumber(TensorExpression expression) => ShapeOf(expression).Rank == 0;

    /// <summary>How many passes over memory lie before the expression can be computed: reductions nested in each other.</summary>
    public int LevelOf(TensorExpression expression)
    {
        if (!_levels.TryGetValue(expression, out var level))
        {
            level = expression.Operands.Select(LevelOf).DefaultIfEmpty(0).Max() + (expression is ReduceExpression or WienerExpression ? 1 : 0);
            _levels.Add(expression, level);
        }

        return level;
    }

    /// <summary>Whether pooled elements are streamed into the expression, so that it is computed row by row.</summary>
    public bool StreamsPool(TensorExpression expression) => expression switch
    {
        ReduceExpression or WienerExpression => false,
        AveragePoolExpression => true,
        _ => expression.Operands.Any(StreamsPool),
    };

    /// <summary>All expressions below the outputs and the outputs themselves, each once, operands before what reads them.</summary>
    public IEnumerable<TensorExpression> All()
    {
        var seen = new HashSet<TensorExpression>();
        return Outputs.SelectMany(Visit);

        IEnumerable<TensorExpression> Visit(TensorExpression expression)
        {
            if (!seen.Add(expression))
            {
                yield break;
            }

            foreach (var below in expression.Operands.SelectMany(Visit))
            {
                yield return below;
            }

            yield return expression;
        }
    }

    // A reduction of single elements and a window of one element change nothing.
    private TensorExpression Simplify(TensorExpression expression) => expression.Map(Simplify) switch
    {
        ScalarExpression { Index: var index } when (uint)index >= (uint)_signature.Scalars =>
            throw new ArgumentException($"The expression reads scalar {index}, but there are {_signature.Scalars} scalars."),
        AveragePoolExpression { Rows: 1, Columns: 1 } pool => pool.Operand,
        ReduceExpression reduce when ShapeOf(reduce.Operand).Rank == reduce.Keep => reduce.Operand,
        var same => same,
    };
}
