using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CachePolicies.Engine;
using CachePolicies.Reporting;

namespace CachePolicies.Server;

/// <summary>Everything in a result but its pictures.</summary>
internal sealed record ResultFacts(string Policy, ExtentCounts Steps, double Seconds, double? EstimatedSpeedup, IReadOnlyList<string> Notes);

/// <summary>
/// A result as a file: the SHA-256 of its key and of all that follows, then the facts as JSON and each picture as PNG, which loses nothing, every part after its
/// length. What was damaged, cut or renamed does not have the right hash.
/// </summary>
internal static class ResultFile
{
    private const int HashBytes = 32;

    /// <summary>The bytes of a result.</summary>
    public static byte[] Write(string key, PicturesDone done)
    {
        using var file = new MemoryStream();
        file.Write(stackalloc byte[HashBytes]);
        Append(file, JsonSerializer.SerializeToUtf8Bytes(new ResultFacts(done.Policy, done.Steps, done.Seconds, done.EstimatedSpeedup, done.Notes), ResultJson.Default.ResultFacts));
        foreach (var picture in done.Pictures)
        {
            Append(file, Png.Encode(picture));
        }

        var bytes = file.ToArray();
        HashOf(key, bytes.AsSpan(HashBytes)).CopyTo(bytes, 0);
        return bytes;
    }

    /// <summary>The result of a file, or <see langword="null"/> where it is damaged or another key's.</summary>
    public static PicturesDone? Read(string key, byte[] file)
    {
        if (file.Length < HashBytes || !file.AsSpan(0, HashBytes).SequenceEqual(HashOf(key, file.AsSpan(HashBytes))))
        {
            return null;
        }

        var rest = file.AsMemory(HashBytes);
        var facts = JsonSerializer.Deserialize(Take(ref rest).Span, ResultJson.Default.ResultFacts)!;
        var pictures = new List<RgbImage>();
        while (!rest.IsEmpty)
        {
            pictures.Add(PictureFile.Decode(Take(ref rest).ToArray()));
        }

        return new PicturesDone(pictures, facts.Policy, facts.Steps, facts.Seconds, facts.EstimatedSpeedup, facts.Notes) { IsStored = true };
    }

    private static byte[] HashOf(string key, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(key));
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }

    private static void Append(MemoryStream file, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        file.Write(length);
        file.Write(part);
    }

    private static ReadOnlyMemory<byte> Take(ref Memory<byte> rest)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(rest.Span);
        var part = rest.Slice(sizeof(int), length);
        rest = rest[(sizeof(int) + length)..];
        return part;
    }
}
