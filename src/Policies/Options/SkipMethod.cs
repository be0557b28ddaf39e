namespace CachePolicies.Policies;

/// <summary>How a policy that decided to skip makes the skipped state.</summary>
public enum SkipMethod
{
    /// <summary>As the published method does it: the cached output, or the base plus the cached residual.</summary>
    Plain,

    /// <summary>TaylorSeer's extrapolation over the last computed evaluations (<see cref="TaylorWeights"/>).</summary>
    Taylor,

    /// <summary>DiCache's trajectory alignment, for policies that run a probe before they decide.</summary>
    Aligned,

    /// <summary>The polynomial through the last computed evaluations (<see cref="NewtonWeights"/>).</summary>
    Newton,

    /// <summary>HiCache's Hermite polynomials in Taylor's place (<see cref="HermiteWeights"/>).</summary>
    Hermite,

    /// <summary>ResilPhase's saturating extrapolation (<see cref="PhaseWeights"/>).</summary>
    Phase,

    /// <summary>FoCa's predictor and corrector (<see cref="HeunWeights"/>).</summary>
    Heun,

    /// <summary>Spectrum's ridge regression on Chebyshev polynomials (<see cref="ChebyshevWeights"/>).</summary>
    Chebyshev,

    /// <summary>HiCache++'s dynamic mode decomposition (<see cref="ModesWeights"/>).</summary>
    Modes,

    /// <summary>MeanCache's mean velocity over the last <c>Order</c> + 1 evaluations, forecasts among them (<see cref="MeanVelocityWeights"/>).</summary>
    MeanVelocity,
}

/// <summary>What is kept of computed evaluations, and forecast.</summary>
public enum KeptSubject
{
    /// <summary>What the policy's published method keeps: mostly residuals over the base, for H2-Cache (paper) whole states.</summary>
    Published,

    /// <summary>Whole states of the boundary that a skip leads to.</summary>
    State,

    /// <summary>
    /// The clean picture that latent and output stand for (<see cref="EvaluationInfo.Clean"/>): for policies that skip to <c>output</c>, of the latent's shape.
    /// </summary>
    CleanPicture,
}
