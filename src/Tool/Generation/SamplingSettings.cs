using System.CommandLine;
using System.Globalization;
using CachePolicies.Engine;

namespace CachePolicies.Tool;

/// <summary>How pictures are sampled, and with what model.</summary>
/// <param name="Steps">Sampler steps.</param>
/// <param name="Guidance">The scale of classifier-free guidance.</param>
/// <param name="Style">The style, or <see langword="null"/> for the model's default.</param>
/// <param name="Model">The model's folder.</param>
/// <param name="Provider">The execution provider.</param>
internal sealed record SamplingSettings(int Steps, float Guidance, string? Style, string Model, string Provider);

/// <summary>The options of <see cref="SamplingSettings"/>, for one verb.</summary>
internal sealed class SamplingOptions
{
    private readonly Option<int> _steps = new("--steps", "-n") { Description = "Sampler steps, 1 to 1000.", HelpName = "N", DefaultValueFactory = _ => 50 };
    private readonly Option<string> _guidance = new("--guidance", "-g") { Description = "Scale of classifier-free guidance, at least 0; 1 is without.", HelpName = "G", DefaultValueFactory = _ => "3" };
    private readonly Option<string?> _style = new("--style") { Description = "The style of the prompts, where the model has styles.", HelpName = "STYLE" };
    private readonly Option<string?> _model = new("--model", "-m") { Description = "The folder of a staged model; the sample model of the repository otherwise.", HelpName = "DIR" };
    private readonly Option<string> _provider = new("--provider") { Description = "The execution provider; 'cachepolicies providers' lists them.", HelpName = "EP", DefaultValueFactory = _ => "CPU" };

    /// <summary>The options, to be added to the verb.</summary>
    public IEnumerable<Option> All => [_steps, _guidance, _style, _model, _provider];

    /// <summary>What was given, checked.</summary>
    /// <exception cref="UsageException">A number is out of range, or there is no model.</exception>
    public SamplingSettings Read(ParseResult parsed)
    {
        var steps = parsed.GetValue(_steps);
        if (steps is < 1 or > SamplingSchedule.MaximumSteps)
        {
            throw new UsageException($"The number of steps is {steps}; from 1 to {SamplingSchedule.MaximumSteps} is right.");
        }

        var text = parsed.GetValue(_guidance)!;
        return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var guidance) && float.IsFinite(guidance) && guidance >= 0
            ? new SamplingSettings(steps, guidance, parsed.GetValue(_style), ModelFolder.Find(parsed.GetValue(_model)), parsed.GetValue(_provider)!)
            : throw new UsageException($"Guidance is '{text}'; a finite number of at least 0 is right.");
    }
}
