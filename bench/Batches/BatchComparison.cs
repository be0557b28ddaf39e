using CachePolicies.Engine;
using CachePolicies.Policies;

namespace CachePolicies.Bench;

/// <summary>One batch of prompts under both ways of deciding.</summary>
internal sealed class BatchComparison
{
    private const int Refinements = 2;

    private readonly SampleModel _model;
    private readonly GenerationRequest _request;
    private readonly GenerationRequest[] _alone;
    private readonly DenoisingLoop _uncached;
    private readonly float[][] _references;
    private readonly List<Contest> _contests = [];
    private readonly List<double> _uncachedSeconds = [];

    public BatchComparison(SampleModel model, BenchPrompt[] prompts, int steps)
    {
        (_model, Steps, Samples) = (model, steps, prompts.Length);
        _request = model.Request(steps, prompts);
        _alone = [.. prompts.Select(p => model.Request(steps, p))];
        _uncached = model.Loop(CachePolicy.None);
        _references = _uncached.Draw(_request);
    }

    /// <summary>Sampler steps.</summary>
    public int Steps { get; }

    /// <summary>How many samples the batch has.</summary>
    public int Samples { get; }

    /// <summary>How many rounds were timed.</summary>
    public int Rounds => _uncachedSeconds.Count;

    /// <summary>The time of the uncached batch in each round.</summary>
    public double[] UncachedSeconds => [.. _uncachedSeconds];

    /// <summary>What was measured so far.</summary>
    public IEnumerable<BatchRow> Rows => _contests.Select(c => new BatchRow(c.Policy, c.PerSample.Result(), c.OneForAll.Result(), c.Alone!));

    /// <summary>
    /// Finds the threshold at which one decision for all gives the PSNR that decisions of each sample give at the policy's own threshold: interpolates in a
    /// small sweep, runs that, interpolates once more, and takes what came nearest.
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <param name="factors">The sweep: multiples of the policy's threshold, rising.</param>
    public void Choose(BatchPolicy policy, float[] factors)
    {
        var perSample = RunOnce(policy, policy.Threshold, DecisionScope.PerLane);
        var sweep = factors.Select(f => RunOnce(policy, policy.Threshold * f, DecisionScope.WholeBatch)).ToList();
        for (var i = 0; i < Refinements; i++)
        {
            var at = Interpolation.RatioAt(sweep.Select(r => (r.Psnr, (double)r.Threshold)), perSample.Psnr);
            if (!double.IsNaN(at.Ratio) && !at.IsLowerBound)
            {
                sweep.Add(RunOnce(policy, (float)at.Ratio, DecisionScope.WholeBatch));
            }
        }

        _contests.Add(new Contest(policy, perSample, sweep.MinBy(r => Math.Abs(r.Psnr - perSample.Psnr))!));
    }

    /// <summary>Runs each sample of the batch by itself and compares latents and decisions.</summary>
    public void CompareWithAlone(BatchPolicy policy)
    {
        var contest = _contests.Single(c => c.Policy == policy);
        var loop = contest.PerSample.Loop;
        var batch = loop.Run(_request);
        var alone = new LaneDecisions();
        var (difference, seconds) = (0.0, 0.0);
        for (var i = 0; i < _alone.Length; i++)
        {
            var decisions = new LaneDecisions(i);
            var latent = loop.Run(_alone[i], decisions)[0];
            alone.Add(decisions);
            difference = Math.Max(difference, batch[i].Zip(latent, (a, b) => Math.Abs((double)a - b)).Max());
            seconds += loop.Time(_alone[i], _model.Clock).Seconds;
        }

        var together = contest.PerSample.Decisions;
        contest.Alone = new BatchAgainstAlone(
            difference, together.DifferencesFrom(alone), together.Evaluations, together.StageRows, alone.StageRows, seconds);
    }

    /// <summary>Times everything once more: the uncached batch, and both ways of each policy, in an order that turns with the rounds.</summary>
    public void TimeRound(int round)
    {
        var turns = new List<Action> { () => _uncachedSeconds.Add(_uncached.Time(_request, _model.Clock).Seconds) };
        foreach (var run in _contests.SelectMany(c => new[] { c.PerSample, c.OneForAll }))
        {
            turns.Add(() => run.Seconds.Add(run.Loop.Time(_request, _model.Clock).Seconds));
        }

        for (var i = 0; i < turns.Count; i++)
        {
            turns[round % 2 == 0 ? i : turns.Count - 1 - i]();
        }
    }

    private Run RunOnce(BatchPolicy policy, float threshold, DecisionScope scope)
    {
        var loop = _model.Loop(policy.Create(threshold), scope);
        var decisions = new LaneDecisions();
        return new Run(threshold, loop, decisions, Pictures.MeanPsnr(loop.Draw(_request, decisions), _references), []);
    }

    /// <summary>A policy with a threshold and a way of deciding, what it drew and decided, and its times.</summary>
    private sealed record Run(float Threshold, DenoisingLoop Loop, LaneDecisions Decisions, double Psnr, List<double> Seconds)
    {
        public BatchRun Result() => new(Threshold, Psnr, Decisions.Extents, [.. Seconds]);
    }

    private sealed class Contest(BatchPolicy policy, Run perSample, Run oneForAll)
    {
        public BatchPolicy Policy => policy;

        public Run PerSample => perSample;

        public Run OneForAll => oneForAll;

        public BatchAgainstAlone? Alone { get; set; }
    }
}
