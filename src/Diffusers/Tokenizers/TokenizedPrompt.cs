using System.Collections.Immutable;

namespace CachePolicies.Diffusers;

/// <summary>A prompt as a text encoder reads it.</summary>
/// <param name="Ids">The token ids, padded to the length asked for.</param>
/// <param name="Count">How many of them come before the padding, special tokens included.</param>
/// <param name="Dropped">How many tokens of the prompt did not fit; 0 where the whole prompt is in <paramref name="Ids"/>.</param>
public sealed record TokenizedPrompt(ImmutableArray<long> Ids, int Count, int Dropped)
{
    /// <summary>Cuts the tokens of a prompt to a length, puts the special tokens around them and pads the rest.</summary>
    internal static TokenizedPrompt Fit(List<int> tokens, int length, int? first, int last, int pad)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 3);
        var room = length - (first is null ? 1 : 2);
        var kept = Math.Min(tokens.Count, room);
        var ids = ImmutableArray.CreateBuilder<long>(length);
        if (first is { } start)
        {
            ids.Add(start);
        }

        for (var i = 0; i < kept; i++)
        {
            ids.Add(tokens[i]);
        }

        ids.Add(last);
        var count = ids.Count;
        while (ids.Count < length)
        {
            ids.Add(pad);
        }

        return new TokenizedPrompt(ids.MoveToImmutable(), count, tokens.Count - kept);
    }
}
