namespace CachePolicies.Engine;

/// <summary>Ways of spacing noise levels between the first and the last of them.</summary>
internal static class SigmaSpacings
{
    private const double KarrasRho = 7;
    private const double BetaParameter = 0.6;

    /// <summary>Spaces levels again between the first and the last one.</summary>
    public static void Apply(Span<double> sigmas, SigmaSpacing spacing) => Fill(sigmas, spacing, sigmas[0], sigmas[^1]);

    /// <summary>Fills levels from the largest to the smallest; <see cref="SigmaSpacing.Even"/> leaves them as they are.</summary>
    public static void Fill(Span<double> sigmas, SigmaSpacing spacing, double largest, double smallest)
    {
        if (spacing == SigmaSpacing.Even)
        {
            return;
        }

        for (var i = 0; i < sigmas.Length; i++)
        {
            sigmas[i] = spacing switch
            {
                SigmaSpacing.Karras => Math.Pow(FlowSchedule.Between(Root(largest), Root(smallest), i, sigmas.Length), KarrasRho),
                SigmaSpacing.Exponential => Math.Exp(FlowSchedule.Between(Math.Log(largest), Math.Log(smallest), i, sigmas.Length)),
                _ => smallest + (BetaDistribution.Quantile(FlowSchedule.Between(1, 0, i, sigmas.Length), BetaParameter, BetaParameter) * (largest - smallest)),
            };
        }
    }

    private static double Root(double sigma) => Math.Pow(sigma, 1 / KarrasRho);
}
