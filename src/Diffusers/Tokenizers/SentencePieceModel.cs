using System.Text.Json;
using Google.Protobuf;
using Microsoft.ML.Tokenizers;

namespace CachePolicies.Diffusers;

/// <summary>Opens a SentencePiece unigram model, from <c>spiece.model</c> or from the same model in <c>tokenizer.json</c>.</summary>
/// <remarks>The fields of the format are those of google/sentencepiece, <c>sentencepiece_model.proto</c>.</remarks>
internal static class SentencePieceModel
{
    // ModelProto
    private const int Pieces = 1;
    private const int TrainerSpec = 2;
    private const int NormalizerSpec = 3;

    // TrainerSpec
    private const int ModelType = 3;
    private const int UnknownId = 40;
    private const int BeginId = 41;
    private const int EndId = 42;
    private const int PadId = 43;
    private const int Unigram = 1;

    private enum PieceType
    {
        Normal = 1,
        Unknown = 2,
        Control = 3,
    }

    /// <summary>Opens <c>spiece.model</c>.</summary>
    public static SentencePieceTokenizer Open(string file)
    {
        var model = TokenizerFiles.ReadBytes(file);
        if (model.Length == 0)
        {
            throw new TokenizerException($"'{file}' is empty; expected a SentencePiece model.");
        }

        return Create(model, file);
    }

    /// <summary>Writes the unigram model of a <c>tokenizer.json</c> as SentencePiece does, and opens it.</summary>
    public static SentencePieceTokenizer Open(JsonElement tokenizer, string file)
    {
        if (!tokenizer.TryGetProperty("model", out var model) || model.ValueKind != JsonValueKind.Object
            || !model.TryGetProperty("vocab", out var vocabulary) || vocabulary.ValueKind != JsonValueKind.Array
            || !model.TryGetProperty("unk_id", out var unknown) || unknown.ValueKind != JsonValueKind.Number || !unknown.TryGetInt32(out var unknownId))
        {
            throw new TokenizerException($"'{file}' has no unigram model; expected 'model' with 'vocab' and 'unk_id'.");
        }

        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            var id = 0;
            foreach (var piece in vocabulary.EnumerateArray())
            {
                WritePiece(output, piece, id++, unknownId, file);
            }

            WriteMessage(output, TrainerSpec, spec =>
            {
                WriteNumber(spec, ModelType, Unigram);
                WriteNumber(spec, UnknownId, unknownId);
                WriteNumber(spec, EndId, 1);
                WriteNumber(spec, PadId, 0);
            });
            WriteMessage(output, NormalizerSpec, spec =>
            {
                WriteText(spec, 1, "nmt_nfkc");
                if (Charsmap(tokenizer) is { } charsmap)
                {
                    spec.WriteTag(2, WireFormat.WireType.LengthDelimited);
                    spec.WriteBytes(ByteString.CopyFrom(charsmap));
                }
            });
        }

        return Create(stream.ToArray(), file);
    }

    private static SentencePieceTokenizer Create(byte[] model, string file)
    {
        // T5 has no token that begins a text: its bos_id is −1, with which the library indexes the vocabulary. A second trainer_spec is merged into
        // the first by the rules of protocol buffers; this one sets bos_id to 1, which nobody asks for as the text is encoded without a beginning.
        using var patch = new MemoryStream();
        using (var output = new CodedOutputStream(patch, leaveOpen: true))
        {
            WriteMessage(output, TrainerSpec, spec => WriteNumber(spec, BeginId, 1));
        }

        try
        {
            using var stream = new MemoryStream([.. model, .. patch.ToArray()]);
            return SentencePieceTokenizer.Create(stream, addBeginningOfSentence: false, addEndOfSentence: false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The library throws whatever its parsing meets: InvalidProtocolBuffer, ArgumentException, IndexOutOfRange.
            throw new TokenizerException($"'{file}' is not a SentencePiece unigram model that can be read: {e.Message}", e);
        }
    }

    private static byte[]? Charsmap(JsonElement tokenizer)
    {
        if (!tokenizer.TryGetProperty("normalizer", out var normalizer) || normalizer.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        IEnumerable<JsonElement> candidates = normalizer.TryGetProperty("normalizers", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray()
            : [normalizer];
        foreach (var candidate in candidates)
        {
            if (candidate.ValueKind == JsonValueKind.Object && candidate.TryGetProperty("precompiled_charsmap", out var charsmap)
                && charsmap.ValueKind == JsonValueKind.String && charsmap.TryGetBytesFromBase64(out var bytes))
            {
                return bytes;
            }
        }

        return null;
    }

    private static void WritePiece(CodedOutputStream output, JsonElement piece, int id, int unknownId, string file)
    {
        if (piece.ValueKind != JsonValueKind.Array || piece.GetArrayLength() != 2 || piece[0].ValueKind != JsonValueKind.String
            || piece[1].ValueKind != JsonValueKind.Number || !piece[1].TryGetSingle(out var score))
        {
            throw new TokenizerException($"'{file}' has an entry {id} in its vocabulary that is not a piece and its score.");
        }

        var text = piece[0].GetString()!;
        var type = id == unknownId ? PieceType.Unknown : text is "<pad>" or "</s>" ? PieceType.Control : PieceType.Normal;
        WriteMessage(output, Pieces, message =>
        {
            WriteText(message, 1, text);
            message.WriteTag(2, WireFormat.WireType.Fixed32);
            message.WriteFloat(score);
            WriteNumber(message, 3, (int)type);
        });
    }

    private static void WriteMessage(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var message = new CodedOutputStream(stream, leaveOpen: true))
        {
            write(message);
        }

        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(stream.GetBuffer(), 0, (int)stream.Length));
    }

    private static void WriteNumber(CodedOutputStream output, int field, int value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt32(value);
    }

    private static void WriteText(CodedOutputStream output, int field, string value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(value);
    }
}
