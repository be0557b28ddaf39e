using System.Runtime.CompilerServices;
using CachePolicies.Engine;
using CachePolicies.TextToImage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

/// <summary>
/// Checks a request, waits for its turn and runs it as one piece of work on the thread pool, whether anybody reads or not: a reader takes from a mailbox what
/// has happened meanwhile. A generation that nobody asked details of has no observer, so that nothing is recorded.
/// </summary>
internal sealed class TextToImageGenerator(
    TextToImageModelSource models,
    ICachePolicyProvider policies,
    ICachedDenoiserFactory denoisers,
    GenerationGate gate,
    StageSchedulers schedulers,
    RunningGenerations running,
    IGenerationTelemetry telemetry,
    TargetedPolicies targets,
    IOptionsMonitor<CachePoliciesOptions> limits,
    TimeProvider time,
    ILoggerFactory loggers) : ITextToImageGenerator
{
    private readonly ILogger _logger = loggers.CreateLogger(Log.GenerationCategory);

    public ITextToImageModel Model => models.Model;

    /// <summary>Makes the generator of a model.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="model">The model's name; <see langword="null"/> for the one without.</param>
    public static TextToImageGenerator Of(IServiceProvider services, string? model) => new(
        new TextToImageModelSource(services, model),
        services.GetRequiredService<ICachePolicyProvider>(),
        services.GetRequiredService<ICachedDenoiserFactory>(),
        services.GetRequiredService<GenerationGate>(),
        services.GetRequiredService<StageSchedulers>(),
        services.GetRequiredService<RunningGenerations>(),
        services.GetRequiredService<IGenerationTelemetry>(),
        services.GetRequiredService<TargetedPolicies>(),
        services.GetRequiredService<IOptionsMonitor<CachePoliciesOptions>>(),
        services.GetRequiredService<TimeProvider>(),
        services.GetRequiredService<ILoggerFactory>());

    public async IAsyncEnumerable<TextToImageUpdate> GenerateAsync(
        TextToImageRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        RequestLimits.Check(request, limits.CurrentValue);
        targets.Check(request);
        if (request.PolicyOverrides is not null || request.Policy is not null)
        {
            // Settings that cannot be used are refused before anything waits for them.
            policies.GetPolicy(request.Policy, request.PolicyOverrides);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var mailbox = new Mailbox<TextToImageUpdate>(UnreadUpdates.Merge);
        var generation = running.Start(stop => BeginAsync(request, mailbox, stop), cancellationToken);
        try
        {
            await foreach (var update in mailbox.ReadAsync().ConfigureAwait(false))
            {
                yield return update;
            }
        }
        finally
        {
            // A reader who leaves early stops the work or leaves the queue; whatever happens, the device is free again when this returns.
            await generation.StopAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Takes a place, or one in the queue; the task is the whole of what follows.</summary>
    /// <exception cref="GenerationQueueFullException">The queue is full.</exception>
    private Task BeginAsync(TextToImageRequest request, Mailbox<TextToImageUpdate> mailbox, CancellationToken stop)
    {
        var turn = gate.EnterAsync(out var position, stop);
        if (position > 0)
        {
            mailbox.Post(new TextToImageQueued(position));
        }

        return RunAsync(turn, request, mailbox, stop);
    }

    /// <summary>Waits for its turn, works, and gives the place back when the work is done, read or not.</summary>
    private async Task RunAsync(Task turn, TextToImageRequest request, Mailbox<TextToImageUpdate> mailbox, CancellationToken cancellationToken)
    {
        try
        {
            await turn.ConfigureAwait(false);
        }
        catch (Exception refused)
        {
            mailbox.Complete(refused);
            return;
        }

        try
        {
            mailbox.Post(await Task.Run(() => MakeAsync(request, mailbox, cancellationToken), CancellationToken.None).ConfigureAwait(false));
            mailbox.Complete();
        }
        catch (Exception failure)
        {
            mailbox.Complete(failure);
        }
        finally
        {
            gate.Leave();
        }
    }

    /// <summary>Everything that costs something, encoding and noise included, happens here: after the request was admitted.</summary>
    private async Task<TextToImageResult> MakeAsync(TextToImageRequest request, Mailbox<TextToImageUpdate> mailbox, CancellationToken cancellationToken)
    {
        var prepared = Model.Prepare(request, cancellationToken);
        var target = targets.Choose(request, prepared);
        var denoiser = target is null
            ? denoisers.GetDenoiser(prepared.Denoiser, request.Policy, request.PolicyOverrides)
            : denoisers.GetDenoiser(prepared.Denoiser, target.Value.Policy, target.Value.Overrides);
        var steps = request.ReportDecisions ? new StepObserver(denoiser.Denoiser.Layout.Stages.Length) : null;
        using var observation = telemetry.Begin(denoiser, steps, models.Name);
        var pictures = schedulers.For(prepared.Denoiser.Backend) is { } scheduler
            ? await prepared.GenerateAsync(scheduler, denoiser, observation.Observer, Tell, time, cancellationToken).ConfigureAwait(false)
            : prepared.Generate(denoiser, observation.Observer, Tell, time, cancellationToken);
        observation.Succeed(pictures.Elapsed);
        Log.Generated(_logger, denoiser.Policy.Name, pictures.Evaluations, pictures.Elapsed.TotalMilliseconds);
        return new TextToImageResult(pictures, denoiser.Policy.Name)
        {
            Report = steps?.ToReport(),
            Target = target?.Choice,
            Notes = [.. prepared.Notes, .. target is { Choice: var choice } ? [choice.ToString()] : Array.Empty<string>(), .. denoiser.Plan.Notes],
        };

        void Tell(GenerationProgress progress) => mailbox.Post(new TextToImageProgress(progress.Completed, progress.Total)
        {
            Decisions = steps?.TakeDecisions() ?? [],
            Stages = steps?.TakeStages() ?? [],
            Preview = progress.Completed % request.PreviewEvery == 0 ? progress.Preview() : null,
        });
    }

    /// <summary>Collects what a step reports, and what all of them come to.</summary>
    private sealed class StepObserver(int stageCount) : IEvaluationObserver
    {
        private readonly GenerationTally _tally = new(stageCount);
        private readonly List<EvaluationRecord> _all = [];
        private List<EvaluationRecord> _decisions = [];
        private List<StageRecord> _stages = [];

        public void EvaluationCompleted(EvaluationRecord record)
        {
            _decisions.Add(record);
            _all.Add(record);
            _tally.Add(record);
        }

        public void StageCompleted(in StageRecord record)
        {
            _stages.Add(record);
            _tally.Add(record);
        }

        public CacheReport ToReport() => new(ExtentCounts.Of(_all), _tally.SpeedUp());

        public List<EvaluationRecord> TakeDecisions() => Interlocked.Exchange(ref _decisions, []);

        public List<StageRecord> TakeStages() => Interlocked.Exchange(ref _stages, []);
    }
}
