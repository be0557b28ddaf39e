using System.CommandLine;
using System.Globalization;
using CachePolicies.Engine;
using CachePolicies.Reporting;
using CachePolicies.TextToImage;

namespace CachePolicies.Tool;

/// <summary>The options of <see cref="SamplingSettings"/>, for one verb.</summary>
internal sealed class SamplingOptions
{
    private const int MostThreads = 1024;

    private readonly Option<string?> _model = Text("--model", "DIR", "The folder of a staged model or of a pipeline as 'optimum-cli export onnx' writes it; the sample model of the repository otherwise.", "-m");
    private readonly Option<string> _provider = new("--provider") { Description = "The execution provider; 'cachepolicies providers' lists them.", HelpName = "EP", DefaultValueFactory = _ => "CPU" };
    private readonly Option<int?> _threads = Whole("--threads", "N", $"Threads of the CPU provider, 1 to {MostThreads}; one for each processor otherwise.");
    private readonly Option<int?> _steps = Whole("--steps", "N", "Sampler steps, 1 to 1000; the model's usual number otherwise.", "-n");
    private readonly Option<string?> _guidance = Text("--guidance", "G", "Scale of guidance, at least 0; 1 is without. The model's usual scale otherwise.", "-g");
    private readonly Option<string?> _trueGuidance = Text("--true-guidance", "G", "Scale of classifier-free guidance on a model that is guidance-distilled (FLUX); needs a negative prompt.");
    private readonly Option<string?> _rescale = Text("--guidance-rescale", "R", "How far the guided output is brought back to the conditional one's spread, 0 to 1.");
    private readonly Option<string?> _negative = Text("--negative-prompt", "P", "What the picture should not show.");
    private readonly Option<string?> _style = Text("--style", "STYLE", "The style of the prompts, where the model has styles.");
    private readonly Option<int?> _width = Whole("--width", "PIXELS", "Pixels per row; the model's usual width otherwise.");
    private readonly Option<int?> _height = Whole("--height", "PIXELS", "Rows; the model's usual height otherwise.");
    private readonly Option<string> _noise = new("--noise") { Description = "How noise comes from the seed: own, or torch for diffusers' picture of the same seed.", HelpName = "own|torch", DefaultValueFactory = _ => "own" };
    private readonly Option<string?> _scheduler = Text("--scheduler", "FILE.json", "A scheduler_config.json in place of the folder's.");
    private readonly Option<int?> _length = Whole("--max-sequence-length", "N", "The most tokens of the long text encoder (T5).");
    private readonly Option<string?> _original = Text("--original-size", "H,W", "The size that the picture pretends to have been cropped from (SDXL).");
    private readonly Option<string?> _crop = Text("--crop", "TOP,LEFT", "Where the picture pretends to have been cropped (SDXL).");
    private readonly Option<string?> _target = Text("--target-size", "H,W", "The size that the picture pretends to have been scaled to (SDXL).");
    private readonly Option<string?> _image = Text("--image", "FILE", "A picture to start from.");
    private readonly Option<string?> _mask = Text("--mask", "FILE", "Which part of the picture is drawn again: light where it is.");
    private readonly Option<double?> _memory = new(MemoryBound.Option) { Description = "The most memory of features and intermediate results; otherwise 64 times the size of the model's files, and at least 1.", HelpName = "GIB" };
    private readonly Option<string?> _strength = Text("--strength", "S", "How far the picture is drawn again, above 0 and at most 1; 0.8 otherwise.");

    /// <summary>The options, to be added to the verb.</summary>
    public IEnumerable<Option> All =>
    [
        _model, _provider, _threads, _steps, _guidance, _trueGuidance, _rescale, _negative, _style, _width, _height, _noise, _scheduler, _length, _original, _crop, _target, _image, _mask, _strength, _memory,
    ];

    /// <summary>What was given, checked.</summary>
    /// <exception cref="UsageException">A number is out of range, a file cannot be read, or there is no model.</exception>
    public SamplingSettings Read(ParseResult parsed)
    {
        if (parsed.GetValue(_steps) is { } steps && steps is < 1 or > SamplingSchedule.MaximumSteps)
        {
            throw new UsageException($"The number of steps is {parsed.GetValue(_steps)}; expected 1 to {SamplingSchedule.MaximumSteps}.");
        }

        if (parsed.GetValue(_threads) is { } threads && threads is < 1 or > MostThreads)
        {
            throw new UsageException($"--threads is {parsed.GetValue(_threads)}; expected 1 to {MostThreads}.");
        }

        var picture = new PictureRequest("")
        {
            Style = parsed.GetValue(_style),
            NegativePrompt = parsed.GetValue(_negative),
            Width = parsed.GetValue(_width),
            Height = parsed.GetValue(_height),
            Steps = parsed.GetValue(_steps),
            Guidance = Number(parsed, _guidance),
            TrueGuidance = Number(parsed, _trueGuidance),
            GuidanceRescale = Number(parsed, _rescale) ?? 0,
            MaxSequenceLength = parsed.GetValue(_length),
            OriginalSize = Pair(parsed, _original) is { } original ? new(original.Second, original.First) : null,
            TargetSize = Pair(parsed, _target) is { } target ? new(target.Second, target.First) : null,
            CropTopLeft = Pair(parsed, _crop) is { } crop ? new(crop.First, crop.Second) : default,
            Noise = NoiseOf(parsed.GetValue(_noise)!),
            Image = Picture(parsed.GetValue(_image)),
            Mask = Picture(parsed.GetValue(_mask)),
            Strength = Number(parsed, _strength) ?? 0.8f,
        };
        return new SamplingSettings(picture, ModelFolder.Find(parsed.GetValue(_model)), parsed.GetValue(_provider)!, parsed.GetValue(_threads), parsed.GetValue(_scheduler))
        {
            MemoryLimit = MemoryBound.Require(parsed.GetValue(_memory)),
        };
    }

    private static NoiseKind NoiseOf(string name) => name.ToLowerInvariant() switch
    {
        "own" => NoiseKind.Own,
        "torch" => NoiseKind.Torch,
        _ => throw new UsageException($"--noise is '{name}'; expected own or torch."),
    };

    private static float? Number(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } text)
        {
            return null;
        }

        return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number) && number >= 0
            ? number
            : throw new UsageException($"{option.Name} is '{text}'; expected a finite number of at least 0.");
    }

    private static (int First, int Second)? Pair(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } text)
        {
            return null;
        }

        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var second)
            ? (first, second)
            : throw new UsageException($"{option.Name} is '{text}'; expected two whole numbers separated by a comma, {option.HelpName}.");
    }

    private static SourcePicture? Picture(string? path) => path is null ? null : new SourcePicture(PictureFile.Load(path));

    private static Option<string?> Text(string name, string help, string description, params string[] aliases) => new(name, aliases) { Description = description, HelpName = help };

    private static Option<int?> Whole(string name, string help, string description, params string[] aliases) => new(name, aliases) { Description = description, HelpName = help };
}
