using System.Text;
using CachePolicies.Reporting;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>The report of the server's load.</summary>
internal static class LoadReport
{
    private const double Mebibyte = 1 << 20;

    public static string Of(IReadOnlyCollection<LoadAnswer> answers, IReadOnlyList<ServerState> states, ServerState last, TimeSpan elapsed, int inFlight, ServerProcess server)
    {
        var text = new StringBuilder("# The server under load and faults\n\n");
        var others = answers.Where(a => !a.IsExpected).ToArray();
        text.Append(Invariant($"{answers.Count:N0} requests over the loopback interface to one server process with the sample model, {inFlight} in flight, in {elapsed.TotalSeconds:F0} s ({answers.Count / elapsed.TotalSeconds:F0} a second). "));
        text.Append(others.Length == 0 ? "Every one was answered as it should be.\n\n" : Invariant($"{others.Length} were answered otherwise: {string.Join(", ", others.GroupBy(o => $"{o.Kind.Name} with {o.Outcome}").Select(g => Invariant($"{g.Count()} × {g.Key}")))}.\n\n"));
        text.Append(Kinds(answers));
        text.Append("\n## Memory\n\n").Append(Memory(states));
        var (early, late) = (Mean(states, 0.25, 0.5), Mean(states, 0.75, 1));
        text.Append(Invariant($"\nMean working set in the second quarter {early:F0} MiB, in the last {late:F0} MiB ({(late / early) - 1:+0.0 %;-0.0 %}).\n"));
        text.Append("\n## At the end\n\n");
        text.Append(Invariant($"Leased features: {last.FeatureBytes:F0} bytes. Generations: {last.Active:F0} running, {last.Queued:F0} waiting. Places of the rate limiter, without that of the question: {last.Leases - 1:F0}. Errors in the log: {server.Failures}. "));
        text.Append(server.IsRunning && last.IsAtRest ? "The server runs and holds nothing.\n" : "**The server holds something, or has ended.**\n");
        return text.ToString();
    }

    private static string Kinds(IReadOnlyCollection<LoadAnswer> answers)
    {
        var table = new TextTable(
            new TableColumn("request", ColumnAlignment.Left), new TableColumn("sent"), new TableColumn("expected"), new TableColumn("as expected"), new TableColumn("median ms"), new TableColumn("99 % ms"));
        foreach (var kind in LoadKind.All)
        {
            var ofKind = answers.Where(a => a.Kind == kind).OrderBy(a => a.Elapsed).ToArray();
            if (ofKind.Length > 0)
            {
                table.AddRow(kind.Name, Invariant($"{ofKind.Length}"), kind.Expected, Invariant($"{ofKind.Count(a => a.IsExpected)}"), At(ofKind, 0.5), At(ofKind, 0.99));
            }
        }

        return table.ToMarkdown();
    }

    private static string At(LoadAnswer[] sorted, double share) => Invariant($"{sorted[(int)(share * (sorted.Length - 1))].Elapsed.TotalMilliseconds:F1}");

    private static string Memory(IReadOnlyList<ServerState> states)
    {
        var table = new TextTable(new TableColumn("requests"), new TableColumn("working set MiB"), new TableColumn("managed heap MiB"), new TableColumn("connections"));
        foreach (var state in states.Where((_, i) => i % 2 == 1 || states.Count < 4))
        {
            table.AddRow(Invariant($"{state.Requests}"), Invariant($"{state.WorkingSet / Mebibyte:F0}"), Invariant($"{state.Heap / Mebibyte:F1}"), Invariant($"{state.Connections:F0}"));
        }

        return table.ToMarkdown();
    }

    private static double Mean(IReadOnlyList<ServerState> states, double from, double to)
    {
        var part = states.Skip((int)(from * states.Count)).Take(Math.Max(1, (int)((to - from) * states.Count))).ToArray();
        return part.Average(s => s.WorkingSet) / Mebibyte;
    }
}
