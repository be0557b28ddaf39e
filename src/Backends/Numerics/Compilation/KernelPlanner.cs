using CachePolicies.Backends.Numerics.Plans;

namespace CachePolicies.Backends.Numerics.Compilation;

/// <summary>
/// Plans a kernel: sorts reductions and outputs by how many reductions lie below them, gives each level and shape one pass over memory, and
/// leaves what is one number to arithmetic between the passes.
/// </summary>
internal sealed class KernelPlanner
{
    private readonly KernelSignature _signature;
    private readonly ExpressionAnalysis _expressions;
    private readonly Dictionary<TensorExpression, int> _numbers = [];
    private readonly Dictionary<TensorExpression, long> _results = [];
    private readonly List<float> _values = [];
    private readonly List<(int Input, int Number)> _numberInputs = [];
    private readonly List<FrameView> _views = [];
    private int _accumulators;

    private KernelPlanner(KernelSignature signature)
    {
        _signature = signature;
        _expressions = new ExpressionAnalysis(signature);
        for (var i = 0; i < signature.Scalars; i++)
        {
            _numbers.Add(TensorExpression.Scalar(i), _values.Count);
            _values.Add(0);
        }
    }

    public RegisterFile Registers { get; } = new();

    public static KernelPlan Plan(KernelSignature signature) => new KernelPlanner(signature).Plan();

    public TensorShape ShapeOf(TensorExpression expression) => _expressions.ShapeOf(expression);

    public bool IsNumber(TensorExpression expression) => _expressions.IsNumber(expression);

    public ElementType TypeOf(int input) => _signature.Inputs[input].ElementType;

    /// <summary>How the frames of an input lie in memory.</summary>
    public FrameView ViewOf(FramesExpression frames)
    {
        var shape = _signature.Inputs[frames.Index].Shape;
        var inFrames = Product(shape, frames.Axis);
        return new FrameView(TypeOf(frames.Index), shape.ElementCount / inFrames, frames.Count, inFrames / frames.Count);
    }

    /// <summary>The place of a view among the plan's.</summary>
    public int NumberOf(in FrameView view)
    {
        if (_views.IndexOf(view) is >= 0 and var known)
        {
            return known;
        }

        _views.Add(view);
        return _views.Count - 1;
    }

    /// <summary>Where the numbers lie that a reduction made for each of the axes it keeps, or what a filter made.</summary>
    public long ResultOf(TensorExpression expression) => _results[expression];

    /// <summary>The place of an expression that is one number.</summary>
    public int NumberOf(TensorExpression expression)
    {
        if (!_numbers.TryGetValue(expression, out var number))
        {
            number = _values.Count;
            _numbers.Add(expression, number);
            _values.Add(expression is ConstantExpression constant ? constant.Value : 0);
            if (expression is InputExpression input)
            {
                _numberInputs.Add((input.Index, number));
            }
        }

        return number;
    }

    private KernelPlan Plan()
    {
        var all = _expressions.All().ToList();
        var reductions = all.OfType<ReduceExpression>().ToList();
        foreach (var reduce in reductions.Where(r => !IsNumber(r)))
        {
            _results.Add(reduce, Registers.Take(ShapeOf(reduce).ElementCount * sizeof(float)));
        }

        var filters = all.OfType<WienerExpression>().ToList();
        foreach (var filter in filters)
        {
            _results.Add(filter, PlaceOf(filter, all));
        }

        var highest = all.Select(_expressions.LevelOf).Max();
        var levels = Enumerable.Range(0, highest + 1).Select(level => PlanLevel(level, all, reductions, filters)).ToArray();
        var outputs = _expressions.Outputs.Index().Where(o => IsNumber(o.Item)).Select(o => (o.Index, NumberOf(o.Item))).ToArray();
        return new KernelPlan
        {
            Levels = levels,
            NumberOutputs = outputs,
            NumberInputs = [.. _numberInputs],
            Numbers = [.. _values],
            Registers = Registers.ToArray(),
            FrameViews = [.. _views],
            Accumulators = _accumulators,
            ScratchBytes = Registers.ScratchBytes,
        };
    }

    private Level PlanLevel(int level, List<TensorExpression> all, List<ReduceExpression> reductions, List<WienerExpression> filters)
    {
        var numbers = all.Where(e => IsNumber(e) && _expressions.LevelOf(e) == level)
            .Select(e => Elementwise.ToInstruction(e, NumberOf) is { } instruction ? instruction with { Target = NumberOf(e) } : default(Instruction?))
            .OfType<Instruction>()
            .ToArray();
        var reduced = reductions.Where(r => _expressions.LevelOf(r) == level + 1).Select(r => new Request(r.Operand, r, -1));
        var stores = _expressions.Outputs.Index()
            .Where(o => !IsNumber(o.Item) && _expressions.LevelOf(o.Item) == level)
            .Select(o => new Request(o.Item, null, o.Index));
        var filtered = filters.Where(f => _expressions.LevelOf(f) == level + 1).ToList();
        var sources = filtered.Where(f => !IsInPlace(f)).Select(f => new Request(f.Operand, null, -1, f));
        var passes = reduced.Concat(stores).Concat(sources)
            .GroupBy(s => (ShapeOf(s.Operand), _expressions.StreamsPool(s.Operand)))
            .Select(g => PlanPass(g.Key.Item1, g.Key.Item2, [.. g]))
            .ToArray();
        return new Level(numbers, passes, [.. filtered.Select(PlanFilter)]);
    }

    private FilterStep PlanFilter(WienerExpression filter)
    {
        var top = Registers.Top;
        var work = Registers.Take(FilterStep.WorkBytes(filter));
        Registers.Release(top);
        return new FilterStep(filter, NumberOf(filter.Signal), NumberOf(filter.Noise), ShapeOf(filter).ElementCount, ResultOf(filter), work);
    }

    /// <summary>Memory for what a filter makes: that of the filter below it, where nobody else reads that.</summary>
    private long PlaceOf(WienerExpression filter, List<TensorExpression> all) =>
        filter.Operand is WienerExpression below && !_expressions.Outputs.Contains(below) && all.Count(e => e.Operands.Contains(below)) == 1
            ? _results[below]
            : Registers.Take(ShapeOf(filter).ElementCount * sizeof(float));

    private bool IsInPlace(WienerExpression filter) => filter.Operand is WienerExpression below && ResultOf(below) == ResultOf(filter);

    private Pass PlanPass(TensorShape shape, bool rowByRow, Request[] requests)
    {
        var groups = requests.Select(r => r.Reduce is { Keep: var keep } ? Product(shape, keep) : shape.ElementCount).ToArray();
        var shortest = groups.Min();
        var columns = shape[^1];
        var blockLength = rowByRow ? columns : (int)Math.Min(KernelPlan.LongestBlock, shortest);
        var top = Registers.Top;
        var loop = new LoopBuilder(this, columns, blockLength);
        var results = new List<Result>();
        foreach (var (request, group) in requests.Zip(groups))
        {
            if (request.Filter is { } filter)
            {
                loop.Store(request.Operand, new Register(RegisterKind.Scratch, 0, ResultOf(filter), sizeof(float)), ElementType.Float32);
                continue;
            }

            if (request.Reduce is not { } reduce)
            {
                loop.Store(request.Operand, new Register(RegisterKind.Output, request.Output, 0, _signature.OutputType.ByteSize()), _signature.OutputType);
                continue;
            }

            loop.Accumulate(reduce.Reduction, reduce.Operand, results.Count);
            results.Add(IsNumber(reduce)
                ? new Result(reduce.Reduction, group, NumberOf(reduce), 0)
                : new Result(reduce.Reduction, group, Instruction.Nothing, ResultOf(reduce)));
        }

        _accumulators = Math.Max(_accumulators, results.Count);
        var pass = new Pass(loop.Build(), shape.ElementCount, blockLength, shortest, [.. results]);
        Registers.Release(top);
        return pass;
    }

    private static long Product(TensorShape shape, int keep)
    {
        long product = 1;
        for (var axis = keep; axis < shape.Rank; axis++)
        {
            product *= shape[axis];
        }

        return product;
    }

    /// <summary>An expression that is reduced, written to an output, or written where a filter finds it.</summary>
    private sealed record Request(TensorExpression Operand, ReduceExpression? Reduce, int Output, WienerExpression? Filter = null);
}
