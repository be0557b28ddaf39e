using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace CachePolicies.Server;

/// <summary>Marks an endpoint that generates.</summary>
internal sealed class GeneratesPictures;

/// <summary>How many generations a key may begin per minute and have at once, by ASP.NET Core's rate limiter.</summary>
internal sealed class GenerationLimits(IOptionsMonitor<ServerOptions> options) : IConfigureOptions<RateLimiterOptions>
{
    public void Configure(RateLimiterOptions limiter)
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.CreateChained(
            PartitionedRateLimiter.Create<HttpContext, Limit>(http => LimitOf(http, (server, key) => key?.ConcurrentRequests ?? server.ConcurrentRequests) is { } limit
                ? RateLimitPartition.GetConcurrencyLimiter(limit, static l => new ConcurrencyLimiterOptions { PermitLimit = l.Permits })
                : RateLimitPartition.GetNoLimiter(Limit.None)),
            PartitionedRateLimiter.Create<HttpContext, Limit>(http => LimitOf(http, (server, key) => key?.RequestsPerMinute ?? server.RequestsPerMinute) is { } limit
                ? RateLimitPartition.GetSlidingWindowLimiter(limit, static l => new SlidingWindowRateLimiterOptions { PermitLimit = l.Permits, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = 12 })
                : RateLimitPartition.GetNoLimiter(Limit.None)));
        limiter.OnRejected = static (rejected, _) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var known) ? known : TimeSpan.FromSeconds(1);
            return new ValueTask(ApiError.TooMany("This key has reached its limit of generations per minute or at once; try again later.", wait).WriteAsync(rejected.HttpContext));
        };
    }

    private Limit? LimitOf(HttpContext http, Func<ServerOptions, ApiKeyOptions?, int> permits)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<GeneratesPictures>() is null)
        {
            return null;
        }

        var server = options.CurrentValue;
        var client = http.User.Identity?.Name ?? "";
        return new Limit(client, permits(server, server.ApiKeys.GetValueOrDefault(client)));
    }

    /// <summary>A client and its limit: a changed limit is another partition.</summary>
    private readonly record struct Limit(string Client, int Permits)
    {
        public static Limit None { get; } = new("", 0);
    }
}
