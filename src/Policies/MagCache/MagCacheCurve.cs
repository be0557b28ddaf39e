using System.Collections.Immutable;

namespace CachePolicies.Policies;

/// <summary>
/// How MagCache's state moves from one evaluation that ran to the next: over every calibrated ratio between their noise levels, so that an evaluation that
/// was left out counts like one that was skipped.
/// </summary>
internal abstract class MagCacheCurve
{
    /// <summary>By noise level where the calibration knows it, by position in a whole run otherwise.</summary>
    public static MagCacheCurve Of(MagCacheCalibration calibration, in LaneInfo lane)
    {
        var (ratios, sigmas) = (calibration.Of(lane.Branch), calibration.Sigmas);
        return !sigmas.IsDefault && sigmas.Length == ratios.Length && IsFalling(sigmas) ? new BySigma(ratios, sigmas) : new ByPosition(calibration, lane);
    }

    /// <summary>The state after the way from one evaluation to the next.</summary>
    /// <param name="state">The state at <paramref name="from"/>.</param>
    /// <param name="from">The last evaluation that ran, placed in the whole run.</param>
    /// <param name="to">The one that is decided on, placed in the whole run.</param>
    public abstract MagCacheState Advance(MagCacheState state, in EvaluationInfo from, in EvaluationInfo to);

    private static bool IsFalling(ImmutableArray<float> sigmas)
    {
        var falls = sigmas.Length > 1 && sigmas[^1] < sigmas[0];
        for (var i = 1; i < sigmas.Length; i++)
        {
            falls &= sigmas[i] <= sigmas[i - 1];
        }

        return falls;
    }

    private sealed class BySigma(ImmutableArray<double> ratios, ImmutableArray<float> sigmas) : MagCacheCurve
    {
        public override MagCacheState Advance(MagCacheState state, in EvaluationInfo from, in EvaluationInfo to)
        {
            var (start, end) = (PositionOf(from), PositionOf(to));
            for (var i = start + 1; i <= end; i++)
            {
                state = state.Next(ratios[i]);
            }

            // Back to a higher noise level, where a sampler starts again.
            for (var i = start; i > end; i--)
            {
                state = state.Next(1 / ratios[i]);
            }

            return state;
        }

        /// <summary>The calibrated evaluation of the nearest noise level; of several at one level that of the same index, or the last.</summary>
        private int PositionOf(in EvaluationInfo evaluation)
        {
            var sigma = evaluation.Sigma;
            if (evaluation.Index < sigmas.Length && Math.Abs(sigmas[evaluation.Index] - sigma) < 1e-6f)
            {
                return evaluation.Index;
            }

            var nearest = 0;
            for (var i = 1; i < sigmas.Length; i++)
            {
                nearest = Math.Abs(sigmas[i] - sigma) <= Math.Abs(sigmas[nearest] - sigma) ? i : nearest;
            }

            return nearest;
        }
    }

    private sealed class ByPosition(MagCacheCalibration calibration, LaneInfo lane) : MagCacheCurve
    {
        private ImmutableArray<double> _ratios = calibration.For(lane.Branch, lane.EvaluationCount);

        public override MagCacheState Advance(MagCacheState state, in EvaluationInfo from, in EvaluationInfo to)
        {
            if (_ratios.Length != to.Count)
            {
                _ratios = calibration.For(lane.Branch, to.Count);
            }

            for (var i = from.Index + 1; i <= to.Index; i++)
            {
                state = state.Next(_ratios[i]);
            }

            return state;
        }
    }
}
