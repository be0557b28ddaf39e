using CachePolicies.Engine;

namespace CachePolicies.Bench;

/// <summary>A batch under one way of deciding.</summary>
/// <param name="Threshold">The policy's threshold.</param>
/// <param name="Psnr">Mean against the uncached batch, in decibels.</param>
/// <param name="Extents">How much was computed per lane.</param>
/// <param name="Seconds">The time of the batch in each round.</param>
internal sealed record BatchRun(float Threshold, double Psnr, ExtentCounts Extents, double[] Seconds);

/// <summary>A batch under decisions of each sample beside the same samples alone.</summary>
/// <param name="LargestDifference">Between the latents.</param>
/// <param name="DecidedOtherwise">Evaluations of a lane in which other stages were computed.</param>
/// <param name="Evaluations">Evaluations of all lanes.</param>
/// <param name="StageRows">Stages that ran, each times its lanes, in the batch.</param>
/// <param name="StageRowsAlone">The same in all the runs alone.</param>
/// <param name="SecondsAlone">The sum of the times alone.</param>
internal sealed record BatchAgainstAlone(double LargestDifference, int DecidedOtherwise, int Evaluations, long StageRows, long StageRowsAlone, double SecondsAlone);

/// <summary>What was measured of one policy.</summary>
internal sealed record BatchRow(BatchPolicy Policy, BatchRun PerSample, BatchRun OneForAll, BatchAgainstAlone Alone);
