using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CachePolicies.Engine;
using CachePolicies.Reporting;
using Microsoft.Extensions.Logging;

namespace CachePolicies.Hosting;

/// <summary>
/// Checks a request, waits for its turn and runs it as one piece of work on the thread pool, which writes updates to a channel. A generation that nobody
/// asked details of has no observer, so that nothing is recorded.
/// </summary>
internal sealed class TextToImageGenerator(
    TextToImageModelSource models,
    ICachedDenoiserFactory denoisers,
    GenerationGate gate,
    IGenerationTelemetry telemetry,
    TimeProvider time,
    ILoggerFactory loggers) : ITextToImageGenerator
{
    private readonly ILogger _logger = loggers.CreateLogger(Log.GenerationCategory);

    public TextToImageModel Model => models.Model;

    public async IAsyncEnumerable<TextToImageUpdate> GenerateAsync(
        TextToImageRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var job = Prepare(request);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var turn = gate.EnterAsync(out var position, stop.Token);
        var work = Task.CompletedTask;
        try
        {
            if (position > 0)
            {
                yield return new TextToImageQueued(position);
            }

            await turn.ConfigureAwait(false);
            var updates = Channel.CreateUnbounded<TextToImageUpdate>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
            work = Task.Run(() => Run(job, updates.Writer, stop.Token), CancellationToken.None);
            await foreach (var update in updates.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                yield return update;
            }
        }
        finally
        {
            // A reader who left early stops the work or leaves the queue; whatever happens, the device is free again when this returns.
            await stop.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await turn.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (turn.IsCompletedSuccessfully)
            {
                gate.Leave();
            }
        }
    }

    private sealed record Job(TextToImageRequest Request, TextToImageModel Model, DenoisingLoop Loop, GenerationRequest Generation);

    private Job Prepare(TextToImageRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Steps is < 1 or > SamplingSchedule.MaximumSteps)
        {
            throw new ArgumentException($"The number of steps is {request.Steps}; from 1 to {SamplingSchedule.MaximumSteps} is right.", nameof(request));
        }

        if (!float.IsFinite(request.Guidance) || request.Guidance < 0)
        {
            throw new ArgumentException($"Guidance is {request.Guidance}; a finite number of at least 0 is right.", nameof(request));
        }

        if (request.PreviewEvery is < 1)
        {
            throw new ArgumentException($"PreviewEvery is {request.PreviewEvery}; at least 1.", nameof(request));
        }

        var model = Model;
        var conditional = model.Encoder.Encode(request.Prompt, request.Style);
        var unconditional = request.Guidance == 1 ? null : model.Encoder.EncodeEmpty();
        var noise = GaussianNoise.Create(request.Seed, checked((int)model.Denoiser.Layout.Latent.Primary.Shape.ElementCount));
        var cached = denoisers.GetDenoiser(model.Denoiser, request.Policy, request.PolicyOverrides);
        return new Job(
            request, model, new DenoisingLoop(cached, model.Sampler), new GenerationRequest(request.Steps, [new(noise, conditional, unconditional)], request.Guidance));
    }

    private void Run(Job job, ChannelWriter<TextToImageUpdate> updates, CancellationToken cancellationToken)
    {
        try
        {
            updates.TryWrite(Generate(job, updates, cancellationToken));
            updates.Complete();
        }
        catch (Exception failure)
        {
            updates.Complete(failure);
        }
    }

    private TextToImageResult Generate(Job job, ChannelWriter<TextToImageUpdate> updates, CancellationToken cancellationToken)
    {
        var policy = job.Loop.Denoiser.Policy.Name;
        var steps = job.Request.ReportDecisions ? new StepObserver() : null;
        using var observation = telemetry.Begin(job.Loop.Denoiser, steps);
        using var generation = job.Loop.Start(job.Generation, observation.Observer);
        var total = generation.Schedule.Evaluations.Length;
        var began = time.GetTimestamp();
        while (generation.MoveNext(cancellationToken))
        {
            var preview = generation.Completed % job.Request.PreviewEvery == 0 ? Decode(job.Model, generation.DownloadLatent(0)).Image : null;
            updates.TryWrite(new TextToImageProgress(generation.Completed, total)
            {
                Decisions = steps?.TakeDecisions() ?? [],
                Stages = steps?.TakeStages() ?? [],
                Preview = preview,
            });
        }

        var latent = generation.DownloadLatent(0);
        var elapsed = time.GetElapsedTime(began);
        observation.Succeed(elapsed);
        Log.Generated(_logger, policy, total, elapsed.TotalMilliseconds);
        var (image, planes) = Decode(job.Model, latent);
        return new TextToImageResult(image, planes, policy, total, elapsed);
    }

    private static (RgbImage Image, float[] Planes) Decode(TextToImageModel model, float[] latent)
    {
        var decoder = model.Decoder;
        var planes = new float[3 * decoder.Width * decoder.Height];
        decoder.Decode(latent, planes);
        return (RgbImage.FromPlanes(planes, decoder.Width, decoder.Height), planes);
    }

    /// <summary>Collects what a step reports.</summary>
    private sealed class StepObserver : IEvaluationObserver
    {
        private List<EvaluationRecord> _decisions = [];
        private List<StageRecord> _stages = [];

        public void EvaluationCompleted(EvaluationRecord record) => _decisions.Add(record);

        public void StageCompleted(in StageRecord record) => _stages.Add(record);

        public List<EvaluationRecord> TakeDecisions() => Interlocked.Exchange(ref _decisions, []);

        public List<StageRecord> TakeStages() => Interlocked.Exchange(ref _stages, []);
    }
}
