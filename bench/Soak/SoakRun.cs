using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>How many requests came to which end.</summary>
internal sealed class SoakTally
{
    public int Generations;
    public int Pictures;
    public int Equal;
    public int Cancelled;
    public int Dropped;
    public int Refused;
    public int Failed;
}

/// <summary>What becomes of a request.</summary>
internal enum SoakFate
{
    Ends,
    Stalls,
    Cancelled,
    Dropped,
    Refused,
    Fails,
}

/// <summary>Sends requests at random to one host and checks what comes of each.</summary>
internal sealed class SoakRun(IServiceProvider services)
{
    private const int MostSteps = 10;
    private const int Seeds = 3;

    private static readonly string[] Policies = ["None", "H2Cache", "BlockCache", "TeaCache", "DiCache", "EasyCache", "TaylorSeer", "LogSnr"];
    private static readonly string[] Prompts = ["red apple", "cat face", "penguin"];

    // Cumulative, out of 100, in the order of the fates.
    private static readonly int[] Shares = [60, 65, 80, 90, 95, 100];

    private readonly ITextToImageGenerator _generator = services.GetRequiredService<ITextToImageGenerator>();
    private readonly Dictionary<TextToImageRequest, string> _alone = [];
    private readonly Random _random = new(20_26);
    private readonly Lock _lock = new();

    public SoakTally Tally { get; } = new();

    /// <summary>Requests whose picture was another than the one made alone.</summary>
    public List<string> Different { get; } = [];

    /// <summary>Exceptions that a request of its fate should not end in.</summary>
    public List<string> Unexpected { get; } = [];

    public IDenoiserBackend Backend { get; } = services.GetRequiredService<OnnxRuntimeBackend>();

    /// <summary>Makes every picture that can be asked for once, with nothing beside it.</summary>
    public async Task LearnAsync()
    {
        foreach (var request in from policy in Policies
                                from prompt in Prompts
                                from seed in Enumerable.Range(0, Seeds)
                                from steps in Enumerable.Range(2, MostSteps - 1)
                                select Request(policy, prompt, seed, steps))
        {
            _alone.Add(request, Hash(await _generator.GenerateImageAsync(request).ConfigureAwait(false)));
        }
    }

    /// <summary>Sends a number of requests with a number in flight, and waits for all of them.</summary>
    public async Task GenerateAsync(int count, int inFlight)
    {
        using var places = new SemaphoreSlim(inFlight);
        var running = new List<Task>();
        for (var i = 0; i < count; i++)
        {
            await places.WaitAsync().ConfigureAwait(false);
            var (request, fate, after) = Draw();
            running.Add(Task.Run(async () =>
            {
                try
                {
                    await SendAsync(request, fate, after).ConfigureAwait(false);
                }
                finally
                {
                    places.Release();
                }
            }));
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        Tally.Generations += count;
    }

    private static TextToImageRequest Request(string policy, string prompt, int seed, int steps) =>
        new(prompt) { Policy = policy, Seed = seed, Steps = steps, Guidance = SampleModel.Guidance };

    private static string Hash(TextToImageResult result) => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(result.Planes.Span)));

    private (TextToImageRequest Request, SoakFate Fate, int After) Draw()
    {
        var request = Request(Policies[_random.Next(Policies.Length)], Prompts[_random.Next(Prompts.Length)], _random.Next(Seeds), _random.Next(2, MostSteps + 1));
        var share = _random.Next(100);
        var fate = (SoakFate)Array.FindIndex(Shares, s => share < s);
        return (request, fate, _random.Next(request.Steps!.Value));
    }

    private async Task SendAsync(TextToImageRequest request, SoakFate fate, int after)
    {
        try
        {
            switch (fate)
            {
                case SoakFate.Refused:
                    await _generator.GenerateImageAsync(request with { PolicyOverrides = new CachePolicyOverrides().Set("Threshhold", "0.1") }).ConfigureAwait(false);
                    break;
                case SoakFate.Fails:
                    await _generator.GenerateImageAsync(request with { Policy = FailingPolicy.PolicyName }).ConfigureAwait(false);
                    break;
                case SoakFate.Cancelled:
                    await CancelAsync(request, after).ConfigureAwait(false);
                    break;
                case SoakFate.Dropped:
                    await DropAsync(request, after).ConfigureAwait(false);
                    Count(ref Tally.Dropped);
                    break;
                default:
                    Compare(request, await ReadAsync(request, fate == SoakFate.Stalls).ConfigureAwait(false));
                    return;
            }

            if (fate is SoakFate.Refused or SoakFate.Fails)
            {
                Record(Unexpected, Invariant($"{fate} ended without an exception: {request}"));
            }
        }
        catch (OperationCanceledException) when (fate == SoakFate.Cancelled)
        {
            Count(ref Tally.Cancelled);
        }
        catch (Exception refused) when (fate == SoakFate.Refused && refused is ArgumentException or OptionsValidationException)
        {
            Count(ref Tally.Refused);
        }
        catch (InvalidOperationException) when (fate == SoakFate.Fails)
        {
            Count(ref Tally.Failed);
        }
        catch (Exception problem)
        {
            Record(Unexpected, Invariant($"{fate}, {request.Policy}, {request.Steps} steps: {problem.GetType().Name}: {problem.Message}"));
        }
    }

    /// <summary>Cancels after a number of evaluations.</summary>
    private async Task CancelAsync(TextToImageRequest request, int after)
    {
        using var cancel = new CancellationTokenSource();
        await foreach (var update in _generator.GenerateAsync(request, cancel.Token).ConfigureAwait(false))
        {
            if (update is TextToImageProgress progress && progress.Completed >= after)
            {
                await cancel.CancelAsync().ConfigureAwait(false);
            }
        }

        Count(ref Tally.Cancelled); // It was done before it heard of it.
    }

    /// <summary>Leaves the enumeration after a number of evaluations.</summary>
    private async Task DropAsync(TextToImageRequest request, int after)
    {
        await foreach (var update in _generator.GenerateAsync(request).ConfigureAwait(false))
        {
            if (update is TextToImageProgress progress && progress.Completed >= after)
            {
                break;
            }
        }
    }

    private async Task<TextToImageResult> ReadAsync(TextToImageRequest request, bool stalls)
    {
        TextToImageResult? result = null;
        await foreach (var update in _generator.GenerateAsync(request with { ReportDecisions = stalls }).ConfigureAwait(false))
        {
            result = update as TextToImageResult ?? result;
            if (stalls)
            {
                await Task.Delay(5).ConfigureAwait(false);
            }
        }

        return result!;
    }

    private void Compare(TextToImageRequest request, TextToImageResult result)
    {
        var equal = _alone[request] == Hash(result);
        Count(ref Tally.Pictures);
        if (equal)
        {
            Count(ref Tally.Equal);
        }
        else
        {
            Record(Different, Invariant($"{request.Policy}, '{request.Prompt}', seed {request.Seed}, {request.Steps} steps"));
        }
    }

    private static void Count(ref int counter) => Interlocked.Increment(ref counter);

    private void Record(List<string> list, string text)
    {
        lock (_lock)
        {
            list.Add(text);
        }
    }
}
