using System.Diagnostics;
using CachePolicies;
using CachePolicies.Bench;

const string Usage = """
    Usage: dotnet run -c Release --project bench -- COMMAND [OPTIONS]

      all                    Everything below in turn; writes every file of results.
      kernels                Estimators on 4096 x 3072 float32 against one plain read of both tensors.
      backends               What the run-time costs on a staged model: scripted decisions, checks, managed allocation.
      pipeline               A pipeline of FLUX's or SD3's shape with random weights: memory, opening, steps, whole against staged.
      policies               Policies over a sweep of their thresholds on the sample model, compared with the control.
      catalogue              Every policy at one quality at 28, 50 and 100 steps, with and without a forced last step.
      paper                  The tables and checks of H2-Cache's paper on every trained model, with plots.
      front                  Which policy leads at which speed: all of them at 28, 50 and 100 steps, as tables and plots.
      batch                  Eight prompts in one batch: a decision for each sample against one for all.
      soak                   Ten thousand generations with faults mixed in: pictures against those made alone, memory.
      serving                Requests that arrive at random: one after another, whole batches, shared stage runs.
      load                   Thousands of requests to a server, half of them wrong, slow or gone: answers, memory, leases.

      --prompts N            policies: how many known and how many new prompts (8); catalogue (4); batch (4).
      --steps N              Sampler steps (100); catalogue: instead of 28, 50 and 100.
      --threads N            Threads of ONNX Runtime (policies, catalogue, batch: 2; backends: 1). With one, the thread's own time is
                             measured, which others on the machine do not disturb; with more, the wall clock.
      --rounds N             kernels: interleaved rounds (60); backends: rounds (20); batch: timed rounds (3); pipeline: timed steps (5);
                             soak: generations (10,000); load: requests (10,000).
      --target DB            catalogue: the mean PSNR that settings are chosen for (40).
      --only TEXT            policies: only rows whose policy or settings contain the text; catalogue, batch: whose policy; pipeline: sd3 or flux;
                             paper: only sections whose title contains it.
      --provider NAME        backends: the execution provider (CPU).
      --flux SIZE            backends: a model of FLUX's shape in place of the sample model: small, Float16 or BFloat16.
      --waiting HOW          backends: how the run-time's threads wait: Sleep, SpinDuringRun or Spin (Sleep).
      --model DIRECTORY      The staged model (models/emoji; paper: models/emoji-unet as well, where it is there).
      --out DIRECTORY        Where the tables go (bench/results); '-' writes no file.
    """;

// In the order of "all": what takes longest and says most comes first.
(string Name, Action<BenchOptions> Run)[] commands =
[
    ("policies", PolicyBench.Run),
    ("catalogue", CatalogueBench.Run),
    ("paper", PaperBench.Run),
    ("front", FrontBench.Run),
    ("batch", BatchBench.Run),
    ("serving", ServingBench.Run),
    ("soak", SoakBench.Run),
    ("load", LoadBench.Run),
    ("backends", BackendBench.Run),
    ("kernels", KernelBench.Run),
    ("pipeline", PipelineBench.Run),
];

try
{
    var options = BenchOptions.Parse(args);
    var chosen = Array.FindAll(commands, c => options.Command == "all" || options.Command == c.Name);
    if (chosen.Length == 0)
    {
        throw new ArgumentException(options.Command.Length == 0 ? "A command is missing." : $"The command '{options.Command}' is unknown.");
    }

    foreach (var (name, run) in chosen)
    {
        var start = Stopwatch.GetTimestamp();
        run(options);
        Console.Error.WriteLine(FormattableString.Invariant($"{name} took {Stopwatch.GetElapsedTime(start).TotalMinutes:F1} min."));
    }

    return 0;
}
catch (Exception error) when (error is ArgumentException or IOException or InvalidDataException or UnauthorizedAccessException or CachePlanException)
{
    Console.Error.WriteLine(error.Message);
    if (error is ArgumentException)
    {
        Console.Error.WriteLine(Usage);
    }

    return 2;
}
