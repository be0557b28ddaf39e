namespace CachePolicies.Diffusers;

/// <summary>A token that is found in the text as it is written, before any splitting into words.</summary>
/// <param name="Text">How it is written in a prompt: <c>&lt;|endoftext|&gt;</c>.</param>
/// <param name="Id">Its id.</param>
/// <param name="Normalized">Whether it is looked for after the text was normalised (lower case, for CLIP) or in the text as it came.</param>
internal readonly record struct SpecialToken(string Text, int Id, bool Normalized);

/// <summary>Splits a text at special tokens: the earliest occurrence first, and the longest where two begin at one place.</summary>
internal sealed class SpecialTokenSplitter
{
    private readonly SpecialToken[] _tokens;

    public SpecialTokenSplitter(IEnumerable<SpecialToken> tokens) =>
        _tokens = [.. tokens.Where(t => t.Text.Length > 0).OrderByDescending(t => t.Text.Length)];

    /// <summary>Calls <paramref name="onText"/> for the text between special tokens and <paramref name="onToken"/> for each of them, in order.</summary>
    public void Split(string text, Action<string> onText, Action<int> onToken)
    {
        // Where each token occurs next; looked up again only once the text has moved past it, so that the whole split is linear in the text.
        var next = new int[_tokens.Length];
        Array.Fill(next, -1);
        var start = 0;
        while (true)
        {
            var found = -1;
            for (var i = 0; i < _tokens.Length; i++)
            {
                if (next[i] < start)
                {
                    var at = text.IndexOf(_tokens[i].Text, start, StringComparison.Ordinal);
                    next[i] = at < 0 ? int.MaxValue : at;
                }

                if (next[i] != int.MaxValue && (found < 0 || next[i] < next[found]))
                {
                    found = i;
                }
            }

            if (found < 0)
            {
                break;
            }

            OnTextBetween(start, next[found]);
            onToken(_tokens[found].Id);
            start = next[found] + _tokens[found].Text.Length;
        }

        OnTextBetween(start, text.Length);

        void OnTextBetween(int from, int to)
        {
            if (to > from)
            {
                onText(text[from..to]);
            }
        }
    }
}
