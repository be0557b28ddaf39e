using CachePolicies.Engine;
using CachePolicies.Hosting;
using CachePolicies.TextToImage;
using CachePolicies.Reporting;

namespace CachePolicies.Samples.TextToImage;

/// <summary>
/// Compares policies with the uncached run, all in one process. First an instrumented run of each records what its steps computed and how long
/// stages take; it warms everything up as well. Then timed runs without any recording, the policies in turn for each prompt, in an order that rotates,
/// so that a machine that gets slower favours nobody. Then the controls.
/// </summary>
internal sealed class Comparison(ITextToImageGenerator generator, Arguments arguments, IReadOnlyList<string> prompts, IReadOnlyList<string> policies)
{
    public const string Uncached = "None";

    private readonly string[] _all = [Uncached, .. policies];
    private readonly StageTimes _stageTimes = new();

    /// <summary>How many pictures are made.</summary>
    public int Work => prompts.Count * ((2 * _all.Length) + policies.Count);

    /// <summary>Finds out whether every prompt can be drawn and every policy can run, before the first picture.</summary>
    public void Check()
    {
        foreach (var prompt in prompts)
        {
            generator.Model.Prepare(new PictureRequest(prompt) { Style = arguments.Style });
        }
    }

    public async Task<IReadOnlyList<PolicyResult>> RunAsync(Action<string> report, CancellationToken cancellationToken)
    {
        var recorded = new Dictionary<string, Recording>();
        foreach (var policy in _all)
        {
            recorded[policy] = new Recording();
            for (var p = 0; p < prompts.Count; p++)
            {
                await RecordAsync(Request(p, policy), recorded[policy], cancellationToken);
                report($"recording {policy}");
            }
        }

        var timed = _all.ToDictionary(n => n, _ => new TextToImageResult[prompts.Count]);
        for (var p = 0; p < prompts.Count; p++)
        {
            for (var i = 0; i < _all.Length; i++)
            {
                var policy = _all[(i + p) % _all.Length];
                timed[policy][p] = await generator.GenerateImageAsync(Request(p, policy), cancellationToken);
                report($"timing {policy}");
            }
        }

        var results = new List<PolicyResult>();
        foreach (var policy in _all)
        {
            results.Add(await ResultOfAsync(policy, recorded, timed, report, cancellationToken));
        }

        return results;
    }

    private async Task<PolicyResult> ResultOfAsync(
        string policy, Dictionary<string, Recording> recorded, Dictionary<string, TextToImageResult[]> timed, Action<string> report, CancellationToken cancellationToken)
    {
        var reference = timed[Uncached];
        var speedUp = timed[policy].Zip(reference, (own, plain) => plain.Elapsed / own.Elapsed).Median();
        var result = new PolicyResult(
            policy,
            timed[policy],
            timed[policy].Select(r => r.Elapsed.TotalSeconds).Median(),
            speedUp,
            _stageTimes.Sum(recorded[Uncached].Stages) / _stageTimes.Sum(recorded[policy].Stages),
            recorded[policy].Steps,
            Quality: null,
            Control: null);
        return policy == Uncached
            ? result
            : result with
            {
                Quality = PictureQuality.Of(timed[policy], reference),
                Control = await ControlAsync(Math.Clamp((int)Math.Round(arguments.Steps / speedUp), 1, arguments.Steps), reference, report, cancellationToken),
            };
    }

    private async Task<ControlResult> ControlAsync(int steps, TextToImageResult[] reference, Action<string> report, CancellationToken cancellationToken)
    {
        var pictures = new TextToImageResult[prompts.Count];
        for (var p = 0; p < prompts.Count; p++)
        {
            pictures[p] = await generator.GenerateImageAsync(Request(p, Uncached) with { Steps = steps }, cancellationToken);
            report($"control of {steps} steps");
        }

        return new ControlResult(steps, PictureQuality.Of(pictures, reference));
    }

    private async Task RecordAsync(TextToImageRequest request, Recording recording, CancellationToken cancellationToken)
    {
        var lanes = new Dictionary<GuidanceBranch, List<ComputedShare>>();
        await foreach (var update in generator.GenerateAsync(request with { ReportDecisions = true }, cancellationToken))
        {
            if (update is not TextToImageProgress progress)
            {
                continue;
            }

            foreach (var stage in progress.Stages)
            {
                _stageTimes.Add(stage);
                recording.Stages.Add(stage);
            }

            foreach (var decision in progress.Decisions)
            {
                if (!lanes.TryGetValue(decision.Lane.Branch, out var steps))
                {
                    lanes[decision.Lane.Branch] = steps = [];
                }

                steps.Add(decision.Share);
            }
        }

        recording.Steps.AddRange(lanes.Values);
    }

    private TextToImageRequest Request(int prompt, string policy) => new(prompts[prompt])
    {
        Style = arguments.Style,
        Policy = policy,
        Steps = arguments.Steps,
        Guidance = arguments.Guidance,
        Seed = arguments.Seed + prompt,
    };

    /// <summary>What the instrumented runs of a policy told.</summary>
    private sealed class Recording
    {
        public List<StageRecord> Stages { get; } = [];

        public List<IReadOnlyList<ComputedShare>> Steps { get; } = [];
    }
}
