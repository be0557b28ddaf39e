using CachePolicies.Reporting;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace CachePolicies.Tool;

/// <summary>
/// A distance of two pictures in the eyes of a network that the user gives as ONNX: it takes <c>[1, 3, height, width]</c> in [−1, 1] and each of its
/// outputs, <c>[1, channels, …]</c>, counts as a feature map. As in LPIPS (Zhang et al. 2018) without learnt weights: at each place both channel vectors
/// are brought to length 1, their squared distance is averaged over the places, and the mean over the maps is taken.
/// </summary>
internal sealed class PerceptualDistance : IDisposable
{
    private const double Tiny = 1e-10;
    private readonly InferenceSession _session;
    private readonly string _input;
    private readonly int _height;
    private readonly int _width;

    private PerceptualDistance(InferenceSession session, string input, int height, int width) =>
        (_session, _input, _height, _width) = (session, input, height, width);

    /// <summary>Opens a feature extractor.</summary>
    /// <exception cref="UsageException">The file is missing, no model, or takes something else than a picture.</exception>
    public static PerceptualDistance Open(string path)
    {
        InferenceSession session;
        try
        {
            using var settings = RuntimeLog.QuietSession();
            session = new InferenceSession(path, settings);
        }
        catch (OnnxRuntimeException failure)
        {
            throw new UsageException($"The feature extractor '{path}' cannot be opened: {failure.Message}");
        }

        var inputs = session.InputMetadata;
        if (inputs.Count != 1 || inputs.First() is not { Value: { ElementType: { } type, Dimensions: [<= 1, 3, var height, var width] } } input || type != typeof(float))
        {
            throw Refused(session, $"The feature extractor '{path}' takes {Describe(inputs)}; expected one float32 input [1, 3, height, width].");
        }

        if (session.OutputMetadata.Any(o => o.Value.ElementType != typeof(float) || o.Value.Dimensions.Length < 2))
        {
            throw Refused(session, $"The feature extractor '{path}' gives {Describe(session.OutputMetadata)}; expected float32 feature maps [1, channels, …].");
        }

        return new PerceptualDistance(session, input.Key, height, width);
    }

    /// <summary>0 for equal pictures, at most 4.</summary>
    public double Between(RgbImage picture, RgbImage reference)
    {
        using var a = Features(picture);
        using var b = Features(reference);
        return a.Zip(b, (x, y) => Between((DenseTensor<float>)x.Value, (DenseTensor<float>)y.Value)).Average();
    }

    public void Dispose() => _session.Dispose();

    private static UsageException Refused(InferenceSession session, string message)
    {
        session.Dispose();
        return new UsageException(message);
    }

    private static string Describe(IReadOnlyDictionary<string, NodeMetadata> values) =>
        string.Join(" and ", values.Select(v => $"{v.Key} {v.Value.ElementType?.Name} [{string.Join(", ", v.Value.Dimensions)}]"));

    private static double Between(DenseTensor<float> a, DenseTensor<float> b)
    {
        var channels = a.Dimensions[1];
        var places = (int)a.Length / channels;
        var x = a.Buffer.Span;
        var y = b.Buffer.Span;
        var sum = 0.0;
        for (var place = 0; place < places; place++)
        {
            var (xx, yy, xy) = (Tiny, Tiny, Tiny);
            for (var channel = 0; channel < channels; channel++)
            {
                var (p, q) = ((double)x[(channel * places) + place], (double)y[(channel * places) + place]);
                xx += p * p;
                yy += q * q;
                xy += p * q;
            }

            // |p/|p| − q/|q||² = 2 − 2 cos.
            sum += Math.Max(0, 2 - (2 * xy / Math.Sqrt(xx * yy)));
        }

        return sum / places;
    }

    private IDisposableReadOnlyCollection<DisposableNamedOnnxValue> Features(RgbImage image)
    {
        var (height, width) = (_height > 0 ? _height : image.Height, _width > 0 ? _width : image.Width);
        var sized = (image.Width, image.Height) == (width, height) ? image : image.Resize(width, height);
        var planes = new DenseTensor<float>([1, 3, height, width]);
        var pixels = sized.Pixels;
        var values = planes.Buffer.Span;
        for (var i = 0; i < height * width; i++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                values[(channel * height * width) + i] = (pixels[(3 * i) + channel] / 127.5f) - 1;
            }
        }

        return _session.Run([NamedOnnxValue.CreateFromTensor(_input, planes)]);
    }
}
