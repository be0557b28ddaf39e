using CachePolicies.Reporting;

namespace CachePolicies.Comparison;

/// <summary>What is compared, and how often.</summary>
/// <param name="Steps">Sampler steps of the uncached run and of every policy.</param>
/// <param name="Guidance">The scale of classifier-free guidance.</param>
/// <param name="Pictures">What is drawn; at least one picture.</param>
/// <param name="Policies">What is compared with the uncached run; labels differ.</param>
public sealed record ComparisonPlan(int Steps, float Guidance, IReadOnlyList<PlannedPicture> Pictures, IReadOnlyList<ComparedPolicy> Policies)
{
    /// <summary>The least of fewer times may still be a slow one.</summary>
    private const int FewestTimings = 3;

    /// <summary>Timed runs of each policy per picture.</summary>
    /// <value>At least 1. By default enough that every policy is timed three times or more over all pictures.</value>
    public int? Rounds { get; init; }

    /// <summary>
    /// The numbers of steps of the controls, where they are chosen beforehand. The control of a policy then lies between two of them.
    /// </summary>
    /// <value><see langword="null"/>, the default: those that take the policies' times, and half and a quarter of the steps.</value>
    public IReadOnlyList<int>? ControlSteps { get; init; }

    /// <summary>Keeps a picture under a name relative to the results; called once for each picture.</summary>
    public Action<string, RgbImage>? Save { get; init; }

    /// <summary>A further distance between a picture and the uncached one, or <see langword="null"/>.</summary>
    public Func<RgbImage, RgbImage, double>? Perceptual { get; init; }

    /// <summary>Told after each picture what was measured so far.</summary>
    public Action<ComparisonResults>? Progressed { get; init; }

    internal int RoundsInForce => Rounds ?? Math.Max(1, (FewestTimings + Pictures.Count - 1) / Pictures.Count);
}
