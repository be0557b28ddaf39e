namespace CachePolicies.Bench;

/// <summary>One of the paper's claims, and what was measured for it on one model.</summary>
/// <param name="Sentence">What the paper says.</param>
/// <param name="Model">On which model it was measured; empty where none takes part.</param>
/// <param name="Measured">What was measured.</param>
/// <param name="Criterion">When the two count as the same.</param>
/// <param name="Holds">Whether they are, by the measured figures; <see langword="null"/> where the figures cannot decide it.</param>
internal sealed record PaperClaim(string Sentence, string Model, string Measured, string Criterion, bool? Holds)
{
    /// <summary>The verdict as the table writes it.</summary>
    public string Verdict => Holds switch
    {
        true => "same",
        false => "**not the same**",
        null => "not measurable here",
    };

    /// <summary>A measured ratio against the paper's: the same within a fifth of it.</summary>
    public static PaperClaim OfRatio(string sentence, string model, double published, double measured, string what) => new(
        sentence,
        model,
        $"{what}: {Figures.Times(measured)}",
        FormattableString.Invariant($"within a fifth of {published:F2}×"),
        double.IsFinite(measured) ? Math.Abs(measured - published) <= published / 5 : null);
}
