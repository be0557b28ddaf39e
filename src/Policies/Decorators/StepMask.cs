using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace CachePolicies.Policies;

/// <summary>
/// Which evaluations are computed and in which a policy may reuse, by their position (cache-dit's step computation masks,
/// LeMiCa's lists). Published masks are for 28, 50 or 10 evaluations and scale to other runs; letters of your own are taken as they stand.
/// </summary>
public sealed class StepMask : IEquatable<StepMask>
{
    internal const string Expected = "slow, medium, fast, ultra, one of LeMiCa's lists (lemica-flux-20, lemica-flux-15, lemica-flux-10, lemica-z-image-turbo-8, lemica-z-image-turbo-6), or a letter for each evaluation: C computes, r may reuse, and the first computes (CCCrrCrr)";

    private readonly ImmutableArray<bool> _computes;

    private StepMask(string name, ImmutableArray<bool> computes, bool scales) => (Name, _computes, Scales) = (name, computes, scales);

    /// <summary>18 of 28 evaluations are computed: 8, 3, 3, 2, 1, 1 with 1, 2, 2, 2, 3 between them.</summary>
    public static StepMask Slow { get; } = OfBins("slow", [8, 3, 3, 2, 1, 1], [1, 2, 2, 2, 3]);

    /// <summary>15 of 28 evaluations are computed: 6, 2, 2, 2, 2, 1 with 1, 3, 3, 3, 3 between them.</summary>
    public static StepMask Medium { get; } = OfBins("medium", [6, 2, 2, 2, 2, 1], [1, 3, 3, 3, 3]);

    /// <summary>11 of 28 evaluations are computed: 6, 1, 1, 1, 1, 1 with 1, 3, 4, 5, 4 between them.</summary>
    public static StepMask Fast { get; } = OfBins("fast", [6, 1, 1, 1, 1, 1], [1, 3, 4, 5, 4]);

    /// <summary>8 of 28 evaluations are computed: 4, 1, 1, 1, 1 with 2, 5, 6, 7 between them.</summary>
    public static StepMask Ultra { get; } = OfBins("ultra", [4, 1, 1, 1, 1], [2, 5, 6, 7]);

    /// <summary>
    /// The lists that LeMiCa's authors publish (arXiv 2511.00090), by model and number of computed evaluations: of 50 for FLUX.1, of 10 for Z-Image-Turbo. Found
    /// on whole runs, as the paths whose worst segment errs least, with reused residuals.
    /// </summary>
    public static ImmutableArray<StepMask> LeMiCa { get; } =
    [
        OfList("lemica-flux-20", 50, 0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 15, 19, 24, 31, 38, 43, 46, 47, 48, 49),
        OfList("lemica-flux-15", 50, 0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 27, 34, 41, 47, 49),
        OfList("lemica-flux-10", 50, 0, 1, 3, 7, 14, 21, 28, 35, 42, 49),
        OfList("lemica-z-image-turbo-8", 10, 0, 1, 2, 3, 5, 7, 8, 9),
        OfList("lemica-z-image-turbo-6", 10, 0, 1, 2, 5, 8, 9),
    ];

    /// <summary>The preset's name, or the letters.</summary>
    public string Name { get; }

    /// <summary>Whether the mask stretches and shrinks to the length of a run.</summary>
    public bool Scales { get; }

    /// <summary>How many evaluations the mask was written for.</summary>
    public int Length => _computes.Length;

    /// <summary>Reads a preset's name (case-insensitive) or letters.</summary>
    /// <exception cref="FormatException">It is neither, or the first letter is not <c>C</c>.</exception>
    public static StepMask Parse(string text) => TryParse(text, out var mask, out var reason)
        ? mask
        : throw new FormatException($"The step mask '{Excerpt.Of(text)}' cannot be read; expected {reason}.");

    /// <summary>Reads a preset's name or letters.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out StepMask? mask, out string reason)
    {
        reason = Expected;
        mask = new[] { Slow, Medium, Fast, Ultra }.Concat(LeMiCa).FirstOrDefault(m => string.Equals(m.Name, text, StringComparison.OrdinalIgnoreCase));
        if (mask is null && text is ['C', ..] && text.All(letter => letter is 'C' or 'r'))
        {
            mask = new StepMask(text, [.. text.Select(letter => letter == 'C')], scales: false);
        }

        return mask is not null;
    }

    /// <summary>
    /// Whether each evaluation of a run is computed. A preset is stretched so that first and last stay where they are: evaluation i of n is what
    /// is at i · (length − 1) / (n − 1), rounded. Letters are taken as they stand, and evaluations after the last are computed.
    /// </summary>
    /// <exception cref="ArgumentException">The letters are more than the run has evaluations.</exception>
    public ImmutableArray<bool> For(int evaluationCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(evaluationCount, 1);
        if (!Scales && Length > evaluationCount)
        {
            throw new ArgumentException($"The step mask '{Name}' has {Length} letters and the run {evaluationCount} evaluations; expected at most as many.");
        }

        var last = Math.Max(1, evaluationCount - 1);
        return [.. Enumerable.Range(0, evaluationCount).Select(i => Scales
            ? _computes[(int)((((long)i * (Length - 1)) + (last / 2)) / last)]
            : i >= Length || _computes[i])];
    }

    /// <inheritdoc/>
    public bool Equals(StepMask? other) => other is not null && Scales == other.Scales && _computes.AsSpan().SequenceEqual(other._computes.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StepMask);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Length);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static StepMask OfList(string name, int length, params ReadOnlySpan<int> computed)
    {
        var computes = new bool[length];
        foreach (var evaluation in computed)
        {
            computes[evaluation] = true;
        }

        return new StepMask(name, [.. computes], scales: true);
    }

    private static StepMask OfBins(string name, ReadOnlySpan<int> compute, ReadOnlySpan<int> reuse)
    {
        var computes = ImmutableArray.CreateBuilder<bool>();
        for (var i = 0; i < compute.Length; i++)
        {
            computes.AddRange(Enumerable.Repeat(true, compute[i]));
            computes.AddRange(Enumerable.Repeat(false, i < reuse.Length ? reuse[i] : 0));
        }

        return new StepMask(name, computes.ToImmutable(), scales: true);
    }
}
