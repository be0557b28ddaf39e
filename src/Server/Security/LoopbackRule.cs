using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace CachePolicies.Server;

/// <summary>A server without keys listens on the loopback interface only, whatever way its addresses were configured.</summary>
internal sealed class LoopbackRule(IOptions<ServerOptions> server) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions options) => options.ConfigureEndpointDefaults(Check);

    private void Check(ListenOptions listen)
    {
        if (server.Value.ApiKeys.Count == 0 && !IsLocal(listen.EndPoint))
        {
            throw new InvalidOperationException(
                $"The server would listen on {listen.EndPoint}, where strangers can reach it, and has no key. Make one with the command new-key, add it to Server:ApiKeys, and start again; or listen on 127.0.0.1.");
        }
    }

    private static bool IsLocal(EndPoint endpoint) => endpoint switch
    {
        IPEndPoint ip => IPAddress.IsLoopback(ip.Address),
        UnixDomainSocketEndPoint => true,
        _ => false,
    };
}
