using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace CachePolicies.Fuzz;

/// <summary>Changes the header of a safetensors file, which is JSON behind its length; also what JSON stands in texts there.</summary>
internal static class SafetensorsMutator
{
    private const int LengthBytes = 8;

    public static byte[] Mutate(FuzzRandom random, byte[] seed)
    {
        if (random.OneIn(5))
        {
            return BinaryMutator.Mutate(random, seed);
        }

        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(seed);
        var header = random.OneIn(4) ? MutateMetadata(random, seed[LengthBytes..(LengthBytes + length)]) : JsonMutator.Mutate(random, seed[LengthBytes..(LengthBytes + length)]);
        var prefix = new byte[LengthBytes];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, random.OneIn(12) ? random.Number() : header.Length);
        return [.. prefix, .. header, .. seed[(LengthBytes + length)..]];
    }

    private static byte[] MutateMetadata(FuzzRandom random, byte[] header)
    {
        var root = JsonNode.Parse(header)!.AsObject();
        if (root["__metadata__"] is JsonObject metadata && metadata.Count > 0)
        {
            var key = random.Of(metadata.Select(p => p.Key).ToArray());
            metadata[key] = random.OneIn(2) ? Encoding.UTF8.GetString(TextMutator.Mutate(random, Encoding.UTF8.GetBytes(metadata[key]!.GetValue<string>())))
                : random.Of(["", "0", "-1", "2147483647", "99999999999", "[1,2]", "[NaN]", "[1e400]", "[null]", "[\"a\"]", "{}", "latent,latent", ",", "{\"latent\":-1}", "null"]);
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }
}
