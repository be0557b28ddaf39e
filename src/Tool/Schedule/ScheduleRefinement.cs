using System.Collections.Immutable;
using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>
/// Refines a schedule on what counts: the mean square error of the final latents against those of uncached runs (BudCache, arXiv 2606.13496), by moving one
/// computed evaluation at a time by at most three places, as long as that helps.
/// </summary>
internal sealed class ScheduleRefinement
{
    private const int Window = 3;

    private readonly ModelSession _session;
    private readonly Func<ImmutableArray<int>, ICachePolicy> _policyOf;
    private readonly (string Prompt, long Seed, float[] Latent)[] _pictures;
    private readonly Dictionary<string, double> _known = [];

    private ScheduleRefinement(ModelSession session, Func<ImmutableArray<int>, ICachePolicy> policyOf, (string, long, float[])[] pictures) =>
        (_session, _policyOf, _pictures) = (session, policyOf, pictures);

    /// <summary>Draws the uncached pictures.</summary>
    /// <param name="session">The model.</param>
    /// <param name="pictures">What is drawn.</param>
    /// <param name="policyOf">The policy under a schedule.</param>
    /// <param name="cancellationToken">Looked at before each stage.</param>
    public static ScheduleRefinement Prepare(ModelSession session, IEnumerable<(string Prompt, long Seed)> pictures, Func<ImmutableArray<int>, ICachePolicy> policyOf, CancellationToken cancellationToken)
    {
        var uncached = session.Under(CachePolicy.None);
        return new(session, policyOf, [.. pictures.Select(p => (p.Prompt, p.Seed, session.Generate(uncached, session.Request(p.Prompt, p.Seed), cancellationToken: cancellationToken).First.Latent))]);
    }

    /// <summary>The mean square error of the final latents under a schedule.</summary>
    public double ErrorOf(ImmutableArray<int> computed, CancellationToken cancellationToken)
    {
        var key = string.Join(',', computed);
        if (!_known.TryGetValue(key, out var error))
        {
            var denoiser = _session.Under(_policyOf(computed));
            error = _pictures.Average(p => MeanSquare(_session.Generate(denoiser, _session.Request(p.Prompt, p.Seed), cancellationToken: cancellationToken).First.Latent, p.Latent));
            _known.Add(key, error);
        }

        return error;
    }

    /// <summary>Improves a schedule until no move helps or the tries are used up.</summary>
    /// <param name="computed">Where it begins.</param>
    /// <param name="count">How many evaluations a run has.</param>
    /// <param name="tries">How many further schedules may be tried.</param>
    /// <param name="tell">Told after each.</param>
    /// <param name="cancellationToken">Looked at before each stage.</param>
    public ImmutableArray<int> Climb(ImmutableArray<int> computed, int count, int tries, Action tell, CancellationToken cancellationToken) =>
        Climb(computed, count, tries, list =>
        {
            var error = ErrorOf(list, cancellationToken);
            tell();
            return error;
        });

    /// <summary>The search itself, over any error.</summary>
    internal static ImmutableArray<int> Climb(ImmutableArray<int> computed, int count, int tries, Func<ImmutableArray<int>, double> errorOf)
    {
        var (best, least) = (computed, errorOf(computed));
        var seen = new HashSet<string> { string.Join(',', computed) };
        for (var improved = true; improved;)
        {
            improved = false;
            for (var distance = 1; distance <= Window; distance++)
            {
                for (var place = 1; place < best.Length; place++)
                {
                    foreach (var move in (ReadOnlySpan<int>)[-distance, distance])
                    {
                        if (Moved(best, place, move, count) is not { } candidate || !seen.Add(string.Join(',', candidate)))
                        {
                            continue;
                        }

                        if (tries-- <= 0)
                        {
                            return best;
                        }

                        if (errorOf(candidate) is var error && error < least)
                        {
                            (best, least, improved) = (candidate, error, true);
                        }
                    }
                }
            }
        }

        return best;
    }

    private static ImmutableArray<int>? Moved(ImmutableArray<int> computed, int place, int move, int count)
    {
        var to = computed[place] + move;
        return to > computed[place - 1] && to < (place + 1 < computed.Length ? computed[place + 1] : count) ? computed.SetItem(place, to) : null;
    }

    private static double MeanSquare(float[] a, float[] b) => a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Average();
}
