using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>Decodes latents with the folder's VAE, which is opened when a picture is decoded and closed where memory is wanted. Thread-safe.</summary>
internal sealed class VaeDecoder(FolderPart part, LatentForm form, PictureSizes sizes, OnnxRuntimeBackend backend, VaeTiling tiling, MemoryBudget budget)
    : ILatentDecoder, IClosablePart, IDisposable
{
    private readonly Lock _lock = new();
    private OnnxComponent? _session;
    private LatentColours? _colours;
    private int _running;
    private bool _disposed;

    public long Bytes => part.Bytes;

    public bool IsOpen => Volatile.Read(ref _session) is not null;

    public PictureSizes Sizes => sizes;

    public DecodedPicture Decode(ReadOnlySpan<float> latent, PictureSize size)
    {
        var scaled = Scaled(form.Unpack(latent, size), size);
        var (height, width) = (form.HeightOf(size), form.WidthOf(size));
        var planes = tiling.Applies(size) ? DecodeTiles(scaled, height, width, size) : Run(scaled, height, width, size);
        foreach (ref var value in planes.AsSpan())
        {
            value = float.IsNaN(value) ? 0 : Math.Clamp(value, -1, 1);
        }

        return new DecodedPicture(size, planes);
    }

    public DecodedPicture Preview(ReadOnlySpan<float> latent, PictureSize size)
    {
        var (height, width) = (form.HeightOf(size), form.WidthOf(size));
        var colours = _colours ??= LatentColours.Of(form.Channels, (probe, side) => Run(Scaled(probe, new(side * form.Factor, side * form.Factor)), side, side, new(side * form.Factor, side * form.Factor)));
        return new DecodedPicture(new PictureSize(width, height), colours.Paint(form.Unpack(latent, size), height * width));
    }

    public bool TryClose()
    {
        lock (_lock)
        {
            if (_running > 0)
            {
                return false;
            }

            _session?.Dispose();
            _session = null;
            return true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _session?.Dispose();
            _session = null;
        }
    }

    private float[] Scaled(float[] latent, PictureSize size)
    {
        var area = form.HeightOf(size) * form.WidthOf(size);
        for (var c = 0; c < form.Channels; c++)
        {
            var (scale, shift) = (form.Scale[c], form.Shift[c]);
            foreach (ref var value in latent.AsSpan(c * area, area))
            {
                value = (value / scale) + shift;
            }
        }

        return latent;
    }

    private float[] Run(float[] latent, int height, int width, PictureSize size)
    {
        var session = Enter();
        ComponentValue output;
        try
        {
            output = session.Run(
                new Dictionary<string, ComponentValue> { [session.Inputs[0].Name] = ComponentValue.Of(latent, 1, form.Channels, height, width) }, [session.Outputs[0].Name])[0];
        }
        finally
        {
            Leave();
        }

        return output.Numbers.Length == 3 * size.Pixels
            ? output.Numbers
            : throw new InvalidDataException($"'{part.GraphPath}' made [{string.Join(", ", output.Shape)}] of a latent of {width} × {height}; expected a picture of {size}.");
    }

    private float[] DecodeTiles(float[] latent, int height, int width, PictureSize size)
    {
        var sum = new float[3 * size.Pixels];
        var weights = new float[size.Pixels];
        foreach (var top in tiling.Starts(height))
        {
            foreach (var left in tiling.Starts(width))
            {
                AddTile(latent, (height, width), (top, left), size, sum, weights);
            }
        }

        for (var i = 0; i < sum.Length; i++)
        {
            sum[i] /= weights[i % weights.Length];
        }

        return sum;
    }

    private void AddTile(float[] latent, (int Height, int Width) whole, (int Top, int Left) at, PictureSize size, float[] sum, float[] weights)
    {
        var (rows, columns) = (Math.Min(tiling.Side, whole.Height), Math.Min(tiling.Side, whole.Width));
        var tile = new float[form.Channels * rows * columns];
        for (var c = 0; c < form.Channels; c++)
        {
            for (var y = 0; y < rows; y++)
            {
                latent.AsSpan((((c * whole.Height) + at.Top + y) * whole.Width) + at.Left, columns).CopyTo(tile.AsSpan(((c * rows) + y) * columns));
            }
        }

        var f = form.Factor;
        var part = new PictureSize(columns * f, rows * f);
        var planes = Run(tile, rows, columns, part);
        for (var y = 0; y < part.Height; y++)
        {
            var vertical = VaeTiling.WeightOf(y, part.Height, tiling.Overlap * f, at.Top == 0, at.Top + rows == whole.Height);
            for (var x = 0; x < part.Width; x++)
            {
                var weight = vertical * VaeTiling.WeightOf(x, part.Width, tiling.Overlap * f, at.Left == 0, at.Left + columns == whole.Width);
                var target = (((at.Top * f) + y) * size.Width) + (at.Left * f) + x;
                weights[target] += weight;
                for (var c = 0; c < 3; c++)
                {
                    sum[(c * size.Pixels) + target] += weight * planes[(((c * part.Height) + y) * part.Width) + x];
                }
            }
        }
    }

    private OnnxComponent Enter()
    {
        if (!IsOpen)
        {
            budget.MakeRoom(Bytes, this);
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _session ??= OnnxComponent.Open(part.GraphPath, backend);
            _running++;
            return _session;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            _running--;
        }
    }
}
