namespace CachePolicies.Engine.Tests.Sampling;

/// <summary>Every sampler in every form that its settings give it.</summary>
internal static class AllSamplers
{
    private static readonly PredictionType[] Discrete = [PredictionType.Epsilon, PredictionType.Velocity, PredictionType.Sample];

    public static IReadOnlyDictionary<string, ISampler> ByName { get; } = Create().ToDictionary(s => s.Name, s => s.Sampler);

    public static TheoryData<string> Names => [.. ByName.Keys];

    /// <summary>Those without fresh noise.</summary>
    public static TheoryData<string> Deterministic => [.. ByName.Where(s => !s.Value.CreateSchedule(5).DrawsNoise).Select(s => s.Key)];

    private static IEnumerable<(string Name, ISampler Sampler)> Create()
    {
        yield return ("flow", new FlowMatchEulerSampler(3));
        yield return ("flow trained", new FlowMatchEulerSampler(new FlowMatchOptions { Shift = 3, Sigmas = FlowSigmas.Trained }));
        yield return ("flow stretched", new FlowMatchEulerSampler(new FlowMatchOptions { TerminalSigma = 0.02 }));
        yield return ("flow stochastic", new FlowMatchEulerSampler(new FlowMatchOptions { Stochastic = true }));
        yield return ("flow heun", new FlowMatchHeunSampler(2));
        foreach (var spacing in Enum.GetValues<SigmaSpacing>())
        {
            yield return ($"flow {spacing}", new FlowMatchEulerSampler(new FlowMatchOptions { Spacing = spacing }));
            yield return ($"euler {spacing}", new EulerSampler(new EulerOptions { SigmaSpacing = spacing }));
            yield return ($"heun {spacing}", new HeunSampler(new HeunOptions { SigmaSpacing = spacing }));
        }

        foreach (var prediction in Discrete)
        {
            yield return ($"ddim {prediction}", new DdimSampler(new DdimOptions { Prediction = prediction }));
            yield return ($"ddim limited {prediction}", new DdimSampler(new DdimOptions { Prediction = prediction, DataLimit = 1 }));
            yield return ($"euler {prediction}", new EulerSampler(new EulerOptions { Prediction = prediction, Spacing = TimestepSpacing.Trailing }));
            yield return ($"heun {prediction}", new HeunSampler(new HeunOptions { Prediction = prediction, DataLimit = 2 }));
            yield return ($"lcm {prediction}", new LcmSampler(new LcmOptions { Prediction = prediction, DataLimit = 2 }));
            for (var order = 1; order <= 3; order++)
            {
                yield return ($"dpm {order} {prediction}", new DpmSolverSampler(new DpmSolverOptions { Order = order, Prediction = prediction, HeunSteps = order == 2 }));
                yield return ($"unipc {order} {prediction}", new UniPcSampler(new UniPcOptions { Order = order, Prediction = prediction, LinearScale = order == 2 }));
            }
        }

        yield return ("ddim zero", new DdimSampler(new DdimOptions { ZeroTerminalSnr = true, Prediction = PredictionType.Velocity, Spacing = TimestepSpacing.Trailing }));
        yield return ("euler ending", new EulerSampler(new EulerOptions { EndsAtSmallestSigma = true }));
        yield return ("euler log-linear", new EulerSampler(new EulerOptions { LogLinear = true }));
        yield return ("euler ancestral", new EulerAncestralSampler());
        yield return ("pndm", new PndmSampler());
        yield return ("pndm velocity", new PndmSampler(new PndmOptions { Prediction = PredictionType.Velocity }));
        yield return ("lcm", new LcmSampler());
        yield return ("unipc noise", new UniPcSampler(new UniPcOptions { PredictsNoise = true, EndsAtSmallestSigma = true }));
        yield return ("unipc uncorrected", new UniPcSampler(new UniPcOptions { UncorrectedSteps = [0, 2] }));
        yield return ("unipc flow", new UniPcSampler(new UniPcOptions { Prediction = PredictionType.Flow, SigmaSpacing = MultistepSpacing.Flow, FlowShift = 3 }));
        yield return ("dpm flow", new DpmSolverSampler(new DpmSolverOptions { Prediction = PredictionType.Flow, SigmaSpacing = MultistepSpacing.Flow, FlowShift = 3 }));
        foreach (var algorithm in Enum.GetValues<DpmSolverAlgorithm>())
        {
            yield return ($"dpm {algorithm}", new DpmSolverSampler(new DpmSolverOptions { Algorithm = algorithm, EndsAtSmallestSigma = true }));
        }

        foreach (var spacing in Enum.GetValues<MultistepSpacing>().Where(s => s is not (MultistepSpacing.Even or MultistepSpacing.Flow)))
        {
            yield return ($"dpm {spacing}", new DpmSolverSampler(new DpmSolverOptions { SigmaSpacing = spacing }));
        }
    }
}
