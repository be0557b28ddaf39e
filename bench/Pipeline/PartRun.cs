using System.Collections.Immutable;
using System.Diagnostics;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Diffusers;
using CachePolicies.Engine;
using CachePolicies.Policies;
using CachePolicies.TextToImage;

namespace CachePolicies.Bench;

/// <summary>Measures one part in this process.</summary>
internal sealed class PartRun : IDisposable
{
    private const string GrowthSetting = "CachePolicies.OnnxRuntime.HostArenaGrowth";

    private readonly PartRequest _request;
    private readonly OnnxRuntimeBackend _backend;
    private readonly List<PartFigure> _figures = [];

    private PartRun(PartRequest request)
    {
        _request = request;
        AppContext.SetData(GrowthSetting, request.Growth);
        _backend = new OnnxRuntimeBackend(new OnnxRuntimeOptions { Threads = request.Threads });
    }

    /// <summary>Measures what a request asks for.</summary>
    public static PartFigure[] Of(PartRequest request)
    {
        using var run = new PartRun(request);
        switch (request.What)
        {
            case MeasuredPart.Picture:
                run.Picture();
                break;
            case MeasuredPart.Steps:
                run.Steps();
                break;
            default:
                run.Memory(request.What == MeasuredPart.Whole);
                break;
        }

        return [.. run._figures];
    }

    public void Dispose() => _backend.Dispose();

    private PictureSize Size => new(_request.Side, _request.Side);

    private void Memory(bool whole)
    {
        Note("resident before", Resident());
        using var model = Timed("opening", () => Open(whole));
        Note("resident after opening", Resident());
        using var generation = Start(model);
        Timed("first step", () => generation.MoveNext());
        Timed("second step", () => generation.MoveNext());
        Note("peak", Peak());
    }

    private void Steps()
    {
        using var whole = Open(whole: true);
        using var staged = Open(whole: false);
        using var first = Start(whole);
        using var second = Start(staged);
        first.MoveNext();
        second.MoveNext();
        for (var round = 0; round < _request.Rounds; round++)
        {
            var (a, b) = round % 2 == 0 ? (first, second) : (second, first);
            var (one, two) = (SecondsOf(() => a.MoveNext()), SecondsOf(() => b.MoveNext()));
            Note($"whole {round}", round % 2 == 0 ? one : two);
            Note($"staged {round}", round % 2 == 0 ? two : one);
        }
    }

    private void Picture()
    {
        using var model = DiffusersModel.Open(_request.Folder, _backend);
        var request = new PictureRequest("a red fox in the snow") { Width = _request.Side, Height = _request.Side, Steps = 1, Guidance = 1 };
        var prepared = model.Prepare(request);
        Note("peak after opening", Peak());
        var denoiser = new CachedDenoiser(prepared.Denoiser, CachePolicy.None);
        GeneratedPictures? pictures = null;
        var all = SecondsOf(() => pictures = prepared.Generate(denoiser));
        Note("steps", pictures!.Elapsed.TotalSeconds);
        Note("first VAE", all - pictures.Elapsed.TotalSeconds);
        Note("second VAE", SecondsOf(() => prepared.Decoder.Decode(pictures.First.Latent, prepared.Size)));
        Note("second preparation", SecondsOf(() => model.Prepare(request)));

        // The stages are open by now, so that a prompt that is not known yet costs opening, running and closing the encoders and nothing else.
        Note("encoders", SecondsOf(() => model.Prepare(request with { Prompt = "a blue fox in the rain" })));
        Note("peak", Peak());
    }

    private OnnxDenoiserModel Open(bool whole)
    {
        var folder = DiffusersFolder.Open(_request.Folder);
        var stages = StagesFolder.Find(folder)!.Path;
        return whole ? OnnxDenoiserModel.LoadUnsplit(stages, _backend) : OnnxDenoiserModel.Load(stages, _backend, verify: false);
    }

    private Generation Start(OnnxDenoiserModel model)
    {
        var folder = DiffusersFolder.Open(_request.Folder);
        var sizes = AxesOf(StagesFolder.Find(folder)!.LayoutFor(folder, Size), model.Denoiser.Layout);
        var denoiser = new CachedDenoiser(model.Denoiser.Bind(sizes), CachePolicy.None);
        var random = new Random(5);
        var layout = denoiser.Denoiser.Layout;
        var inputs = layout.Inputs.Where(i => i.Name != DenoiserLayout.TimestepInput).ToDictionary(i => i.Name, i => ValueOf(i, random));
        var sample = new GenerationSample(Normal(layout.Latent.Primary, random), inputs);
        return new DenoisingLoop(denoiser, new FlowMatchEulerSampler(3)).Start(new GenerationRequest(_request.Rounds + 2, [sample]));
    }

    private static InputValue ValueOf(TensorDescriptor input, Random random) => input.ElementType.IsFloatingPoint()
        ? Normal(input, random)
        : Enumerable.Range(0, checked((int)input.Shape.ElementCount)).Select(i => (long)(i % 64)).ToArray();

    private static float[] Normal(TensorDescriptor tensor, Random random) =>
        [.. Enumerable.Range(0, checked((int)tensor.Shape.ElementCount)).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];

    /// <summary>The sizes of a layout's free axes, read from the same tensors of a layout that has them.</summary>
    private static Dictionary<string, int> AxesOf(DenoiserLayout bound, DenoiserLayout free)
    {
        var sizes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (mine, its) in Tensors(free).Zip(Tensors(bound)))
        {
            for (var axis = 0; axis < mine.Shape.Rank; axis++)
            {
                if (mine.Shape.Dimensions[axis].Symbol is { } symbol)
                {
                    sizes[symbol] = its.Shape[axis];
                }
            }
        }

        return sizes;

        static IEnumerable<TensorDescriptor> Tensors(DenoiserLayout layout) => layout.Inputs.AsEnumerable().Append(layout.Latent.Primary);
    }

    private void Note(string name, double value) => _figures.Add(new PartFigure(name, value));

    private T Timed<T>(string name, Func<T> run)
    {
        var began = Stopwatch.GetTimestamp();
        var result = run();
        Note(name, Stopwatch.GetElapsedTime(began).TotalSeconds);
        return result;
    }

    private static double SecondsOf(Action run)
    {
        var began = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static double Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static double Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
