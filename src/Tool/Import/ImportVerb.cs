using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using CachePolicies.Diffusers;
using CachePolicies.Policies;
using CachePolicies.Reporting;

namespace CachePolicies.Tool;

/// <summary><c>import</c>: cuts a pipeline's denoiser into stages ahead of its first use, and shows what was found.</summary>
internal static class ImportVerb
{
    public static Command Create(ToolConsole console)
    {
        var folder = new Argument<string>("FOLDER") { Description = "A pipeline's folder as 'optimum-cli export onnx' writes it." };
        var json = SharedOptions.Json();
        var command = new Command("import", "Cuts the denoiser of a pipeline into stages and shows what the folder holds.") { folder, json };
        command.SetAction((parsed, cancellationToken) =>
        {
            var pipeline = DiffusersFolder.Open(parsed.GetRequiredValue(folder));
            var defaults = pipeline.Defaults;
            var import = DiffusersImport.Ensure(pipeline, cancellationToken);
            var layout = import.Stages.LayoutFor(pipeline, defaults.Sizes.Usual);
            var memory = PipelineMemory.Of(pipeline, import.Stages, defaults.Sizes.Usual);
            var looks = PolicyCatalog.All.Select(p => PolicyLook.Of(p, layout)).ToArray();
            if (parsed.GetValue(json))
            {
                JsonLine.Write(console.Output, ToJson(pipeline, import, memory, looks));
            }
            else
            {
                Write(console.Output, pipeline, import, memory, looks);
            }

            return Task.FromResult(ExitCodes.Success);
        });
        return command;
    }

    private static void Write(TextWriter output, DiffusersFolder pipeline, ImportResult import, PipelineMemory memory, IReadOnlyList<PolicyLook> looks)
    {
        var defaults = pipeline.Defaults;
        output.WriteLine($"{pipeline.Path}: {pipeline.Recipe.Name}{(pipeline.DiffusersVersion is { } version ? $", exported with diffusers {version}" : "")}");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"pictures of {defaults.Sizes.Usual}, {defaults.Steps} steps, guidance {defaults.Guidance}, unless asked otherwise"));
        output.WriteLine();
        var parts = new TextTable(new("part", ColumnAlignment.Left), new("size"), new("what it is for", ColumnAlignment.Left));
        foreach (var part in pipeline.Recipe.Parts)
        {
            var found = pipeline.Find(part.Name);
            parts.AddRow(part.Name, found is null ? "missing" : found.Graph is null ? "" : PipelineMemory.InWords(found.Bytes), part.Purpose);
        }

        output.Write(parts.ToPlainText());
        output.WriteLine();
        output.WriteLine(import.Split is null ? $"The stages are in '{import.Stages.Path}' already." : $"Cut into stages in '{import.Stages.Path}'.");
        foreach (var notice in import.Split?.Notices ?? [])
        {
            output.WriteLine(notice);
        }

        if (import.Split is { } split)
        {
            var stages = new TextTable(new("stage", ColumnAlignment.Left), new("weights"), new("compute"));
            foreach (var stage in split.Description.Stages)
            {
                stages.AddRow(stage.Name, PipelineMemory.InWords(stage.WeightBytes), string.Create(CultureInfo.InvariantCulture, $"{stage.ComputeShare:0.0 %}"));
            }

            output.Write(stages.ToPlainText());
        }

        output.WriteLine($"{memory}.");
        output.WriteLine();
        var policies = new TextTable(new("policy", ColumnAlignment.Left), new("keeps per lane"), new("looks at", ColumnAlignment.Left));
        foreach (var look in looks)
        {
            policies.AddRow(look.Policy, look.Refusal is null ? PipelineMemory.InWords(look.BytesPerLane) : "", look.Refusal ?? look.Measures);
        }

        output.Write(policies.ToPlainText());
    }

    private static JsonObject ToJson(DiffusersFolder pipeline, ImportResult import, PipelineMemory memory, IReadOnlyList<PolicyLook> looks) => new()
    {
        ["folder"] = pipeline.Path,
        ["recipe"] = pipeline.Recipe.Name,
        ["parts"] = JsonLine.Array(pipeline.Parts.Values.OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => (JsonNode?)new JsonObject { ["name"] = p.Name, ["bytes"] = p.Bytes })),
        ["stages"] = import.Stages.Path,
        ["cutNow"] = import.Split is not null,
        ["peakBytes"] = memory.Peak,
        ["stagesResultBytes"] = memory.StagesResults,
        ["decoderResultBytes"] = memory.DecoderResults,
        ["policies"] = JsonLine.Array(looks.Select(l => (JsonNode?)new JsonObject
        {
            ["policy"] = l.Policy,
            ["bytesPerLane"] = l.BytesPerLane,
            ["looksAt"] = l.Measures,
            ["refused"] = l.Refusal,
        })),
    };
}
