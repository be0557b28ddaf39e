using CachePolicies.Samples.TextToImage;

// Makes pictures of text under every caching policy and shows what each one saved and what it cost.
// The parts: Arguments reads the command line, Services registers model and policies, Comparison measures, Report shows.
using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupt.Cancel();
};

try
{
    return await Sample.RunAsync(Arguments.Parse(args), interrupt.Token);
}
catch (BadInputException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 2;
}
catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
{
    Console.Error.WriteLine("Cancelled; nothing was written.");
    return 1;
}
