namespace CachePolicies.Fuzz;

/// <summary>Changes a message of protocol buffers field by field, so that lengths stay right and a reader gets past them.</summary>
internal static class ProtobufMutator
{
    private const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;

    public static byte[] Mutate(FuzzRandom random, byte[] seed)
    {
        if (random.OneIn(4))
        {
            return BinaryMutator.Mutate(random, seed);
        }

        var changed = seed;
        for (var left = 1 + random.Below(3); left > 0; left--)
        {
            changed = Change(random, changed, 6);
        }

        return changed;
    }

    private static byte[] Change(FuzzRandom random, byte[] message, int depth)
    {
        if (Fields(message) is not { Count: > 0 } fields)
        {
            return BinaryMutator.Mutate(random, message);
        }

        var at = random.Below(fields.Count);
        var field = fields[at];
        if (field.Wire == Bytes && depth > 0 && !random.OneIn(5) && Fields(field.Content) is { Count: > 0 })
        {
            fields[at] = field with { Content = Change(random, field.Content, depth - 1) };
        }
        else
        {
            ChangeField(random, fields, at);
        }

        return Write(fields);
    }

    private static void ChangeField(FuzzRandom random, List<Field> fields, int at)
    {
        var field = fields[at];
        switch (random.Below(6))
        {
            case 0:
                fields.RemoveAt(at);
                break;
            case 1:
                fields.Insert(at, field);
                break;
            case 2:
                fields[at] = field with { Number = 1 + random.Below(30) };
                break;
            case 3:
                fields.Insert(random.Below(fields.Count), field);
                break;
            default:
                fields[at] = field.Wire == Varint ? field with { Value = (ulong)random.Number() }
                    : field.Wire == Bytes && random.OneIn(2) ? field with { Content = System.Text.Encoding.UTF8.GetBytes(random.Word()) }
                    : field with { Content = BinaryMutator.Mutate(random, field.Content) };
                break;
        }
    }

    private static List<Field>? Fields(byte[] message)
    {
        var fields = new List<Field>();
        for (var at = 0; at < message.Length;)
        {
            if (Number(message, ref at) is not { } key || key >> 3 is 0 or > int.MaxValue)
            {
                return null;
            }

            var (number, wire) = ((int)(key >> 3), (int)(key & 7));
            var length = wire switch { Fixed64 => 8, Fixed32 => 4, Bytes => Number(message, ref at) is { } bytes and <= int.MaxValue ? (int)bytes : -1, _ => 0 };
            if (wire == Varint)
            {
                if (Number(message, ref at) is not { } value)
                {
                    return null;
                }

                fields.Add(new(number, wire, value, []));
                continue;
            }

            if (wire is not (Fixed64 or Fixed32 or Bytes) || length < 0 || length > message.Length - at)
            {
                return null;
            }

            fields.Add(new(number, wire, 0, message[at..(at + length)]));
            at += length;
        }

        return fields;
    }

    private static ulong? Number(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64 && at < message.Length; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        return null;
    }

    private static byte[] Write(List<Field> fields)
    {
        var bytes = new List<byte>();
        foreach (var field in fields)
        {
            WriteNumber(bytes, ((ulong)field.Number << 3) | (uint)field.Wire);
            if (field.Wire == Varint)
            {
                WriteNumber(bytes, field.Value);
                continue;
            }

            if (field.Wire == Bytes)
            {
                WriteNumber(bytes, (ulong)field.Content.Length);
            }

            bytes.AddRange(field.Content);
        }

        return [.. bytes];
    }

    private static void WriteNumber(List<byte> bytes, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
    }

    private readonly record struct Field(int Number, int Wire, ulong Value, byte[] Content);
}
