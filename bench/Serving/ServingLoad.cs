using System.Collections.Concurrent;
using System.Diagnostics;
using CachePolicies.Engine;

namespace CachePolicies.Bench;

/// <summary>What came of one load on one way.</summary>
/// <param name="PicturesPerSecond">From the first arrival to the last picture.</param>
/// <param name="Latencies">From arrival to picture, in seconds, in rising order.</param>
/// <param name="CpuSeconds">What all threads of the process spent running, per picture.</param>
/// <param name="Pictures">Each picture's numbers by the index of its request.</param>
internal sealed record ServedLoad(double PicturesPerSecond, double[] Latencies, double CpuSeconds, IReadOnlyDictionary<int, float[]> Pictures)
{
    /// <summary>The latency that this share of the requests keeps within (nearest rank).</summary>
    public double Latency(double share) => Latencies[Math.Clamp((int)Math.Ceiling(share * Latencies.Length) - 1, 0, Latencies.Length - 1)];
}

/// <summary>
/// Poisson arrivals at a server that is never short of work: the gaps between arrivals are exponential, faster than any way serves, and a request that would be
/// one more than the limit in flight waits outside until another is done. Its latency begins when it is let in.
/// </summary>
/// <param name="requests">The requests, served in this order and over again.</param>
/// <param name="inFlight">The most that are in flight.</param>
/// <param name="count">How many arrive.</param>
/// <param name="meanGap">The mean gap between arrivals, in seconds.</param>
internal sealed class ServingLoad(GenerationRequest[] requests, int inFlight, int count, double meanGap)
{
    /// <summary>Runs the load; the same arrivals for each way.</summary>
    public async Task<ServedLoad> RunAsync(IServingWay way)
    {
        var random = new Random(20_251_027);
        using var room = new SemaphoreSlim(inFlight);
        var latencies = new ConcurrentBag<double>();
        var pictures = new ConcurrentDictionary<int, float[]>();
        var running = new List<Task>();
        var began = Stopwatch.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        var next = 0.0;
        for (var i = 0; i < count; i++)
        {
            var wait = next - Stopwatch.GetElapsedTime(began).TotalSeconds;
            if (wait > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(wait)).ConfigureAwait(false);
            }

            next += -Math.Log(1 - random.NextDouble()) * meanGap;
            await room.WaitAsync().ConfigureAwait(false);
            running.Add(ServeAsync(i % requests.Length));
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return new ServedLoad(count / seconds, [.. latencies.Order()], (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / count, pictures);

        async Task ServeAsync(int index)
        {
            var arrived = Stopwatch.GetTimestamp();
            var latents = await way.ServeAsync(requests[index]).ConfigureAwait(false);
            latencies.Add(Stopwatch.GetElapsedTime(arrived).TotalSeconds);
            pictures[index] = Pictures.Clamp(latents[0]);
            room.Release();
        }
    }
}
