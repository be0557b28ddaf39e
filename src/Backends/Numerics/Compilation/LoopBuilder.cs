using CachePolicies.Backends.Numerics.Plans;

namespace CachePolicies.Backends.Numerics.Compilation;

/// <summary>
/// Turns the elementwise part of expressions over one shape into instructions on blocks. Equal expressions are computed once. Scratch buffers are
/// used again as soon as their value was read for the last time, which keeps them in the nearest cache.
/// </summary>
/// <param name="planner">Knows shapes, numbers and earlier results.</param>
/// <param name="columns">Elements of a row of the shape.</param>
/// <param name="unitLength">The most elements that a block has.</param>
internal sealed class LoopBuilder(KernelPlanner planner, int columns, int unitLength)
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
                BinaryExpression binary => Binary(binary),
                UnaryExpression unary => Emit(ToOpCode(unary.Operation), RegisterOf(unary.Operand)),
                ClampExpression clamp => Emit(OpCode.Clamp, RegisterOf(clamp.Operand), 0, clamp.Minimum, clamp.Maximum),
                ReplaceNaNExpression replace => Emit(OpCode.ReplaceNaN, RegisterOf(replace.Operand), 0, replace.Replacement),
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
        var first = RegisterOf(left);
        _body.Add(new Instruction(code, accumulator, first, right is null ? first : RegisterOf(right)));
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
            _body.Add(new Instruction(OpCode.Narrow, Registers.Add(target), register, (int)type));
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
        return type == ElementType.Float32 ? source : Emit(OpCode.Widen, source, (int)type);
    }

    private int Load(FramesExpression frames)
    {
        var view = planner.ViewOf(frames);
        return view.IsInOrder ? Load(frames.Index) : Emit(OpCode.GatherFrames, AddInput(frames.Index, view.Type), planner.NumberOf(view));
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

    private int Binary(BinaryExpression binary)
    {
        if (planner.IsNumber(binary.Right))
        {
            var code = binary.Operation switch
            {
                BinaryOperation.Add => OpCode.AddNumber,
                BinaryOperation.Subtract => OpCode.SubtractNumber,
                BinaryOperation.Multiply => OpCode.MultiplyByNumber,
                _ => OpCode.DivideByNumber,
            };
            return Emit(code, RegisterOf(binary.Left), planner.NumberOf(binary.Right));
        }

        if (planner.IsNumber(binary.Left))
        {
            var code = binary.Operation switch
            {
                BinaryOperation.Add => OpCode.AddNumber,
                BinaryOperation.Subtract => OpCode.SubtractFromNumber,
                BinaryOperation.Multiply => OpCode.MultiplyByNumber,
                _ => OpCode.DivideNumber,
            };
            return Emit(code, RegisterOf(binary.Right), planner.NumberOf(binary.Left));
        }

        var left = RegisterOf(binary.Left);
        return Emit(ToOpCode(binary.Operation), left, RegisterOf(binary.Right));
    }

    private int Emit(OpCode code, int left, int right = 0, float x = 0, float y = 0)
    {
        var target = Registers.AddScratch();
        _body.Add(new Instruction(code, target, left, right, x, y));
        return target;
    }

    private void PlaceScratch()
    {
        var lastRead = new Dictionary<int, int>();
        for (var i = 0; i < _body.Count; i++)
        {
            lastRead[_body[i].Left] = i;
            if (ReadsRight(_body[i].Code))
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
            if (ReadsRight(instruction.Code) && instruction.Right != instruction.Left)
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
            var offset = free.TryPop(out var place) ? place : Registers.Take((long)unitLength * sizeof(float));
            Registers[register] = Registers[register] with { Offset = offset };
        }
    }

    internal static bool ReadsRight(OpCode code) => code is OpCode.Add or OpCode.Subtract or OpCode.Multiply or OpCode.Divide or OpCode.Dot;

    internal static OpCode ToOpCode(UnaryOperation operation) => operation switch
    {
        UnaryOperation.Abs => OpCode.Abs,
        UnaryOperation.Square => OpCode.Square,
        UnaryOperation.Sqrt => OpCode.Sqrt,
        _ => throw new NotSupportedException($"{operation} is not a known operation."),
    };

    internal static OpCode ToOpCode(BinaryOperation operation) => operation switch
    {
        BinaryOperation.Add => OpCode.Add,
        BinaryOperation.Subtract => OpCode.Subtract,
        BinaryOperation.Multiply => OpCode.Multiply,
        BinaryOperation.Divide => OpCode.Divide,
        _ => throw new NotSupportedException($"{operation} is not a known operation."),
    };
}
