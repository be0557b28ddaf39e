using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace CachePolicies.Server;

/// <summary>
/// Knows a client by the key in <c>Authorization: Bearer KEY</c>. Every configured key is compared, each in constant time. Where none is configured, everybody who
/// can reach the server is let in, which is the loopback interface alone (<see cref="LoopbackRule"/>).
/// </summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> scheme, ILoggerFactory loggers, UrlEncoder encoder, IOptionsMonitor<ServerOptions> server, TimeProvider time)
    : AuthenticationHandler<AuthenticationSchemeOptions>(scheme, loggers, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string Name = "ApiKey";

    /// <summary>Who asks where no keys are configured.</summary>
    public const string Anonymous = "anonymous";

    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var keys = server.CurrentValue.ApiKeys;
        if (keys.Count == 0)
        {
            return Task.FromResult(AuthenticateResult.Success(TicketOf(Anonymous)));
        }

        if (KeyOf(Request) is not { } key)
        {
            return Task.FromResult(AuthenticateResult.Fail("A key is missing: expected the header 'Authorization: Bearer KEY'."));
        }

        var found = Find(keys, ApiKeyHash.Digest(key));
        return Task.FromResult(found switch
        {
            null => AuthenticateResult.Fail("The key is not valid."),
            { Value.Expires: { } expiry } when expiry <= time.GetUtcNow() => AuthenticateResult.Fail($"The key has expired ({expiry.UtcDateTime:yyyy-MM-dd HH:mm} UTC)."),
            { } known => AuthenticateResult.Success(TicketOf(known.Key)),
        });
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var result = await HandleAuthenticateOnceSafeAsync().ConfigureAwait(false);
        Response.Headers.WWWAuthenticate = "Bearer";
        await ApiError.Unauthorized(result.Failure?.Message ?? "A key is needed.").WriteAsync(Context).ConfigureAwait(false);
    }

    private static KeyValuePair<string, ApiKeyOptions>? Find(Dictionary<string, ApiKeyOptions> keys, byte[] digest)
    {
        KeyValuePair<string, ApiKeyOptions>? found = null;
        foreach (var known in keys)
        {
            found = ApiKeyHash.Matches(digest, known.Value.Hash) ? known : found;
        }

        return found;
    }

    private static string? KeyOf(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && header.Length - Bearer.Length is > 0 and <= ApiKeyHash.LongestKey ? header[Bearer.Length..].Trim() : null;
    }

    private static AuthenticationTicket TicketOf(string name) =>
        new(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], Name)), Name);
}
