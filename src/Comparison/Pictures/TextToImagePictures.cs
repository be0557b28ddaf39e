using CachePolicies.Engine;
using CachePolicies.TextToImage;

namespace CachePolicies.Comparison;

/// <summary>A text-to-image model, with everything but prompt, seed and number of steps settled, as a comparison draws with it.</summary>
public sealed class TextToImagePictures : IPictureModel
{
    private readonly ITextToImageModel _model;
    private readonly PictureRequest _request;
    private readonly TimeProvider _time;
    private PreparedGeneration _prepared;
    private (string Prompt, long Seed) _of;

    /// <summary>Prepares a model.</summary>
    /// <param name="model">The model; borrowed.</param>
    /// <param name="request">What every picture has in common, with one of the prompts.</param>
    /// <param name="time">What stages and pictures are timed by.</param>
    /// <param name="threads">Threads that a stage may use, where they were chosen.</param>
    /// <exception cref="ArgumentException">The model cannot draw the request.</exception>
    public TextToImagePictures(ITextToImageModel model, PictureRequest request, TimeProvider time, int? threads = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(time);
        (_model, _request, _time, Threads) = (model, request, time, threads);
        (_prepared, _of) = (model.Prepare(request), (request.Prompt, request.Seed));
    }

    /// <inheritdoc/>
    public string Name => _model.Name;

    /// <inheritdoc/>
    public string Fingerprint => Layout.Fingerprint;

    /// <inheritdoc/>
    public string Provider => _prepared.Denoiser.Backend.Name;

    /// <inheritdoc/>
    public int? Threads { get; }

    /// <inheritdoc/>
    public DenoiserLayout Layout => _prepared.Denoiser.Layout;

    /// <inheritdoc/>
    public int EvaluationsOf(int steps) => _prepared.WithSteps(steps).Evaluations;

    /// <inheritdoc/>
    public IPictureLoop Under(ICachePolicy policy) => new Loop(this, new CachedDenoiser(_prepared.Denoiser, policy, new CachedDenoiserOptions { TimeProvider = _time }));

    /// <inheritdoc/>
    public void Check(string prompt) => _model.Prepare(_request with { Prompt = prompt });

    /// <summary>The text is encoded and the noise made once for all runs of a picture that follow each other.</summary>
    private PreparedGeneration Prepare(string prompt, long seed, CancellationToken cancellationToken)
    {
        if (_of != (prompt, seed))
        {
            _prepared = _model.Prepare(_request with { Prompt = prompt, Seed = seed }, cancellationToken);
            _of = (prompt, seed);
        }

        return _prepared;
    }

    private sealed class Loop(TextToImagePictures owner, CachedDenoiser denoiser) : IPictureLoop
    {
        public DrawnPicture Draw(string prompt, long seed, int steps, IEvaluationObserver? observer = null, CancellationToken cancellationToken = default)
        {
            var made = owner.Prepare(prompt, seed, cancellationToken).WithSteps(steps).Generate(denoiser, observer, onEvaluation: null, owner._time, cancellationToken);
            return new DrawnPicture(made.First.Image, made.First.Planes, made.First.Latent, made.Elapsed);
        }
    }
}
