using System.CommandLine;
using System.Text.Json.Nodes;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Reporting;

namespace CachePolicies.Tool;

/// <summary><c>providers</c>: what this machine can run on, and what each missing provider lacks. Only a session tells, so one is opened on each.</summary>
internal static class ProvidersVerb
{
    private static readonly string[] Known = ["CPU", "CUDA", "TensorRT", "WebGPU"];

    public static Command Create(ToolConsole console)
    {
        var json = SharedOptions.Json();
        var command = new Command("providers", "Lists what this machine can run models on, and what each missing provider lacks.") { json };
        command.SetAction(parsed =>
        {
            var providers = Known.Select(name => (Name: name, Lacks: LackOf(name))).ToArray();
            if (parsed.GetValue(json))
            {
                foreach (var (name, lacks) in providers)
                {
                    JsonLine.Write(console.Output, new JsonObject { ["provider"] = name, ["available"] = lacks is null, ["lacks"] = lacks });
                }
            }
            else
            {
                var table = new TextTable(new("provider", ColumnAlignment.Left), new("", ColumnAlignment.Left), new("what it lacks", ColumnAlignment.Left));
                foreach (var (name, lacks) in providers)
                {
                    table.AddRow(name, lacks is null ? "ready" : "missing", lacks ?? "");
                }

                console.Output.Write(table.ToPlainText());
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static string? LackOf(string provider)
    {
        try
        {
            using var backend = new OnnxRuntimeBackend(new OnnxRuntimeOptions { Providers = { provider, "CPU" } });
            return backend.Selection.Rejected is [var rejected, ..] ? rejected.Reason : null;
        }
        catch (ProviderNotAvailableException missing)
        {
            return missing.Message;
        }
    }
}
