using CachePolicies.Policies;

namespace CachePolicies.Bench;

/// <summary>A policy with settings, as a row of a comparison.</summary>
/// <param name="Policy">Its name in the catalogue.</param>
/// <param name="Settings">What differs from its defaults, each <c>Name=Value</c>.</param>
internal sealed record SweepEntry(string Policy, params IReadOnlyList<string> Settings)
{
    /// <summary>The settings as tables write them.</summary>
    public string Text => ShortSettings.Of(Policy, Settings);

    /// <summary>The policy as a comparison takes it.</summary>
    /// <param name="label">What tables call it.</param>
    /// <param name="prepare">Sets what no text can say, such as a calibration.</param>
    /// <exception cref="ArgumentException">There is no such policy or option, or a value is out of range.</exception>
    public ComparedPolicy ToCompared(string label, Action<CachePolicyOptions>? prepare = null)
    {
        var policy = PolicyCatalog.Find(Policy) ?? throw new ArgumentException($"There is no policy '{Policy}'.");
        var options = policy.CreateOptions();
        foreach (var setting in Settings)
        {
            if (!policy.Options.TryWrite(options, setting))
            {
                throw new ArgumentException($"{Policy} has no setting '{setting}'.");
            }
        }

        prepare?.Invoke(options);
        return ComparedPolicy.Of(policy, options, label);
    }

    /// <summary>The entries whose policy or settings contain a text, numbered by policy.</summary>
    /// <exception cref="ArgumentException">No entry has it.</exception>
    public static ComparedPolicy[] Matching(IEnumerable<SweepEntry> entries, string text)
    {
        ComparedPolicy[] matching =
        [
            .. entries.GroupBy(e => e.Policy)
                .SelectMany(p => p.Select((e, i) => (Entry: e, Label: $"{e.Policy} {i + 1}")))
                .Where(e => e.Label.Contains(text, StringComparison.OrdinalIgnoreCase) || e.Entry.Text.Contains(text, StringComparison.OrdinalIgnoreCase))
                .Select(e => e.Entry.ToCompared(e.Label)),
        ];
        return matching.Length > 0 ? matching : throw new ArgumentException($"--only is '{text}'; no row has that in its policy or settings.");
    }
}
