using CachePolicies.Comparison;
using CachePolicies.Engine;
using CachePolicies.Reporting;

namespace CachePolicies.Server;

/// <summary>What a job reports: how far it is, and at last the pictures. Plain data.</summary>
internal abstract record PictureUpdate;

/// <summary>The job waits until others are done.</summary>
/// <param name="Position">Its place in the queue, from 1.</param>
internal sealed record PictureQueued(int Position) : PictureUpdate;

/// <summary>Steps are done.</summary>
/// <param name="Completed">How many evaluations are done.</param>
/// <param name="Total">How many there will be.</param>
/// <param name="Evaluations">What the new ones decided for the first picture's pass with the prompt; empty unless progress was asked for.</param>
/// <param name="Preview">The first picture as far as it is, where one was asked for.</param>
internal sealed record PictureStep(int Completed, int Total, IReadOnlyList<LoggedEvaluation> Evaluations, RgbImage? Preview) : PictureUpdate;

/// <summary>The pictures are there.</summary>
/// <param name="Pictures">One or more.</param>
/// <param name="Policy">The policy that was used.</param>
/// <param name="Steps">What was computed, on average over pictures and guidance branches.</param>
/// <param name="Seconds">From the first evaluation to the last.</param>
/// <param name="EstimatedSpeedup">How many times as long it would have taken without the cache, or <see langword="null"/> where that is not known.</param>
/// <param name="Notes">What the user should know, in sentences.</param>
internal sealed record PicturesDone(
    IReadOnlyList<RgbImage> Pictures, string Policy, ExtentCounts Steps, double Seconds, double? EstimatedSpeedup, IReadOnlyList<string> Notes) : PictureUpdate
{
    /// <summary>Whether the pictures were made for an earlier request and stored since.</summary>
    public bool IsStored { get; init; }
}
