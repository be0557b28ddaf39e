using CachePolicies.Engine;

namespace CachePolicies.Hosting;

/// <summary>
/// Records generations on the instruments of <see cref="CachePoliciesTelemetry"/>. The text-to-image service uses it by itself; a pipeline of your own
/// calls <see cref="Begin"/> and gives the observer to its session.
/// </summary>
public interface IGenerationTelemetry
{
    /// <summary>Begins to observe a generation. The caller disposes what it gets.</summary>
    /// <param name="denoiser">The denoiser under its policy.</param>
    /// <param name="inner">A further observer, which is told everything as well.</param>
    /// <param name="model">What the model is called in tags; <see langword="null"/> for its layout's name.</param>
    IGenerationObservation Begin(CachedDenoiser denoiser, IEvaluationObserver? inner = null, string? model = null);
}

/// <summary>One generation under observation. Used by one thread at a time.</summary>
public interface IGenerationObservation : IDisposable
{
    /// <summary>What the session is to report; <see langword="null"/> where nobody wants to know, so that nothing is recorded.</summary>
    IEvaluationObserver? Observer { get; }

    /// <summary>Records the generation as a whole, once it has succeeded.</summary>
    /// <param name="elapsed">How long it took.</param>
    void Succeed(TimeSpan elapsed);
}
