using System.Buffers.Binary;

namespace CachePolicies.Fuzz;

/// <summary>Changes bytes without knowing what they mean.</summary>
internal static class BinaryMutator
{
    public static byte[] Mutate(FuzzRandom random, byte[] data)
    {
        var changed = (byte[])data.Clone();
        for (var left = 1 + random.Below(3); left > 0; left--)
        {
            changed = Once(random, changed);
        }

        return changed;
    }

    private static byte[] Once(FuzzRandom random, byte[] data)
    {
        if (data.Length == 0)
        {
            return Noise(random, 64);
        }

        // Headers lie in front: half of the changes go there.
        var at = random.OneIn(2) ? random.Below(Math.Min(data.Length, 128)) : random.Below(data.Length);
        var length = Math.Min(data.Length - at, 1 + random.Below(32));
        switch (random.Below(9))
        {
            case 0:
                data[at] ^= (byte)(1 << random.Below(8));
                return data;
            case 1:
                data[at] = (byte)random.Of([0, 0x7F, 0x80, 0xFF, '"', '{']);
                return data;
            case 2:
                return data[..at];
            case 3:
                return [.. data[..at], .. data[(at + length)..]];
            case 4:
                return [.. data[..at], .. Noise(random, length), .. data[at..]];
            case 5:
                return [.. data[..at], .. data[at..(at + length)], .. data[at..]];
            case 6:
                random.Fill(data.AsSpan(at, length));
                return data;
            case 7 when data.Length - at >= 8:
                BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(at), random.Number());
                return data;
            case 8 when data.Length - at >= 4:
                BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(at), (int)random.Number());
                return data;
            default:
                return random.OneIn(8) ? Noise(random, 200) : [.. data, .. data[..at]];
        }
    }

    private static byte[] Noise(FuzzRandom random, int most)
    {
        var noise = new byte[random.Below(most + 1)];
        random.Fill(noise);
        return noise;
    }
}
