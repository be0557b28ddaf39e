using System.Text;
using CachePolicies.Reporting;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>The report of the server's loads.</summary>
internal static class ServingReport
{
    public static string Of(SampleModel model, ServingComparison comparison, ServedPolicy[] policies, int variants)
    {
        var text = new StringBuilder("# Requests that share the device\n\n");
        text.Append(Invariant($"Poisson arrivals, faster than they can be served, with the stated number in flight at a time; one picture per request, {comparison.Steps} steps, guidance {SampleModel.Guidance}. {model.Description} "));
        text.Append("Latency: from the moment a request is let in until its picture is there. CPU: what all threads spent running, per picture. PSNR: mean against the uncached pictures.\n\n");
        text.Append("- **one after another**: a request has the device for itself.\n");
        text.Append("- **batches**: whoever waits begins together with one decision for all (at the threshold that gives equal quality in [batch.md](batch.md)), or with decisions of their own; who comes later waits until the batch is done.\n");
        text.Append("- **scheduler**: requests come and go; lanes that wait for the same stage share runs of up to 8 rows.\n");
        text.Append(Invariant($"- **scheduler, a run a core**: {model.Threads} runs at once of up to 4 rows, each with one thread.\n\n"));
        text.Append("## Pictures per second and latency\n\n").Append(Loads(comparison, policies));
        text.Append("\n## What sharing gains with 16 in flight\n\n");
        text.Append("Own speed-up: the policy over no cache, both one after another. Gain: the scheduler over one after another with the same policy; above 1, it serves more than the policy's own speed-up times ");
        text.Append("the uncached server of today. Alone: the same ratio with one request in flight.\n\n");
        text.Append(Gains(comparison, policies));
        text.Append(Invariant($"\n## Other settings of the scheduler with {variants} in flight\n\nPictures per second, and CPU seconds per picture.\n\n")).Append(Settings(comparison, policies, variants));
        return text.ToString();
    }

    private static string Loads(ServingComparison comparison, ServedPolicy[] policies)
    {
        var table = new TextTable(
            new TableColumn("policy", ColumnAlignment.Left),
            new TableColumn("way", ColumnAlignment.Left),
            new TableColumn("in flight"),
            new TableColumn("pictures/s"),
            new TableColumn("median s"),
            new TableColumn("95 % s"),
            new TableColumn("99 % s"),
            new TableColumn("CPU s"),
            new TableColumn("PSNR"));
        foreach (var cell in policies.SelectMany(p => ServingComparison.Loads.SelectMany(l => Of(comparison, p, l.InFlight))))
        {
            table.AddRow(
                cell.Policy.Name,
                cell.Way,
                Invariant($"{cell.InFlight}"),
                Invariant($"{cell.PicturesPerSecond:F2}"),
                Invariant($"{cell.Latency(0.5):F2}"),
                Invariant($"{cell.Latency(0.95):F2}"),
                Invariant($"{cell.Latency(0.99):F2}"),
                Invariant($"{cell.CpuSeconds:F2}"),
                Figures.Decibels(cell.Psnr(comparison.References)));
        }

        return table.ToMarkdown();
    }

    private static IEnumerable<ServingCell> Of(ServingComparison comparison, ServedPolicy policy, int inFlight) =>
        comparison.Cells.Where(c => c.Policy == policy && c.InFlight == inFlight).Take(inFlight == 1 ? 3 : 5);

    private static string Gains(ServingComparison comparison, ServedPolicy[] policies)
    {
        var table = new TextTable(
            new TableColumn("policy", ColumnAlignment.Left),
            new TableColumn("own speed-up"),
            new TableColumn("gain"),
            new TableColumn("gain, a run a core"),
            new TableColumn("alone"),
            new TableColumn("alone, a run a core"));
        foreach (var policy in policies)
        {
            table.AddRow(
                policy.Name,
                Times(Rate(policy, ServingComparison.Alone, 16), Rate(policies[0], ServingComparison.Alone, 16)),
                Gain(policy, ServingComparison.Shared, 16),
                Gain(policy, ServingComparison.SharedByCores, 16),
                Gain(policy, ServingComparison.Shared, 1),
                Gain(policy, ServingComparison.SharedByCores, 1));
        }

        return table.ToMarkdown();

        double Rate(ServedPolicy policy, string way, int inFlight) => comparison.Find(policy, way, inFlight)!.PicturesPerSecond;
        string Gain(ServedPolicy policy, string way, int inFlight) => Times(Rate(policy, way, inFlight), Rate(policy, ServingComparison.Alone, inFlight));
        static string Times(double rate, double other) => Invariant($"{rate / other:F2}×");
    }

    private static string Settings(ServingComparison comparison, ServedPolicy[] policies, int inFlight)
    {
        var names = comparison.Cells.Where(c => c.Policy == policies[0] && c.InFlight == inFlight).Skip(5).Select(c => c.Way).ToArray();
        var table = new TextTable([new TableColumn("settings", ColumnAlignment.Left), .. policies.Select(p => new TableColumn(p.Name.Split(',')[0]))]);
        foreach (var name in names.Prepend(ServingComparison.SharedByCores).Prepend(ServingComparison.Shared).Prepend(ServingComparison.Alone))
        {
            table.AddRow([name, .. policies.Select(p => RateAndCpu(comparison.Find(p, name, inFlight)!))]);
        }

        return table.ToMarkdown();

        static string RateAndCpu(ServingCell cell) => Invariant($"{cell.PicturesPerSecond:F2} ({cell.CpuSeconds:F2})");
    }
}
