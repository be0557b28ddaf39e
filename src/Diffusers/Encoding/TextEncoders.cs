using System.Globalization;
using CachePolicies.Backends.OnnxRuntime;

namespace CachePolicies.Diffusers;

/// <summary>
/// Runs text encoders: each is opened, run and closed again, since together they can be larger than the denoiser. Results are kept by the exact text.
/// Thread-safe.
/// </summary>
internal sealed class TextEncoders(OnnxRuntimeBackend backend, long cacheBytes, MemoryBudget budget)
{
    private readonly EncodedTextCache _cache = new(cacheBytes);

    public EncodedState[][] Run(
        FolderPart encoder, IPromptTokenizer tokenizer, IReadOnlyList<string> texts, int length, string[] outputs, List<string> notes, CancellationToken cancellationToken)
    {
        var ports = Array.ConvertAll(outputs, o => EncoderOutputs.PortOf(encoder, o)?.Name
            ?? throw new InvalidDataException($"{encoder.Name} lacks the output {o}; it has {string.Join(", ", encoder.Ports.Outputs.Select(p => p.Name).Take(8))}."));
        var results = new EncodedState[texts.Count][];
        OnnxComponent? session = null;
        try
        {
            for (var i = 0; i < texts.Count; i++)
            {
                var prompt = tokenizer.Encode(texts[i], length);
                if (prompt.Dropped > 0)
                {
                    notes.Add(string.Create(
                        CultureInfo.InvariantCulture,
                        $"The {(i == 0 ? "prompt" : "negative prompt")} was cut for {encoder.Name}: it reads {length} tokens, and {prompt.Dropped} did not fit."));
                }

                var key = new EncodedTextKey(encoder.Fingerprint, texts[i], length, string.Join(',', ports));
                results[i] = _cache.Find(key) ?? _cache.Add(key, Encode(session ??= Open(encoder), prompt, ports, cancellationToken));
            }

            return results;
        }
        finally
        {
            session?.Dispose();
        }
    }

    private OnnxComponent Open(FolderPart encoder)
    {
        budget.MakeRoom(encoder.Bytes);
        return OnnxComponent.Open(encoder.GraphPath, backend);
    }

    private static EncodedState[] Encode(OnnxComponent session, TokenizedPrompt prompt, string[] ports, CancellationToken cancellationToken)
    {
        var ids = prompt.Ids.AsSpan().ToArray();
        var inputs = new Dictionary<string, ComponentValue>(StringComparer.Ordinal);
        foreach (var input in session.Inputs)
        {
            // The pipelines attend to the padding as well: a mask is all ones.
            inputs[input.Name] = ComponentValue.Of(
                input.Name.Contains("mask", StringComparison.Ordinal) ? Enumerable.Repeat(1L, ids.Length).ToArray() : ids, 1, ids.Length);
        }

        return [.. session.Run(inputs, ports, cancellationToken).Select(StateOf)];
    }

    private static EncodedState StateOf(ComponentValue value)
    {
        var width = value.Shape[^1];
        return new EncodedState(value.Numbers, value.Numbers.Length / width, width);
    }
}
