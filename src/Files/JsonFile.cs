using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace CachePolicies.Files;

/// <summary>Reads JSON files of bounded size.</summary>
public static class JsonFile
{
    /// <summary>The most bytes of a file that describes something, rather than holding its data: 64 MiB.</summary>
    public const long MaximumBytes = 64L << 20;

    /// <summary>Reads a file as a value of a known type. Nulls in lists are refused: no list of ours has room for one.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="type">How the value is read; the source generator makes it.</param>
    /// <param name="maximumBytes">The most bytes that the file may have.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a regular file, is too large, or does not hold such a value; the message says where.</exception>
    public static T Read<T>(string path, JsonTypeInfo<T> type, long maximumBytes = MaximumBytes)
        where T : class
    {
        var json = ReadBytes(path, maximumBytes);
        try
        {
            RequireNoNullInLists(json);
            return JsonSerializer.Deserialize(json, type) ?? throw new InvalidDataException($"'{Excerpt.OfPath(path)}' is empty: it holds null.");
        }
        catch (Exception failure) when (IsBroken(failure))
        {
            throw Broken(path, failure);
        }
    }

    /// <summary>Reads a file as a document of any content. The caller disposes of it.</summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    public static JsonDocument ReadDocument(string path, long maximumBytes = MaximumBytes)
    {
        try
        {
            return ParseText(ReadBytes(path, maximumBytes), default);
        }
        catch (Exception failure) when (IsBroken(failure))
        {
            throw Broken(path, failure);
        }
    }

    /// <summary>Reads a JSON text whose strings are all text, so that none of them fails when it is looked at. The caller disposes of the document.</summary>
    /// <param name="json">UTF-8, with or without a byte order mark.</param>
    /// <param name="options">What is accepted beyond JSON; nothing by default.</param>
    /// <exception cref="JsonException">It is not JSON, or a string in it is not Unicode. The message says what and where in one sentence of bounded length.</exception>
    public static JsonDocument Parse(byte[] json, JsonDocumentOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return ParseText(json, options);
        }
        catch (JsonException failure)
        {
            // The reader's own message repeats what it met, however long that is.
            throw new JsonException($"{Describe(failure).TrimEnd('.')}{PlaceOf(failure)}.", failure.Path, failure.LineNumber, failure.BytePositionInLine, failure);
        }
    }

    /// <summary>Checks that no list of a JSON text holds a null.</summary>
    /// <exception cref="JsonException">One does, or the text is not JSON.</exception>
    public static void RequireNoNullInLists(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var lists = new Stack<bool>();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray:
                    lists.Push(true);
                    break;
                case JsonTokenType.StartObject:
                    lists.Push(false);
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    lists.Pop();
                    break;
                case JsonTokenType.Null when lists.TryPeek(out var isList) && isList:
                    throw new JsonException("A list holds null where a value is needed.", null, LineAt(json, (int)reader.TokenStartIndex), null);
            }
        }
    }

    /// <summary>What is wrong with a JSON text, in one sentence: the reader's message, with the line and without its path.</summary>
    public static string Describe(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        if (failure is JsonException { Path: { } place } && failure.Message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal))
        {
            return $"The value at '{Excerpt.OfPath(place)}' is of another kind than expected, or out of its range.";
        }

        if (failure.Message.Contains("doesn't allow null values", StringComparison.Ordinal) && failure.Message.Split('\'') is [_, var name, ..])
        {
            return $"'{Excerpt.Of(JsonNamingPolicy.CamelCase.ConvertName(name))}' is null; expected a value.";
        }

        if (failure.Message.IndexOf("missing required properties including: ", StringComparison.Ordinal) is var missing and >= 0)
        {
            return Excerpt.Of($"It lacks {failure.Message[(missing + "missing required properties including: ".Length)..]}", 500);
        }

        var path = failure.Message.IndexOf(" Path: $", StringComparison.Ordinal);
        var line = failure.Message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        var end = path >= 0 ? path : line >= 0 ? line : failure.Message.Length;
        return Excerpt.Of(failure.Message[..end], 500);
    }

    /// <summary>The place of a failure as <c> (line 7)</c>; empty where it is not known.</summary>
    public static string PlaceOf(Exception failure) => failure is JsonException { LineNumber: { } line } ? $" (line {line + 1})" : "";

    private static JsonDocument ParseText(byte[] json, JsonDocumentOptions options)
    {
        ReadOnlyMemory<byte> text = json is [0xEF, 0xBB, 0xBF, ..] ? json.AsMemory(3) : json;
        var document = JsonDocument.Parse(text, options);
        try
        {
            RequireUnicode(text.Span, options);
            return document;
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    /// <summary>The parser leaves strings as they are: bytes that are not UTF-8 and halves of surrogate pairs come to light when one is read.</summary>
    private static void RequireUnicode(ReadOnlySpan<byte> json, JsonDocumentOptions options)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowTrailingCommas = options.AllowTrailingCommas, CommentHandling = options.CommentHandling, MaxDepth = options.MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && !IsUnicode(ref reader))
            {
                throw new JsonException("A text is not Unicode.", null, LineAt(json, (int)reader.TokenStartIndex), null);
            }
        }
    }

    private static bool IsUnicode(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return Utf8.IsValid(reader.ValueSpan);
        }

        try
        {
            _ = reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static byte[] ReadBytes(string path, long maximumBytes)
    {
        var bytes = RegularFile.ReadAllBytes(path, maximumBytes);
        return bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes[3..] : bytes;
    }

    // The second is what strings that are not UTF-8 raise, the third numbers that fit no type.
    private static bool IsBroken(Exception failure) => failure is JsonException or InvalidOperationException or FormatException;

    private static InvalidDataException Broken(string path, Exception failure) =>
        new($"'{Excerpt.OfPath(path)}' cannot be read{PlaceOf(failure)}: {Describe(failure)}", failure);

    private static long LineAt(ReadOnlySpan<byte> json, int position) => json[..position].Count((byte)'\n');
}
