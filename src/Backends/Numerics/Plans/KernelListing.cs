using System.Globalization;
using System.Text;

namespace CachePolicies.Backends.Numerics.Plans;

/// <summary>
/// Writes a kernel as text, for people: what is done with each block of each pass, and with the numbers between passes. <c>in</c> and <c>out</c> are the
/// kernel's tensors, <c>s</c> its run-time scalars, <c>b</c> buffers of one block, <c>m</c> results that are kept in memory, <c>a</c> accumulators and
/// <c>n</c> numbers.
/// </summary>
internal sealed class KernelListing
{
    private readonly KernelSignature _signature;
    private readonly KernelPlan _plan;
    private readonly HashSet<int> _made;
    private readonly List<long> _buffers = [];
    private readonly List<long> _memory = [];
    private readonly StringBuilder _text = new();

    private KernelListing(KernelSignature signature, KernelPlan plan)
    {
        (_signature, _plan) = (signature, plan);
        _made =
        [
            .. plan.NumberInputs.Select(i => i.Number),
            .. plan.Levels.SelectMany(l => l.Numbers).Select(i => i.Target),
            .. plan.Levels.SelectMany(l => l.Passes).SelectMany(p => p.Results).Select(r => r.Number),
        ];
    }

    public static string Of(KernelSignature signature, KernelPlan plan) => new KernelListing(signature, plan).Write();

    private string Write()
    {
        foreach (var (index, input) in _signature.Inputs.Index())
        {
            Line(0, $"in{index}: {input.ElementType.ToName()} {input.Shape}");
        }

        foreach (var (index, output) in _signature.Outputs.Index())
        {
            Line(0, $"out{index}: {_signature.OutputShapes[index]} := {output}");
        }

        foreach (var (input, number) in _plan.NumberInputs)
        {
            Line(0, $"{Number(number)} := in{input}");
        }

        foreach (var (index, level) in _plan.Levels.Index())
        {
            Line(0, $"level {index}");
            Write(level);
        }

        foreach (var (output, number) in _plan.NumberOutputs)
        {
            Line(0, $"out{output} := {Number(number)}");
        }

        return _text.ToString();
    }

    private void Write(Level level)
    {
        foreach (var instruction in level.Numbers)
        {
            Line(1, $"{Number(instruction.Target)} := {Operation(instruction, Number)}");
        }

        foreach (var pass in level.Passes)
        {
            Line(1, $"pass over {pass.Elements:N0} elements in blocks of {pass.BlockLength:N0}");
            Write(pass.Loop, 2);
            foreach (var (index, result) in pass.Results.Index())
            {
                Write(index, result, pass);
            }
        }

        foreach (var filter in level.Filters)
        {
            Line(1, $"{Memory(filter.Offset)} := wiener({Memory(filter.Offset)}, {Number(filter.Signal)}, {Number(filter.Noise)}) over {filter.Filter.Size} elements {filter.Filter.Stride} apart");
        }
    }

    private void Write(Loop loop, int depth)
    {
        foreach (var pool in loop.Pools)
        {
            if (pool.Source is not { Body: [], Pools: [] })
            {
                Line(depth, $"for each row of {pool.CoveredColumns:N0} elements of the windows");
                Write(pool.Source, depth + 1);
            }

            foreach (var entry in pool.Entries)
            {
                Line(depth, $"{Register(entry.Target)} := means of {Register(entry.Source)} over windows of {pool.WindowRows} × {pool.WindowColumns}");
            }
        }

        foreach (var instruction in loop.Body)
        {
            Line(depth, $"{(instruction.Code >= OpCode.Sum ? Accumulation(instruction) : Assignment(instruction))}");
        }
    }

    private void Write(int accumulator, in Result result, Pass pass)
    {
        var value = result.Reduction == Reduction.Mean ? Text($"a{accumulator} / {result.GroupLength:N0}") : Text($"a{accumulator}");
        if (result.Number == Instruction.Nothing)
        {
            Line(1, $"{Memory(result.ResultOffset)} := {value} of each of {pass.Elements / result.GroupLength:N0} groups");
        }
        else
        {
            Line(1, $"{Number(result.Number)} := {value}");
        }
    }

    private string Assignment(in Instruction i) => $"{Register(i.Target)} := {Operation(i, Register)}";

    private string Accumulation(in Instruction i) => i.Code switch
    {
        OpCode.Sum => $"a{i.Target} += Σ {Register(i.Left)}",
        OpCode.SumOfMagnitudes => $"a{i.Target} += Σ |{Register(i.Left)}|",
        OpCode.SumOfSquares => $"a{i.Target} += Σ {Register(i.Left)}²",
        OpCode.Dot => $"a{i.Target} += Σ {Register(i.Left)} · {Register(i.Right)}",
        _ => $"a{i.Target} := max(a{i.Target}, {Register(i.Left)})",
    };

    private string Operation(in Instruction i, Func<int, string> place)
    {
        var left = place(i.Left);
        return i.Code switch
        {
            OpCode.Widen => $"widen {left}",
            OpCode.Narrow when i.Type == ElementType.Float32 => left,
            OpCode.Narrow => $"narrow {left} to {i.Type.ToName()}",
            OpCode.GatherFrames => $"frames of {left}",
            OpCode.Add => $"{left} + {place(i.Right)}",
            OpCode.Subtract => $"{left} − {place(i.Right)}",
            OpCode.Multiply => $"{left} · {place(i.Right)}",
            OpCode.Divide => $"{left} / {place(i.Right)}",
            OpCode.AddNumber => $"{left} + {Number(i.Number)}",
            OpCode.SubtractNumber => $"{left} − {Number(i.Number)}",
            OpCode.MultiplyByNumber => $"{left} · {Number(i.Number)}",
            OpCode.DivideByNumber => $"{left} / {Number(i.Number)}",
            OpCode.SubtractFromNumber => $"{Number(i.Number)} − {left}",
            OpCode.DivideNumber => $"{Number(i.Number)} / {left}",
            OpCode.Abs => $"|{left}|",
            OpCode.Square => $"{left}²",
            OpCode.Sqrt => $"√{left}",
            OpCode.Clamp => Text($"clamp({left}, {i.X}, {i.Y})"),
            OpCode.ReplaceNaN => Text($"orIfNaN({left}, {i.X})"),
            _ => i.Code.ToString(),
        };
    }

    private string Register(int index) => _plan.Registers[index] switch
    {
        { Kind: RegisterKind.Input } input => $"in{input.Index}",
        { Kind: RegisterKind.Output } output => $"out{output.Index}",
        { Step: 0 } buffer => $"b{IndexOf(_buffers, buffer.Offset)}",
        var memory => Memory(memory.Offset),
    };

    private string Memory(long offset) => $"m{IndexOf(_memory, offset)}";

    private string Number(int index) =>
        index < _signature.Scalars ? $"s{index}"
        : _made.Contains(index) ? $"n{index}"
        : Text($"{_plan.Numbers[index]}");

    // In the order in which the listing names them.
    private static int IndexOf(List<long> offsets, long offset)
    {
        if (!offsets.Contains(offset))
        {
            offsets.Add(offset);
        }

        return offsets.IndexOf(offset);
    }

    private void Line(int depth, FormattableString line) => _text.Append(' ', 2 * depth).Append(Text(line)).Append('\n');

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
