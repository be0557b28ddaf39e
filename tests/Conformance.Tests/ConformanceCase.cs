using System.Text.Json;
using System.Text.Json.Serialization;
using CachePolicies.Policies;

namespace CachePolicies.Conformance.Tests;

/// <summary>A line of <c>cases.jsonl</c>: what a published implementation decided on a trace.</summary>
internal sealed class ConformanceCase
{
    private static readonly JsonSerializerOptions Strict = new()
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    private static readonly JsonSerializerOptions OptionNames = new()
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter() },
    };

    public required string Run { get; init; }

    public required string Policy { get; init; }

    public required string Trace { get; init; }

    public required JsonElement Options { get; init; }

    public required string Decisions { get; init; }

    public double?[]? Distance { get; init; }

    public double?[]? Accumulated { get; init; }

    public double?[]? Gamma { get; init; }

    public double?[]? StructureDistance { get; init; }

    public double?[]? DetailDistance { get; init; }

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Cases");

    public static IReadOnlyDictionary<string, ConformanceCase> All { get; } = File
        .ReadLines(Path.Combine(Folder, "cases.jsonl"))
        .Where(line => !string.IsNullOrWhiteSpace(line))
        .Select(line => JsonSerializer.Deserialize<ConformanceCase>(line, Strict)!)
        .ToDictionary(c => $"{c.Policy} {c.Run}", StringComparer.Ordinal);

    /// <summary>The policy that the case describes; TeaCache in the authors' reading of a negative polynomial.</summary>
    public ICachePolicy CreatePolicy() => Policy switch
    {
        "h2cache" => CachePolicy.H2Cache(Read<H2CacheOptions>()),
        "blockcache" => CachePolicy.BlockCache(Read<BlockCacheOptions>()),
        "dicache" => CachePolicy.DiCache(Read<DiCacheOptions>()),
        "teacache" => CachePolicy.TeaCache(AsAuthors(Read<TeaCacheOptions>())),
        _ => throw new InvalidDataException($"The case '{Run}' names the unknown policy '{Policy}'."),
    };

    private static TeaCacheOptions AsAuthors(TeaCacheOptions options)
    {
        options.ClampNegative = false;
        return options;
    }

    private T Read<T>() => Options.Deserialize<T>(OptionNames)!;
}
