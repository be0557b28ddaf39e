using System.Text;

namespace CachePolicies.Fuzz;

/// <summary>Changes lines of text.</summary>
internal static class TextMutator
{
    private const int LongestLine = 1 << 20;

    public static byte[] Mutate(FuzzRandom random, byte[] seed)
    {
        if (random.OneIn(3))
        {
            return BinaryMutator.Mutate(random, seed);
        }

        var lines = Encoding.UTF8.GetString(seed).Split('\n').ToList();
        for (var left = 1 + random.Below(4); left > 0; left--)
        {
            var at = random.Below(lines.Count);
            switch (random.Below(4))
            {
                case 0:
                    lines.Insert(at, random.Word());
                    break;
                case 1:
                    lines[at] += random.Word();
                    break;
                case 2:
                    lines[at] = string.Join(' ', Enumerable.Repeat(lines[at], Math.Min(random.Of([2, 50, 2000]), 1 + (LongestLine / (1 + lines[at].Length)))));
                    break;
                default:
                    lines[at] = lines[at].Length > 0 ? lines[at][random.Below(lines[at].Length)..] : random.Word();
                    break;
            }
        }

        return Encoding.UTF8.GetBytes(string.Join(random.Of(["\n", "\r\n", "\r"]), lines));
    }
}
