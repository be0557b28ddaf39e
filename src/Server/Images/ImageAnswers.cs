using System.Globalization;
using CachePolicies.Reporting;
using Microsoft.Extensions.Options;

namespace CachePolicies.Server;

/// <summary>Makes the answers of finished jobs.</summary>
internal sealed class ImageAnswers(PictureStore store, TimeProvider time, IOptionsMonitor<ServerOptions> options, ILogger<ImageAnswers> logger)
{
    /// <summary>Now, in seconds since 1970.</summary>
    public long Now => time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>A size as the interface writes it.</summary>
    public static string SizeOf(RgbImage picture) => string.Create(CultureInfo.InvariantCulture, $"{picture.Width}x{picture.Height}");

    /// <summary>A picture's file in base 64.</summary>
    public static string Encode(RgbImage picture, ImageOrder order) => Convert.ToBase64String(PictureFile.Encode(picture, order.Format));

    /// <summary>The whole answer.</summary>
    /// <exception cref="ApiErrorException">A picture that is answered by address cannot be stored.</exception>
    public ImageAnswer ToAnswer(PicturesDone done, ImageOrder order, HttpContext http) => new(
        Now,
        [.. done.Pictures.Select(p => order.AsUrl ? new ImageData(null, UrlOf(p, order, http)) : new ImageData(Encode(p, order), null))],
        "opaque",
        order.FormatName,
        SizeOf(done.Pictures[0]),
        ToCacheAnswer(done, order.Job, http));

    /// <summary>What the cache did, which is logged as well.</summary>
    public CacheAnswer ToCacheAnswer(PicturesDone done, PictureJob job, HttpContext http)
    {
        Log.Generated(logger, http.User.Identity?.Name ?? "", done.Pictures.Count, job.Model, done.Policy, done.Seconds, done.Steps.Full, done.Steps.Part, done.Steps.Skipped);
        return new CacheAnswer(
            job.Model,
            done.Policy,
            job.Seed,
            new CacheSteps(done.Steps.Full, done.Steps.Part, done.Steps.Skipped),
            Math.Round(done.Seconds, 4),
            done.EstimatedSpeedup is { } speedup && double.IsFinite(speedup) ? Math.Round(speedup, 2) : null,
            done.Notes,
            done.IsStored);
    }

    private string UrlOf(RgbImage picture, ImageOrder order, HttpContext http)
    {
        var name = store.Add(PictureFile.Encode(picture, order.Format), order.FormatName);
        var server = options.CurrentValue.Pictures.PublicAddress?.ToString().TrimEnd('/') ?? $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}";
        return $"{server}{ImageEndpoints.Files}/{name}";
    }
}
