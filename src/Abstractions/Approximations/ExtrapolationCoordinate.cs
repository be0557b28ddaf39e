namespace CachePolicies;

/// <summary>Along what a feature is extrapolated.</summary>
public enum ExtrapolationCoordinate
{
    /// <summary>The evaluation's index, as TaylorSeer publishes it.</summary>
    Index,

    /// <summary>The noise level, which an uneven schedule calls for.</summary>
    Sigma,

    /// <summary>What the model is told as its timestep.</summary>
    Timestep,
}

/// <summary>Where evaluations are along a coordinate.</summary>
public static class ExtrapolationCoordinateExtensions
{
    /// <summary>Where an evaluation is.</summary>
    public static double Of(this ExtrapolationCoordinate coordinate, in EvaluationInfo evaluation) => coordinate switch
    {
        ExtrapolationCoordinate.Index => evaluation.Index,
        ExtrapolationCoordinate.Sigma => evaluation.Sigma,
        _ => evaluation.Timestep,
    };

    /// <summary>
    /// How many of the newest kept evaluations lie in one direction, each strictly beyond the one before it and the current one not behind the newest.
    /// Where a schedule jumps back or evaluates twice at one place, a slope over that place says nothing about what comes next.
    /// </summary>
    /// <param name="coordinate">Along what.</param>
    /// <param name="point">The current evaluation and those that are kept.</param>
    /// <returns>At least 1, where one is kept.</returns>
    public static int CountInLine(this ExtrapolationCoordinate coordinate, in SkipPoint point)
    {
        var computed = point.Computed;
        if (computed.Length < 2)
        {
            return computed.Length;
        }

        var newest = coordinate.Of(computed[0]);
        var direction = Math.Sign(newest - coordinate.Of(computed[1]));
        if (direction == 0 || (coordinate.Of(point.Current) - newest) * direction < 0)
        {
            return 1;
        }

        var count = 2;
        while (count < computed.Length && (coordinate.Of(computed[count - 1]) - coordinate.Of(computed[count])) * direction > 0)
        {
            count++;
        }

        return count;
    }
}
