using CachePolicies.Backends.Numerics.Plans;

namespace CachePolicies.Backends.Numerics.Compilation;

/// <summary>Hands out registers and scratch memory while a kernel is planned.</summary>
internal sealed class RegisterFile
{
    private const int CacheLine = 64;
    private readonly List<Register> _registers = [];
    private long _top;

    /// <summary>The most scratch memory that was in use at once.</summary>
    public long ScratchBytes { get; private set; }

    public Register this[int register]
    {
        get => _registers[register];
        set => _registers[register] = value;
    }

    public int Add(Register register)
    {
        _registers.Add(register);
        return _registers.Count - 1;
    }

    /// <summary>A register in scratch memory that has no place yet.</summary>
    public int AddScratch() => Add(new Register(RegisterKind.Scratch, 0, -1, 0));

    /// <summary>Whether the register holds a value that was computed into scratch memory, and not elements that lie somewhere already.</summary>
    public bool IsComputed(int register) => _registers[register] is { Kind: RegisterKind.Scratch, Step: 0 };

    /// <summary>Takes scratch memory; it is given back by <see cref="Release"/> to where the top was before.</summary>
    public long Take(long bytes)
    {
        var offset = _top;
        _top = checked(_top + ((bytes + CacheLine - 1) / CacheLine * CacheLine));
        ScratchBytes = Math.Max(ScratchBytes, _top);
        return offset;
    }

    public long Top => _top;

    public void Release(long top) => _top = top;

    public Register[] ToArray() => [.. _registers];
}
