using CachePolicies.Cluster;
using CachePolicies.Comparison;
using CachePolicies.Engine;
using CachePolicies.Hosting;
using CachePolicies.Reporting;

namespace CachePolicies.Server.Tests;

/// <summary>Jobs, updates and refusals come out of a message as they went in; a slow reader loses no decision.</summary>
public sealed class PictureWireTests
{
    private static RgbImage Picture { get; } = new(2, 1, [1, 2, 3, 250, 251, 252]);

    [Fact]
    public void A_job_comes_back_as_it_was()
    {
        var job = new PictureJob("flux", "a \"prompt\" \ud83c\udf4e\u0000", long.MaxValue)
        {
            NegativePrompt = "n",
            Style = "s",
            Width = 64,
            Height = 32,
            Steps = 9,
            Guidance = 0.1f,
            Count = 3,
            Policy = "TeaCache",
            Overrides = new Dictionary<string, string> { ["Threshold"] = "0.2" },
            PartialImages = 2,
            Progress = true,
        };
        var order = PictureWire.ToOrder(job);
        var back = PictureWire.ToJob(order);

        Assert.Equal("flux", order.Model);
        Assert.Equal(job.Overrides, back.Overrides);
        Assert.Equal(job, back with { Overrides = job.Overrides });
    }

    [Fact]
    public void Updates_come_back_as_they_were()
    {
        var evaluation = new LoggedEvaluation(4, 'S', ComputedShare.Skipped, [new LoggedCheck("structure", double.NaN, 0.1, float.PositiveInfinity, null, "output", "Reuse", 0.5f)]);
        var step = (PictureStep)PictureWire.ToUpdate(PictureWire.ToMessage(new PictureStep(5, 9, [evaluation], Picture)));
        var done = (PicturesDone)PictureWire.ToUpdate(PictureWire.ToMessage(new PicturesDone([Picture, Picture], "P", new ExtentCounts(1, 2.5, 3), 0.1, null, ["note"])));

        Assert.Equal(new PictureQueued(3), PictureWire.ToUpdate(PictureWire.ToMessage(new PictureQueued(3))));
        Assert.Equal((5, 9), (step.Completed, step.Total));
        Assert.Equal(evaluation.Checks, Assert.Single(step.Evaluations).Checks);
        Assert.Equal(evaluation with { Checks = [] }, step.Evaluations[0] with { Checks = [] });
        Assert.Equal(Picture.Pixels, step.Preview!.Pixels);
        Assert.All(done.Pictures, p => Assert.Equal(Picture.Pixels, p.Pixels));
        Assert.Equal(("P", new ExtentCounts(1, 2.5, 3), 0.1, null, "note"), (done.Policy, done.Steps, done.Seconds, done.EstimatedSpeedup, Assert.Single(done.Notes)));
    }

    [Theory]
    [InlineData(RefusalKind.Invalid, WorkMessageKind.Refused)]
    [InlineData(RefusalKind.Failed, WorkMessageKind.Refused)]
    [InlineData(RefusalKind.Busy, WorkMessageKind.RefusedHere)]
    [InlineData(RefusalKind.Unavailable, WorkMessageKind.RefusedHere)]
    internal void A_refusal_comes_back_and_says_whether_another_worker_may_do_it(RefusalKind kind, WorkMessageKind expected)
    {
        var message = PictureWire.ToMessage(new GenerationRefusedException(kind, "why", "size", TimeSpan.FromSeconds(3)));
        var back = PictureWire.ToRefusal(message);

        Assert.Equal(expected, message.Kind);
        Assert.Equal((kind, "why", "size", TimeSpan.FromSeconds(3)), (back.Kind, back.Message, back.Parameter, back.RetryAfter));
    }

    [Fact]
    public async Task A_slow_reader_gets_merged_steps_and_every_decision()
    {
        var mailbox = new Mailbox<PictureUpdate>(UnreadPictures.Merge);
        for (var i = 1; i <= 100; i++)
        {
            mailbox.Post(new PictureStep(i, 100, [new LoggedEvaluation(i - 1, 'F', ComputedShare.Full, [])], null));
        }

        mailbox.Complete();
        var read = new List<PictureStep>();
        await foreach (var update in mailbox.ReadAsync())
        {
            read.Add((PictureStep)update);
        }

        Assert.Equal(UnreadPictures.Capacity, read.Count);
        Assert.Equal(100, read[^1].Completed);
        Assert.Equal(Enumerable.Range(0, 100), read.SelectMany(s => s.Evaluations).Select(e => e.Step));
    }

    [Fact]
    public async Task A_reader_gets_the_failure_after_what_came_before_it()
    {
        var mailbox = new Mailbox<PictureUpdate>(UnreadPictures.Merge);
        mailbox.Post(new PictureQueued(1));
        mailbox.Complete(new InvalidOperationException("gone"));
        var updates = mailbox.ReadAsync().GetAsyncEnumerator();

        Assert.True(await updates.MoveNextAsync());
        Assert.Equal("gone", (await Assert.ThrowsAsync<InvalidOperationException>(async () => await updates.MoveNextAsync())).Message);
        await updates.DisposeAsync();
    }
}
