using System.Diagnostics;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>Tells on standard error how far a bench is and how long it will take.</summary>
internal sealed class Progress(string what, int total)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private int _done;

    /// <summary>One more part is done.</summary>
    public void Done(string part)
    {
        _done++;
        var minutes = Stopwatch.GetElapsedTime(_start).TotalMinutes;
        Console.Error.WriteLine(Invariant($"{what} {_done}/{total} after {minutes:F1} min, about {minutes / _done * (total - _done):F1} min left: {part}"));
    }
}
