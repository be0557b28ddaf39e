using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CachePolicies.Engine;
using CachePolicies.TextToImage;
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

    public ITextToImageModel Model => models.Model;

    public async IAsyncEnumerable<TextToImageUpdate> GenerateAsync(
        TextToImageRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Check(request);
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
            work = Task.Run(() => Run(request, updates.Writer, stop.Token), CancellationToken.None);
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

    private static void Check(TextToImageRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.PreviewEvery is < 1)
        {
            throw new ArgumentException($"PreviewEvery is {request.PreviewEvery}; expected at least 1.", nameof(request));
        }
    }

    private void Run(TextToImageRequest request, ChannelWriter<TextToImageUpdate> updates, CancellationToken cancellationToken)
    {
        try
        {
            updates.TryWrite(Generate(request, updates, cancellationToken));
            updates.Complete();
        }
        catch (Exception failure)
        {
            updates.Complete(failure);
        }
    }

    private TextToImageResult Generate(TextToImageRequest request, ChannelWriter<TextToImageUpdate> updates, CancellationToken cancellationToken)
    {
        var prepared = Model.Prepare(request, cancellationToken);
        var denoiser = denoisers.GetDenoiser(prepared.Denoiser, request.Policy, request.PolicyOverrides);
        var steps = request.ReportDecisions ? new StepObserver() : null;
        using var observation = telemetry.Begin(denoiser, steps);
        var pictures = prepared.Generate(denoiser, observation.Observer, Tell, time, cancellationToken);
        observation.Succeed(pictures.Elapsed);
        Log.Generated(_logger, denoiser.Policy.Name, pictures.Evaluations, pictures.Elapsed.TotalMilliseconds);
        return new TextToImageResult(pictures, denoiser.Policy.Name) { Notes = prepared.Notes };

        void Tell(GenerationProgress progress) => updates.TryWrite(new TextToImageProgress(progress.Completed, progress.Total)
        {
            Decisions = steps?.TakeDecisions() ?? [],
            Stages = steps?.TakeStages() ?? [],
            Preview = progress.Completed % request.PreviewEvery == 0 ? progress.Preview() : null,
        });
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
