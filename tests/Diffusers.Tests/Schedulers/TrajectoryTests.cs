using System.Collections.Immutable;
using CachePolicies.Backends.Cpu;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;

namespace CachePolicies.Diffusers.Tests.Schedulers;

/// <summary>The engine's own loop, with a denoiser that answers what the model answered, goes where diffusers' scheduler went.</summary>
public sealed class TrajectoryTests
{
    /// <summary>Differences are compared with the largest number of the state: diffusers' own float32 is not a finer.</summary>
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Names => [.. Trajectories.All.Keys];

    [Fact]
    public void All_recorded_trajectories_are_there() => Assert.Equal(107, Trajectories.All.Count);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_timesteps_and_the_initial_scale_are_those_of_diffusers(string name)
    {
        var truth = Trajectories.All[name];
        var schedule = Schedule(truth);
        Assert.Equal(truth.Timesteps.Count, schedule.Evaluations.Length);
        Assert.All(truth.Timesteps.Zip(schedule.Evaluations), pair => Assert.Equal(pair.First, pair.Second.Timestep, 2e-3 + (1e-6 * pair.First)));

        // The first latent in the model's scale is the scheduler's start as it scales its input.
        Assert.All(truth.Inputs.Take(truth.Elements).Zip(truth.Start), pair => Assert.Equal(pair.First, pair.Second * schedule.InitialScale, 1e-5 * Math.Abs(pair.First) + 1e-6));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_latent_is_that_of_diffusers(string name)
    {
        using var backend = new CpuBackend();
        var worst = LargestDifference(Trajectories.All[name], backend);
        Assert.Equal(0, backend.Statistics.LiveTensors);
        Assert.True(worst < Tolerance, $"The largest difference is {worst:E2} of the state's largest number.");
    }

    [Fact]
    public void Each_latent_is_that_of_diffusers_where_ONNX_Runtime_computes_it()
    {
        // One backend for all: kernels of equal form are compiled once.
        using var backend = new OnnxRuntimeBackend(new OnnxRuntimeOptions { Threads = 1 });
        Assert.All(Trajectories.All.Values, truth => Assert.InRange(LargestDifference(truth, backend), 0, Tolerance));
        Assert.Equal(0, backend.Statistics.LiveTensors);
    }

    /// <summary>Prints what the tables in the documentation show; run with the variable set to the file to write.</summary>
    [Fact]
    public async Task The_differences_can_be_written_to_a_file()
    {
        using var backend = new CpuBackend();
        var lines = Trajectories.All.Values.Select(t => FormattableString.Invariant($"{t.Name}\t{LargestDifference(t, backend):E2}")).ToList();
        Assert.Equal(107, lines.Count);
        if (Environment.GetEnvironmentVariable("CACHEPOLICIES_DIFFERENCES") is { } path)
        {
            await File.WriteAllLinesAsync(path, lines);
        }
    }

    private static double LargestDifference(Trajectory truth, IDenoiserBackend backend)
    {
        var schedule = Schedule(truth);
        var call = 0;
        var loop = RecordedDenoiser.Loop(backend, truth.Elements, Sampler(truth), () => truth.Outputs.AsSpan(call * truth.Elements, truth.Elements));
        var drawn = 0;
        var sample = new GenerationSample(truth.Start.ToArray(), ImmutableDictionary<string, InputValue>.Empty)
        {
            FreshNoise = () => destination => truth.Noise.AsSpan(drawn++ * truth.Elements, truth.Elements).CopyTo(destination),
        };
        using var generation = loop.Start(new GenerationRequest(truth.Steps, [sample]) { ImageTokens = truth.ImageTokens });
        var worst = Difference(truth.Inputs, 0);
        while (generation.MoveNext())
        {
            call++;
            worst = Math.Max(worst, call < schedule.Evaluations.Length ? Difference(truth.Inputs, call) : Difference(truth.States, call));
        }

        return worst;

        double Difference(float[] expected, int at)
        {
            var numbers = generation.DownloadLatent(0);
            var row = expected.AsSpan(at * truth.Elements, truth.Elements);
            if (row.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            {
                // UniPC with B(h) = h ends in ∞ · 0 in diffusers; the step is of first order and has a value.
                return numbers.All(float.IsFinite) ? 0 : double.PositiveInfinity;
            }

            var (difference, largest) = (0.0, 0.0);
            for (var i = 0; i < row.Length; i++)
            {
                difference = Math.Max(difference, Math.Abs((double)numbers[i] - row[i]));
                largest = Math.Max(largest, Math.Abs(row[i]));
            }

            return numbers.Any(float.IsNaN) ? double.PositiveInfinity : difference / largest;
        }
    }

    private static ISampler Sampler(Trajectory truth) =>
        SchedulerConfig.Parse(truth.Configuration(), truth.Name, new SchedulerContext { EvenSigmas = truth.EvenSigmas });

    private static SamplingSchedule Schedule(Trajectory truth) => Sampler(truth).CreateSchedule(new ScheduleRequest(truth.Steps, ImageTokens: truth.ImageTokens));
}
