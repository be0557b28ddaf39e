namespace CachePolicies.Policies;

/// <summary>
/// Spectrum's forecast (arXiv 2603.01623): the kept evaluations are fitted by Chebyshev polynomials T₀ … T_m in ridge regression, and the fit is read at the
/// current evaluation: w = X (XᵀX + λI)⁻¹ x. Positions run from −1 to 1 over the whole run. All of it in float64 with the run's own number of evaluations,
/// where the authors' code rounds to bfloat16 and counts with 50.
/// </summary>
/// <param name="Degree">m, 0 to 8; lower while fewer evaluations are kept.</param>
/// <param name="Ridge">λ, above 0.</param>
/// <param name="Window">How many evaluations are kept at the most, 2 to 32.</param>
/// <param name="FreesLine">
/// Whether degrees 0 and 1 are left unpenalised, so that what stays the same or moves along a line is continued exactly. The authors shrink them too.
/// </param>
/// <param name="Coordinate">Along what.</param>
public sealed record ChebyshevWeights(
    int Degree = 4, float Ridge = 0.1f, int Window = 10, bool FreesLine = false, ExtrapolationCoordinate Coordinate = ExtrapolationCoordinate.Index) : ForecastWeights
{
    private const int MostTerms = 9;

    /// <summary>m.</summary>
    public int Degree { get; } = Degree is >= 0 and < MostTerms ? Degree : throw new ArgumentOutOfRangeException(nameof(Degree), Degree, "The degree is 0 to 8.");

    /// <summary>λ.</summary>
    public float Ridge { get; } = float.IsFinite(Ridge) && Ridge > 0 ? Ridge : throw new ArgumentOutOfRangeException(nameof(Ridge), Ridge, "The ridge is a finite number above 0.");

    /// <summary>K.</summary>
    public int Window { get; } = Window is >= 2 and <= LinearForecast.LongestHistory ? Window : throw new ArgumentOutOfRangeException(nameof(Window), Window, "The window is 2 to 32.");

    /// <inheritdoc/>
    public override int MaximumHistory => Window;

    /// <inheritdoc/>
    public override bool TryFill(in SkipPoint point, Span<double> weights)
    {
        var used = Coordinate.CountInLine(point);
        var terms = Math.Min(Degree + 1, used);
        Span<double> matrix = stackalloc double[MostTerms * MostTerms];
        Span<double> solution = stackalloc double[MostTerms];
        Span<double> row = stackalloc double[MostTerms];
        matrix.Clear();
        for (var i = 0; i < used; i++)
        {
            FillRow(point, point.Computed[i], row[..terms]);
            for (var r = 0; r < terms; r++)
            {
                for (var c = 0; c < terms; c++)
                {
                    matrix[(r * terms) + c] += row[r] * row[c];
                }
            }
        }

        for (var r = FreesLine ? 2 : 0; r < terms; r++)
        {
            matrix[(r * terms) + r] += Ridge;
        }

        FillRow(point, point.Current, solution[..terms]);
        if (!Cholesky.TrySolve(matrix[..(terms * terms)], solution[..terms]))
        {
            return false;
        }

        for (var i = 0; i < used; i++)
        {
            FillRow(point, point.Computed[i], row[..terms]);
            for (var r = 0; r < terms; r++)
            {
                weights[i] += row[r] * solution[r];
            }
        }

        return true;
    }

    private void FillRow(in SkipPoint point, in EvaluationInfo evaluation, Span<double> row)
    {
        var x = Coordinate switch
        {
            ExtrapolationCoordinate.Index => (2.0 * evaluation.Index / point.Current.Count) - 1,
            _ => Between(point, Coordinate.Of(evaluation)),
        };
        for (var n = 0; n < row.Length; n++)
        {
            row[n] = n switch
            {
                0 => 1,
                1 => x,
                _ => (2 * x * row[n - 1]) - row[n - 2],
            };
        }
    }

    /// <summary>From −1 at 0 to 1 at the oldest kept evaluation or 1, whichever is more: noise levels and timesteps end at 0.</summary>
    private double Between(in SkipPoint point, double at)
    {
        var most = 1.0;
        foreach (ref readonly var evaluation in point.Computed)
        {
            most = Math.Max(most, Math.Abs(Coordinate.Of(evaluation)));
        }

        return (2 * at / most) - 1;
    }
}
