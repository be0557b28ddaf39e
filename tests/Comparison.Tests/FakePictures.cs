using CachePolicies.Engine;
using CachePolicies.Reporting;

namespace CachePolicies.Comparison.Tests;

/// <summary>A clock that stands still until work is done on it.</summary>
internal class FakeClock : TimeProvider
{
    private long _ticks = 1_000_000;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Work that takes so long on a quiet machine.</summary>
    public virtual void Work(double seconds) => Advance(seconds);

    protected void Advance(double seconds) => _ticks += (long)(seconds * TimestampFrequency);

    /// <summary>Seconds since the clock was made.</summary>
    protected double Now => (_ticks - 1_000_000) / (double)TimestampFrequency;
}

/// <summary>A machine whose speed changes: work takes as many times as long as the function current says.</summary>
internal sealed class LoadedClock(Func<double, double> slowdown) : FakeClock
{
    public override void Work(double seconds)
    {
        // In slices, so that a long run sees every change of the machine.
        for (var left = seconds; left > 0; left -= 0.001)
        {
            Advance(Math.Min(left, 0.001) * slowdown(Now));
        }
    }
}

/// <summary>
/// Draws without a network: stages of known costs on a fake clock, and a policy of the name <c>every-N</c> that computes one evaluation in N and skips the
/// blocks of the others.
/// </summary>
internal sealed class FakePictures(FakeClock clock) : IPictureModel
{
    /// <summary>Embedding, structure, detail, head: seconds.</summary>
    public static readonly double[] StageCosts = [0.0002, 0.004, 0.006, 0.0003];

    private static readonly Boundary[] Boundaries =
    [
        Of("latent", BoundaryRole.Latent), Of("embedded", BoundaryRole.Embedded), Of("structure", BoundaryRole.Structure), Of("detail", BoundaryRole.Detail), Of("output", BoundaryRole.Output),
    ];

    public string Name => "fake";

    public string Fingerprint => "sha256:1";

    public string Provider => "thought";

    public int? Threads => 1;

    public DenoiserLayout Layout { get; } = new(
        "fake",
        [],
        [.. Boundaries],
        [.. Enumerable.Range(0, 4).Select(i => new StageDescriptor($"stage-{i}", $"{Boundaries[i].Name}/state"))]);

    public int EvaluationsOf(int steps) => steps;

    public IPictureLoop Under(ICachePolicy policy) => new Loop(this, clock, policy.Name.Split('-') is [.., var text] && int.TryParse(text, out var every) ? every : 1);

    public void Check(string prompt) => ArgumentException.ThrowIfNullOrEmpty(prompt);

    /// <summary>The speed-up that skipping all but one evaluation out of that many gives.</summary>
    public static double IdealOf(int every, int steps)
    {
        var full = StageCosts.Sum();
        var computed = Enumerable.Range(0, steps).Count(s => s % every == 0);
        return steps * full / ((computed * full) + ((steps - computed) * (StageCosts[0] + StageCosts[3])));
    }

    private static Boundary Of(string name, BoundaryRole role) =>
        new(name, role, [new TensorDescriptor("state", TensorKind.State, ElementType.Float32, new TensorShape(1))]);

    private sealed class Loop(FakePictures model, FakeClock clock, int every) : IPictureLoop
    {
        public DrawnPicture Draw(string prompt, long seed, int steps, IEvaluationObserver? observer = null, CancellationToken cancellationToken = default)
        {
            var began = clock.GetTimestamp();
            for (var step = 0; step < steps; step++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var evaluation = new EvaluationInfo(step, steps, step, step);
                var computed = new StageSet(step % every == 0 ? 0b1111UL : 0b1001UL);
                for (var stage = 0; stage < 4; stage++)
                {
                    if (computed.Contains(stage))
                    {
                        var start = clock.GetTimestamp();
                        clock.Work(StageCosts[stage]);
                        observer?.StageCompleted(new StageRecord(evaluation, stage, $"stage-{stage}", 1, clock.GetElapsedTime(start)));
                    }
                }

                observer?.EvaluationCompleted(new EvaluationRecord(new LaneInfo(0, GuidanceBranch.Conditional, steps), evaluation, computed, 4, [], []) { Blocks = model.Layout.Blocks });
            }

            var planes = new float[3 * 16 * 16];
            Array.Fill(planes, (seed % 7 / 7f) + (every == 1 ? 0.1f / steps : 0.05f * every));
            return new DrawnPicture(RgbImage.FromPlanes(planes, 16, 16), planes, planes, clock.GetElapsedTime(began));
        }
    }
}
