using CachePolicies.Backends.Numerics.Plans;

namespace CachePolicies.Backends.Numerics.Compilation;

/// <summary>Plans the pooling of all tensors that have one source shape and window, so that their rows are read together.</summary>
internal sealed class PoolBuilder
{
    private readonly KernelPlanner _planner;
    private readonly TensorShape _sourceShape;
    private readonly int _rows;
    private readonly int _columns;
    private readonly int _pooledColumns;
    private readonly LoopBuilder _source;
    private readonly List<PoolEntry> _entries = [];

    public PoolBuilder(KernelPlanner planner, AveragePoolExpression pool)
    {
        _planner = planner;
        _sourceShape = planner.ShapeOf(pool.Operand);
        (_rows, _columns) = (pool.Rows, pool.Columns);
        _pooledColumns = _sourceShape[^1] / _columns;
        _source = new LoopBuilder(planner, _sourceShape[^1], _sourceShape[^1]);
    }

    /// <summary>The registers that get pooled rows.</summary>
    public IEnumerable<int> Targets => _entries.Select(e => e.Target);

    public bool Fits(AveragePoolExpression pool) => pool.Rows == _rows && pool.Columns == _columns && _planner.ShapeOf(pool.Operand).Equals(_sourceShape);

    public int Add(AveragePoolExpression pool)
    {
        var source = _source.RegisterOf(pool.Operand);
        _source.Keep(source);
        var columns = _planner.Registers.Take((long)_pooledColumns * _columns * sizeof(float));
        var windows = _planner.Registers.Take((long)_pooledColumns * sizeof(double));
        var target = _planner.Registers.AddScratch();
        _entries.Add(new PoolEntry(source, target, columns, windows));
        return target;
    }

    public PoolStep Build() => new(_source.Build(), _sourceShape[^2], _sourceShape[^2] / _rows, _pooledColumns, _rows, _columns, [.. _entries]);
}
