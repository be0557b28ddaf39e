using System.CommandLine;
using System.CommandLine.Parsing;
using CachePolicies.Splitting;

namespace CachePolicies.Tool;

/// <summary>What the verbs that look at a model share: its path and what a person may tell about it.</summary>
internal sealed class ModelArguments
{
    private readonly Argument<string> _model = new("MODEL") { Description = "The model's ONNX file." };
    private readonly Option<string?> _latent = new("--latent") { Description = "The input that holds the noisy latents, where it is not found." };
    private readonly Option<string?> _timestep = new("--timestep") { Description = "The input that holds the timestep, where it is not found." };
    private readonly Option<int> _probeDepth = new("--probe-depth") { Description = "Structure blocks before the boundary structure.probe.", DefaultValueFactory = _ => 1 };
    private readonly Option<int?> _structureBlocks = new("--structure-blocks") { Description = "Blocks of a single stack that define the structure; half of them by default." };
    private readonly Option<string[]> _cuts = new("--cut") { Description = "boundary=tensor[,tensor]: a cut beside or instead of those that are found.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> _signals = new("--signal") { Description = "boundary/name=tensor: a signal beside those that are found.", AllowMultipleArgumentsPerToken = true };

    public void AddTo(Command command)
    {
        command.Arguments.Add(_model);
        foreach (var option in new Option[] { _latent, _timestep, _probeDepth, _structureBlocks, _cuts, _signals })
        {
            command.Options.Add(option);
        }

        command.Validators.Add(Check);
    }

    public string Path(ParseResult result) => result.GetRequiredValue(_model);

    public SplitOptions Options(ParseResult result)
    {
        var options = new SplitOptions
        {
            LatentInput = result.GetValue(_latent),
            TimestepInput = result.GetValue(_timestep),
            ProbeDepth = result.GetValue(_probeDepth),
            StructureBlocks = result.GetValue(_structureBlocks),
        };
        foreach (var cut in result.GetValue(_cuts) ?? [])
        {
            var equals = cut.IndexOf('=', StringComparison.Ordinal);
            options.Cuts[cut[..equals]] = cut[(equals + 1)..].Split(',');
        }

        foreach (var signal in result.GetValue(_signals) ?? [])
        {
            var equals = signal.IndexOf('=', StringComparison.Ordinal);
            options.Signals[signal[..equals]] = signal[(equals + 1)..];
        }

        return options;
    }

    private void Check(CommandResult result)
    {
        foreach (var (option, what) in new[] { (_cuts, "boundary=tensor[,tensor]"), (_signals, "boundary/name=tensor") })
        {
            foreach (var wrong in (result.GetValue(option) ?? []).Where(value => value.IndexOf('=', StringComparison.Ordinal) is var at && (at < 1 || at == value.Length - 1)))
            {
                result.AddError($"'{wrong}' is not a value of {option.Name}; expected '{what}'.");
            }
        }
    }
}
