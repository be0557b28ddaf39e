using System.Globalization;
using CachePolicies.Onnx;

namespace CachePolicies.Diffusers;

/// <summary>What text encoders write.</summary>
internal static class EncoderOutputs
{
    /// <summary>The output that is the state before the last.</summary>
    public const string Penultimate = "hidden_states[-2]";

    private const string States = "hidden_states.";

    /// <summary>The output that a name means, or <see langword="null"/>; the penultimate state is the one before the last of <c>hidden_states.0</c> to <c>hidden_states.L</c>.</summary>
    public static OnnxPort? PortOf(FolderPart encoder, string output)
    {
        if (output != Penultimate)
        {
            return encoder.Ports.Output(output);
        }

        var last = -1;
        foreach (var port in encoder.Ports.Outputs)
        {
            if (port.Name.StartsWith(States, StringComparison.Ordinal)
                && int.TryParse(port.Name.AsSpan(States.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            {
                last = Math.Max(last, index);
            }
        }

        return last > 0 ? encoder.Ports.Output(string.Create(CultureInfo.InvariantCulture, $"{States}{last - 1}")) : null;
    }
}
