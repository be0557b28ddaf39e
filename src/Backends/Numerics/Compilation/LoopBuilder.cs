using CachePolicies.Backends.Numerics.Plans;

namespace CachePolicies.Backends.Numerics.Compilation;

/// <summary>
/// Turns the elementwise part of expressions over one shape into instructions on blocks. Equal expressions are computed once. Scratch buffers are
/// used again as soon as their value was read for the last time, which keeps them in the nearest cache.
/// </summary>
/// <param name="planner">Knows shapes, numbers and earlier results.</param>
/// <param name="columns">Elements of a row of the shape.</param>
/// <param name="blockLength">The most elements that a block has.</param>
internal sealed class LoopBuilder(KernelPlanner planner, int columns, int blockLength)
{
    private readonly Dictionary<TensorExpression, int> _computed = [];
    private readonly List<Instruction> _body = [];
    private readonly List<PoolBuilder> _pools = [];
    private readonly HashSet<int> _kept = [];

    private RegisterFile Registers => planner.Registers;

    /// <summary>The register that holds the expression's elements; emits what computes them if that was not done yet.</summary>
    public int RegisterOf(TensorExpression expression)
    {
        if (!_computed.TryGetValue(expression, out var register))
        {
            register = expression switch
            {
                InputExpression input => Load(input.Index),
                FramesExpression frames => Load(frames),
                ReduceExpression or WienerExpression => Registers.Add(new Register(RegisterKind.Scratch, 0, planner.ResultOf(expression), sizeof(float))),
                AveragePoolExpression pool => Pool(pool),
                BinaryExpression binary when planner.IsNumber(binary.Right) =>
                    Emit(new(Elementwise.CodeByNumber(binary.Operation), Instruction.Nothing, RegisterOf(binary.Left), Number: planner.NumberOf(binary.Right))),
                BinaryExpression binary when planner.IsNumber(binary.Left) =>
                    Emit(new(Elementwise.CodeOfNumber(binary.Operation), Instruction.Nothing, RegisterOf(binary.Right), Number: planner.NumberOf(binary.Left))),
                _ when Elementwise.ToInstruction(expression, RegisterOf) is { } instruction => Emit(instruction),
                _ => throw new NotSupportedException($"{expression.GetType().Name} is not a known expression over tensors."),
            };
            _computed.Add(expression, register);
        }

        return register;
    }

    /// <summary>Sums an expression up, or finds its largest element, into an accumulator.</summary>
    public void Accumulate(Reduction reduction, TensorExpression operand, int accumulator)
    {
        var (code, left, right) = (reduction, operand) switch
        {
            (Reduction.Max, _) => (OpCode.Max, operand, null),
            (_, UnaryExpression { Operation: UnaryOperation.Abs } e) => (OpCode.SumOfMagnitudes, e.Operand, null),
            (_, UnaryExpression { Operation: UnaryOperation.Square } e) => (OpCode.SumOfSquares, e.Operand, null),
            (_, BinaryExpression { Operation: BinaryOperation.Multiply } e) when !planner.IsNumber(e.Left) && !planner.IsNumber(e.Right) => (OpCode.Dot, e.Left, e.Right),
            _ => (OpCode.Sum, operand, (TensorExpression?)null),
        };
        _body.Add(new Instruction(code, accumulator, RegisterOf(left), right is null ? Instruction.Nothing : RegisterOf(right)));
    }

    /// <summary>Writes an expression to an output of the kernel, or to scratch memory that lasts; straight, where its last operation can.</summary>
    public void Store(TensorExpression expression, in Register target, ElementType type)
    {
        var register = RegisterOf(expression);
        if (type == ElementType.Float32 && Registers.IsComputed(register))
        {
            Registers[register] = target;
        }
        else
        {
            _body.Add(new Instruction(OpCode.Narrow, Registers.Add(target), register, Type: type));
        }
    }

    /// <summary>Keeps a value until the block ends, for a loop around this one.</summary>
    public void Keep(int register) => _kept.Add(register);

    /// <summary>Gives every computed value its place in scratch memory. Nothing can be added any more.</summary>
    public Loop Build()
    {
        PlaceScratch();
        return new Loop(columns, [.. _pools.Select(p => p.Build())], [.. _body]);
    }

    private int Load(int input)
    {
        var type = planner.TypeOf(input);
        var source = AddInput(input, type);
        return type == ElementType.Float32 ? source : Emit(new(OpCode.Widen, Instruction.Nothing, source, Type: type));
    }

    private int Load(FramesExpression frames)
    {
        var view = planner.ViewOf(frames);
        return view.IsInOrder ? Load(frames.Index) : Emit(new(OpCode.GatherFrames, Instruction.Nothing, AddInput(frames.Index, view.Type), View: planner.NumberOf(view)));
    }

    private int AddInput(int input, ElementType type) => Registers.Add(new Register(RegisterKind.Input, input, 0, type.ByteSize()));

    private int Pool(AveragePoolExpression pool)
    {
        var builder = _pools.Find(p => p.Fits(pool));
        if (builder is null)
        {
            builder = new PoolBuilder(planner, pool);
            _pools.Add(builder);
        }

        return builder.Add(pool);
    }

    // Gives an instruction a target of its own.
    private int Emit(Instruction instruction)
    {
        var target = Registers.AddScratch();
        _body.Add(instruction with { Target = target });
        return target;
    }

    private void PlaceScratch()
    {
        var lastRead = new Dictionary<int, int>();
        for (var i = 0; i < _body.Count; i++)
        {
            lastRead[_body[i].Left] = i;
            if (_body[i].Right != Instruction.Nothing)
            {
                lastRead[_body[i].Right] = i;
            }
        }

        var free = new Stack<long>();
        foreach (var register in _pools.SelectMany(p => p.Targets))
        {
            Place(register, free);
        }

        for (var i = 0; i < _body.Count; i++)
        {
            var instruction = _body[i];
            Free(instruction.Left, i);
            if (instruction.Right != Instruction.Nothing && instruction.Right != instruction.Left)
            {
                Free(instruction.Right, i);
            }

            if (instruction.Code < OpCode.Sum)
            {
                Place(instruction.Target, free);
            }
        }

        // An operand's place is free for the very operation that reads it last: span operations may write where they read.
        void Free(int register, int at)
        {
            if (lastRead[register] == at && Registers.IsComputed(register) && !_kept.Contains(register))
            {
                free.Push(Registers[register].Offset);
            }
        }
    }

    private void Place(int register, Stack<long> free)
    {
        if (Registers.IsComputed(register))
        {
            var offset = free.TryPop(out var place) ? place : Registers.Take((long)blockLength * sizeof(float));
            Registers[register] = Registers[register] with { Offset = offset };
        }
    }
}
