using System.Numerics.Tensors;
using CachePolicies.Backends.Numerics.Plans;

namespace CachePolicies.Backends.Numerics.Execution;

/// <summary>One run of a plan. Everything that changes lies in the workspace.</summary>
/// <remarks>The workspace holds, in this order: locations of registers, accumulators, numbers, and on the next cache line the plan's scratch memory.</remarks>
internal unsafe ref struct KernelRun
{
    /// <summary>Rows of a pooling window that are summed in float32 before the sums go to float64.</summary>
    internal const int RowsPerFold = 32;

    /// <summary>Rows that are read side by side.</summary>
    private const int RowsPerAddition = 8;

    private readonly KernelPlan _plan;
    private readonly Location* _locations;
    private readonly double* _accumulators;
    private readonly float* _numbers;
    private readonly byte* _scratch;

    public KernelRun(KernelPlan plan, byte* workspace)
    {
        _plan = plan;
        _locations = (Location*)workspace;
        _accumulators = (double*)(_locations + plan.Registers.Length);
        _numbers = (float*)(_accumulators + plan.Accumulators);
        _scratch = workspace + (WorkspaceBytes(plan) - plan.ScratchBytes);
    }

    public static long WorkspaceBytes(KernelPlan plan)
    {
        var head = (plan.Registers.Length * sizeof(Location)) + (plan.Accumulators * sizeof(double)) + (plan.Numbers.Length * sizeof(float));
        return ((head + 63) & ~63) + plan.ScratchBytes;
    }

    /// <summary>Runs the plan; returns the first scalar output, 0 where there is none.</summary>
    public float Run(KernelSignature signature, ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<float> scalars, ReadOnlySpan<FeatureTensor> outputs)
    {
        Locate(inputs, outputs);
        _plan.Numbers.CopyTo(new Span<float>(_numbers, _plan.Numbers.Length));
        scalars.CopyTo(new Span<float>(_numbers, _plan.Numbers.Length));
        foreach (var (input, number) in _plan.NumberInputs)
        {
            ElementConversion.ToSingle(
                HostTransfers.AddressOf(inputs[input], nameof(inputs)), signature.Inputs[input].ElementType, new Span<float>(_numbers + number, 1));
        }

        foreach (var level in _plan.Levels)
        {
            foreach (ref readonly var instruction in level.Numbers.AsSpan())
            {
                _numbers[instruction.Target] = Compute(instruction);
            }

            foreach (var pass in level.Passes)
            {
                RunPass(pass);
            }

            foreach (var filter in level.Filters)
            {
                filter.Run(_scratch, _numbers[filter.Signal], _numbers[filter.Noise]);
            }
        }

        if (!outputs.IsEmpty)
        {
            foreach (var (output, number) in _plan.NumberOutputs)
            {
                *(float*)HostTransfers.AddressOf(outputs[output], nameof(outputs)) = _numbers[number];
            }
        }

        return _plan.NumberOutputs is [var first, ..] ? _numbers[first.Number] : 0;
    }

    private void Locate(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<FeatureTensor> outputs)
    {
        var location = _locations;
        foreach (ref readonly var register in _plan.Registers.AsSpan())
        {
            location->Base = register.Kind switch
            {
                RegisterKind.Input => HostTransfers.AddressOf(inputs[register.Index], nameof(inputs)),
                RegisterKind.Output => HostTransfers.AddressOf(outputs[register.Index], nameof(outputs)),
                _ => (nint)(_scratch + register.Offset),
            };
            location->Step = register.Step;
            location++;
        }
    }

    private void RunPass(Pass pass)
    {
        for (var i = 0; i < pass.Results.Length; i++)
        {
            _accumulators[i] = Initial(pass.Results[i].Reduction);
        }

        for (long offset = 0; offset < pass.Elements;)
        {
            var length = (int)Math.Min(pass.BlockLength, pass.GroupLength - (pass.IsGrouped ? offset % pass.GroupLength : offset));
            RunLoop(pass.Loop, offset, length);
            offset += length;
            if (pass.IsGrouped)
            {
                Flush(pass, offset);
            }
        }

        if (!pass.IsGrouped)
        {
            Flush(pass, pass.Elements);
        }
    }

    // Turns accumulators into numbers where their groups end.
    private readonly void Flush(Pass pass, long offset)
    {
        for (var i = 0; i < pass.Results.Length; i++)
        {
            ref readonly var result = ref pass.Results[i];
            if (offset % result.GroupLength != 0)
            {
                continue;
            }

            var value = (float)(result.Reduction == Reduction.Mean ? _accumulators[i] / result.GroupLength : _accumulators[i]);
            if (result.Number >= 0)
            {
                _numbers[result.Number] = value;
            }
            else
            {
                ((float*)(_scratch + result.ResultOffset))[(offset / result.GroupLength) - 1] = value;
            }

            _accumulators[i] = Initial(result.Reduction);
        }
    }

    private static double Initial(Reduction reduction) => reduction == Reduction.Max ? double.NegativeInfinity : 0;

    private void RunLoop(Loop loop, long offset, int length)
    {
        foreach (var pool in loop.Pools)
        {
            RunPool(pool, offset / loop.Columns, offset);
        }

        foreach (ref readonly var instruction in loop.Body.AsSpan())
        {
            RunInstruction(instruction, offset, length);
        }
    }

    private readonly float* At(int register, long offset) => (float*)(_locations[register].Base + (nint)(_locations[register].Step * offset));

    private readonly void RunInstruction(in Instruction i, long offset, int length)
    {
        var left = new ReadOnlySpan<float>(At(i.Left, offset), length);
        if (i.Code >= OpCode.Sum)
        {
            Accumulate(i, left, offset);
            return;
        }

        var target = new Span<float>(At(i.Target, offset), length);
        switch (i.Code)
        {
            case OpCode.Widen:
                ElementConversion.ToSingle((nint)At(i.Left, offset), i.Type, target);
                break;
            case OpCode.GatherFrames:
                GatherFrames(_plan.FrameViews[i.View], (nint)At(i.Left, 0), offset, target);
                break;
            case OpCode.Narrow:
                ElementConversion.FromSingle(left, (nint)At(i.Target, offset), i.Type);
                break;
            case OpCode.Add:
                TensorPrimitives.Add(left, new ReadOnlySpan<float>(At(i.Right, offset), length), target);
                break;
            case OpCode.Subtract:
                TensorPrimitives.Subtract(left, new ReadOnlySpan<float>(At(i.Right, offset), length), target);
                break;
            case OpCode.Multiply:
                TensorPrimitives.Multiply(left, new ReadOnlySpan<float>(At(i.Right, offset), length), target);
                break;
            case OpCode.Divide:
                TensorPrimitives.Divide(left, new ReadOnlySpan<float>(At(i.Right, offset), length), target);
                break;
            case OpCode.AddNumber:
                TensorPrimitives.Add(left, _numbers[i.Number], target);
                break;
            case OpCode.SubtractNumber:
                TensorPrimitives.Subtract(left, _numbers[i.Number], target);
                break;
            case OpCode.MultiplyByNumber:
                TensorPrimitives.Multiply(left, _numbers[i.Number], target);
                break;
            case OpCode.DivideByNumber:
                TensorPrimitives.Divide(left, _numbers[i.Number], target);
                break;
            case OpCode.SubtractFromNumber:
                TensorPrimitives.Subtract(_numbers[i.Number], left, target);
                break;
            case OpCode.DivideNumber:
                TensorPrimitives.Divide(_numbers[i.Number], left, target);
                break;
            case OpCode.Abs:
                TensorPrimitives.Abs(left, target);
                break;
            case OpCode.Square:
                TensorPrimitives.Multiply(left, left, target);
                break;
            case OpCode.Sqrt:
                TensorPrimitives.Sqrt(left, target);
                break;
            case OpCode.Clamp:
                TensorPrimitives.Clamp(left, i.X, i.Y, target);
                break;
            case OpCode.ReplaceNaN:
                SpanKernels.ReplaceNaN(left, i.X, target);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"{i.Code} is not an operation on a block.");
        }
    }

    // Run by run, as far as the block goes.
    private static void GatherFrames(in FrameView view, nint source, long offset, Span<float> target)
    {
        for (var done = 0; done < target.Length;)
        {
            var element = offset + done;
            var length = (int)Math.Min(target.Length - done, view.Run - (element % view.Run));
            ElementConversion.ToSingle(source + (nint)(view.PlaceOf(element) * view.Type.ByteSize()), view.Type, target.Slice(done, length));
            done += length;
        }
    }

    private readonly void Accumulate(in Instruction i, ReadOnlySpan<float> left, long offset)
    {
        ref var accumulator = ref _accumulators[i.Target];
        switch (i.Code)
        {
            case OpCode.Sum:
                accumulator += TensorPrimitives.Sum(left);
                break;
            case OpCode.SumOfMagnitudes:
                accumulator += TensorPrimitives.SumOfMagnitudes(left);
                break;
            case OpCode.SumOfSquares:
                accumulator += TensorPrimitives.SumOfSquares(left);
                break;
            case OpCode.Dot:
                accumulator += TensorPrimitives.Dot(left, new ReadOnlySpan<float>(At(i.Right, offset), left.Length));
                break;
            case OpCode.Max:
                accumulator = Math.Max(accumulator, TensorPrimitives.Max(left));
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"{i.Code} is not a reduction.");
        }
    }

    private readonly float Compute(in Instruction i)
    {
        var left = _numbers[i.Left];
        return i.Code switch
        {
            OpCode.Add => left + _numbers[i.Right],
            OpCode.Subtract => left - _numbers[i.Right],
            OpCode.Multiply => left * _numbers[i.Right],
            OpCode.Divide => left / _numbers[i.Right],
            OpCode.Abs => MathF.Abs(left),
            OpCode.Square => left * left,
            OpCode.Sqrt => MathF.Sqrt(left),
            OpCode.Clamp => Math.Clamp(left, i.X, i.Y),
            OpCode.ReplaceNaN => float.IsNaN(left) ? i.X : left,
            _ => throw new System.Diagnostics.UnreachableException($"{i.Code} is not an operation on numbers."),
        };
    }

    // One row of pooled elements: columns are summed down the window's rows, then along each window.
    private void RunPool(PoolStep pool, long pooledRow, long pooledOffset)
    {
        var (plane, row) = Math.DivRem(pooledRow, pool.PooledRows);
        var first = (plane * pool.SourceRows) + (row * pool.WindowRows);
        float count = (long)pool.WindowRows * pool.WindowColumns;
        for (var start = 0; start < pool.WindowRows; start += RowsPerFold)
        {
            SumColumns(pool, first + start, Math.Min(RowsPerFold, pool.WindowRows - start));
            foreach (ref readonly var entry in pool.Entries.AsSpan())
            {
                var target = new Span<float>(At(entry.Target, pooledOffset), pool.PooledColumns);
                SpanKernels.SumWindows(new Span<float>(_scratch + entry.ColumnsOffset, pool.CoveredColumns), pool.WindowColumns, target);
                if (pool.WindowRows > RowsPerFold)
                {
                    AddUp(target, new Span<double>(_scratch + entry.WindowsOffset, pool.PooledColumns), start == 0);
                }
            }
        }

        foreach (ref readonly var entry in pool.Entries.AsSpan())
        {
            var target = new Span<float>(At(entry.Target, pooledOffset), pool.PooledColumns);
            TensorPrimitives.Divide(target, count, target);
        }
    }

    // Windows of many rows: the sums so far are kept in float64.
    private static void AddUp(Span<float> target, Span<double> windows, bool isFirst)
    {
        for (var i = 0; i < target.Length; i++)
        {
            windows[i] = isFirst ? target[i] : windows[i] + target[i];
            target[i] = (float)windows[i];
        }
    }

    private void SumColumns(PoolStep pool, long first, int rows)
    {
        var stride = pool.Source.Columns;
        if (pool.Source is { Body: [], Pools: [] })
        {
            // The rows lie in memory as they are: several are added at once.
            for (var row = 0; row < rows; row += RowsPerAddition)
            {
                foreach (ref readonly var entry in pool.Entries.AsSpan())
                {
                    var source = At(entry.Source, (first + row) * stride);
                    var columns = new Span<float>(_scratch + entry.ColumnsOffset, pool.CoveredColumns);
                    SpanKernels.AddRows(source, stride, Math.Min(RowsPerAddition, rows - row), columns, row == 0);
                }
            }

            return;
        }

        for (var row = 0; row < rows; row++)
        {
            RunLoop(pool.Source, (first + row) * stride, pool.CoveredColumns);
            foreach (ref readonly var entry in pool.Entries.AsSpan())
            {
                var source = At(entry.Source, (first + row) * stride);
                var columns = new Span<float>(_scratch + entry.ColumnsOffset, pool.CoveredColumns);
                SpanKernels.AddRows(source, 0, 1, columns, row == 0);
            }
        }
    }

    private struct Location
    {
        public nint Base;
        public nint Step;
    }
}
