using System.Security.Cryptography;
using System.Text;

namespace CachePolicies.Server;

/// <summary>
/// How a key is stored: SHA-256 of its text. That is enough for keys of 256 random bits, which <see cref="NewKey"/> makes; a word that somebody made up could be
/// guessed from it.
/// </summary>
internal static class ApiKeyHash
{
    private const string Prefix = "sha256:";

    /// <summary>The longest key that is looked at.</summary>
    public const int LongestKey = 256;

    /// <summary>A new key.</summary>
    public static string NewKey() => $"cp-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))}";

    /// <summary>The hash of a key, as configuration has it.</summary>
    public static string Of(string key) => Prefix + Convert.ToHexStringLower(Digest(key));

    /// <summary>Whether a text is a hash.</summary>
    public static bool IsHash(string? text) =>
        text is not null && text.Length == Prefix.Length + 64 && text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && text[Prefix.Length..].All(char.IsAsciiHexDigit);

    /// <summary>Whether a digest is that of a hash, in a time that does not depend on where they differ.</summary>
    public static bool Matches(ReadOnlySpan<byte> digest, string hash) =>
        IsHash(hash) && CryptographicOperations.FixedTimeEquals(digest, Convert.FromHexString(hash.AsSpan(Prefix.Length)));

    /// <summary>The 32 bytes of a key's digest.</summary>
    public static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
