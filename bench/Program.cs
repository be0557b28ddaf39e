using CachePolicies.Bench;

const string Usage = """
    Usage: dotnet run -c Release --project bench -- COMMAND [OPTIONS]

      kernels                Estimators on 4096 x 3072 float32 against one plain read of both tensors.
      policies               Every policy over a sweep of its thresholds on the sample model, beside the control.
      backends               What the run-time costs on a staged model: scripted decisions, checks, managed allocation.
      fit                    TeaCache's polynomial for the sample model, from recorded runs.

      --rounds N             kernels: how many interleaved rounds (60).
      --prompts N            policies, fit: how many known and how many new prompts (8).
      --steps N              policies, fit: sampler steps (100).
      --threads N            policies: threads of ONNX Runtime (1). With one, the thread's own time is measured,
                             which others on the machine do not disturb; with more, the wall clock.
      --only TEXT            policies: only rows whose policy or settings contain the text.
      --model DIRECTORY      the staged model (models/emoji).
      --out DIRECTORY        where the tables go (bench/results); '-' writes no file.
    """;

if (args is ["backends", .. var rest])
{
    return BackendBench.Run(rest);
}

try
{
    var options = BenchOptions.Parse(args);
    switch (options.Command)
    {
        case "kernels":
            KernelBench.Run(options);
            break;
        case "policies":
            PolicyBench.Run(options);
            break;
        case "fit":
            PolynomialFit.Run(options);
            break;
        default:
            throw new ArgumentException($"The command '{options.Command}' is unknown.");
    }

    return 0;
}
catch (ArgumentException error)
{
    Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine(Usage);
    Console.Error.WriteLine(BackendBench.Usage);
    return 2;
}
