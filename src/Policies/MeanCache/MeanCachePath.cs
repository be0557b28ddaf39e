using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CachePolicies.Policies;

/// <summary>
/// MeanCache's path through a run: the evaluations that are computed, and for each how many evaluations the mean velocity is taken over until the next one.
/// Published paths are of 50 evaluations and scale to other runs; they keep the number of computed evaluations where the run has as many. One of your own is taken as it stands.
/// </summary>
public sealed class MeanCachePath
{
    internal const string Expected =
        "qwen-image-25, qwen-image-17, qwen-image-10, or the computed evaluations in rising order from 0, each with the number of evaluations averaged after it, 1 to 8, where that is not 1 (0,1,2:3,9:5,14)";

    private const int PublishedLength = 50;

    private readonly ImmutableArray<(int Evaluation, int Mean)> _nodes;

    private MeanCachePath(string name, bool scales, ImmutableArray<(int Evaluation, int Mean)> nodes) => (Name, Scales, _nodes) = (name, scales, nodes);

    /// <summary>The authors' paths for Qwen-Image-2512, which compute 25, 17 and 10 of 50 evaluations.</summary>
    public static ImmutableArray<MeanCachePath> Published { get; } =
    [
        Of("qwen-image-25", scales: true, "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15:2,23:2,31:2,37,44,45,46,47,48,49"),
        Of("qwen-image-17", scales: true, "0,1,2,3,4,5,6,7,8,9:2,11,19,27,35,43:5,47:5,49"),
        Of("qwen-image-10", scales: true, "0,2:3,4,7,14,21,28,35,42:4,49"),
    ];

    /// <summary>The name of a published path, or the path as it was written.</summary>
    public string Name { get; }

    /// <summary>Whether the path stretches and shrinks to the length of a run.</summary>
    public bool Scales { get; }

    /// <summary>How many evaluations are computed.</summary>
    public int Count => _nodes.Length;

    /// <summary>How many evaluations a run needs at least.</summary>
    public int Length => Scales ? 1 : _nodes[^1].Evaluation + 1;

    /// <summary>The different numbers of evaluations over which means are taken, the smallest first.</summary>
    public IEnumerable<int> Means => _nodes.Select(n => n.Mean).Distinct().Order();

    /// <summary>Reads a published path's name (case-insensitive), or a path.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out MeanCachePath? path)
    {
        path = Published.FirstOrDefault(p => string.Equals(p.Name, text, StringComparison.OrdinalIgnoreCase));
        if (path is null && text is not null && NodesOf(text) is { } nodes)
        {
            path = new MeanCachePath(text, scales: false, nodes);
        }

        return path is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Over how many evaluations the mean is taken at an evaluation; 0 where the path computes it, or has a computed one after <paramref name="since"/> that did not run.</summary>
    /// <param name="evaluation">The evaluation, as the whole schedule counts it.</param>
    /// <param name="since">The last evaluation that ran; −1 where none did.</param>
    internal int MeanAt(in EvaluationInfo evaluation, int since)
    {
        var mean = 0;
        foreach (var node in _nodes)
        {
            var at = Scales ? Place(node.Evaluation, evaluation.Count) : node.Evaluation;
            if (at > evaluation.Index)
            {
                break;
            }

            mean = at > since ? 0 : node.Mean;
        }

        return mean;
    }

    private static int Place(int evaluation, int count) => (int)((((long)evaluation * (count - 1) * 2) + PublishedLength - 1) / (2 * (PublishedLength - 1)));

    private static MeanCachePath Of(string name, bool scales, string path) => new(name, scales, NodesOf(path)!.Value);

    private static ImmutableArray<(int Evaluation, int Mean)>? NodesOf(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        var nodes = ImmutableArray.CreateBuilder<(int Evaluation, int Mean)>(parts.Length);
        foreach (var part in parts)
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            var mean = 1;
            if (!TryRead(colon < 0 ? part : part[..colon], out var evaluation)
                || (colon >= 0 && !(TryRead(part[(colon + 1)..], out mean) && mean is >= 1 and <= MeanVelocityWeights.Longest))
                || (nodes.Count == 0 ? evaluation != 0 : evaluation <= nodes[^1].Evaluation))
            {
                return null;
            }

            nodes.Add((evaluation, mean));
        }

        return nodes.ToImmutable();
    }

    private static bool TryRead(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
