using System.Runtime.CompilerServices;
using CachePolicies.Comparison;
using CachePolicies.Engine;
using CachePolicies.Hosting;
using CachePolicies.Policies;
using CachePolicies.TextToImage;
using Microsoft.Extensions.Options;

namespace CachePolicies.Server;

/// <summary>Makes pictures in this process, with the registered generators and their queue.</summary>
internal sealed class LocalPictureService(
    ModelShelf shelf, ServedPolicies policies, IOptionsMonitor<CachePoliciesOptions> limits, ILogger<LocalPictureService> logger) : IPictureService
{
    private readonly MeanDuration _mean = new();

    public IReadOnlyList<ServedModel> Models => shelf.Models;

    public async IAsyncEnumerable<PictureUpdate> GenerateAsync(PictureJob job, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var generator = await shelf.GetAsync(job.Model, cancellationToken).ConfigureAwait(false);
        var (updates, translate) = Guard(() => Begin(generator, job, cancellationToken), cancellationToken);
        await using var reading = updates.ConfigureAwait(false);
        while (await NextAsync(updates, cancellationToken).ConfigureAwait(false))
        {
            yield return translate(updates.Current);
        }
    }

    private (IAsyncEnumerator<TextToImageUpdate> Updates, Func<TextToImageUpdate, PictureUpdate> Translate) Begin(
        ITextToImageGenerator generator, PictureJob job, CancellationToken cancellationToken)
    {
        var request = ToRequest(job);
        request = request with { PreviewEvery = PreviewEvery(generator, request, job, limits.CurrentValue) };
        var log = new EvaluationLogger(policies.HasTwoStages(job.Policy), generator.Model.Denoiser.Layout);
        return (generator.GenerateAsync(request, cancellationToken).GetAsyncEnumerator(cancellationToken), update => Translate(update, job, log));
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<TextToImageUpdate> updates, CancellationToken cancellationToken)
    {
        try
        {
            return await updates.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (Refusals.IsFailure(failure, cancellationToken))
        {
            throw Refuse(failure);
        }
    }

    private T Guard<T>(Func<T> work, CancellationToken cancellationToken)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (Refusals.IsFailure(failure, cancellationToken))
        {
            throw Refuse(failure);
        }
    }

    private GenerationRefusedException Refuse(Exception failure)
    {
        var refusal = Refusals.Of(failure, _mean.Value);
        if (refusal.Kind == RefusalKind.Failed)
        {
            Log.GenerationFailed(logger, failure);
        }

        return refusal;
    }

    private PictureUpdate Translate(TextToImageUpdate update, PictureJob job, EvaluationLogger log)
    {
        switch (update)
        {
            case TextToImageQueued queued:
                return new PictureQueued(queued.Position);
            case TextToImageProgress step:
                var first = step.Decisions.Where(d => d.Lane is { Sample: 0, Branch: GuidanceBranch.Conditional });
                return new PictureStep(step.Completed, step.Total, job.Progress ? [.. first.Select(log.Log)] : [], step.Preview);
            case TextToImageResult result:
                _mean.Add(result.Elapsed);
                return new PicturesDone(
                    [.. result.Pictures.Pictures.Select(p => p.Image)], result.Policy, result.Report!.Steps, result.Elapsed.TotalSeconds, result.Report.EstimatedSpeedup, result.Notes);
            default:
                throw new NotSupportedException($"An update of the class {update.GetType().Name} is not known.");
        }
    }

    private static TextToImageRequest ToRequest(PictureJob job)
    {
        CachePolicyOverrides? overrides = null;
        foreach (var (name, value) in job.Overrides)
        {
            overrides = (overrides ?? new CachePolicyOverrides()).Set(name, value);
        }

        return new TextToImageRequest(job.Prompt)
        {
            Style = job.Style,
            NegativePrompt = job.NegativePrompt,
            Width = job.Width,
            Height = job.Height,
            Steps = job.Steps,
            Guidance = job.Guidance,
            Seed = job.Seed,
            ImageCount = job.Count,
            Policy = job.Policy,
            Target = job.Target is { } target ? GenerationTarget.Parse(target) : null,
            PolicyOverrides = overrides,
            ReportDecisions = true,
        };
    }

    /// <summary>Every step where progress is told; else so often that as many previews come as are wanted, evenly spaced and none of the finished picture.</summary>
    private static int? PreviewEvery(ITextToImageGenerator generator, TextToImageRequest request, PictureJob job, CachePoliciesOptions limits)
    {
        if (job.Progress)
        {
            return 1;
        }

        // More steps than the host allows are refused by the generator; their schedule need not be made.
        return job.PartialImages == 0 || request.Steps > limits.MaximumSteps
            ? null
            : Math.Max(1, generator.Model.CreateSchedule(request).Evaluations.Length / (job.PartialImages + 1));
    }
}
