using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Scalar.AspNetCore;

namespace CachePolicies.Server;

/// <summary>Puts the server together.</summary>
internal static class ServerApplication
{
    /// <summary>Where it listens unless it is told otherwise.</summary>
    public const string DefaultAddress = "http://127.0.0.1:8080";

    /// <summary>Builds the server.</summary>
    /// <param name="arguments">Settings of the command line: <c>--Server:Models:flux=models/flux</c>, <c>--urls http://127.0.0.1:9000</c>, <c>--config FILE</c>.</param>
    /// <param name="configure">Changes the builder last.</param>
    /// <exception cref="InvalidOperationException">A setting cannot be used.</exception>
    public static WebApplication Create(string[] arguments, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = arguments, ContentRootPath = AppContext.BaseDirectory });
        if (builder.Configuration["config"] is { Length: > 0 } file)
        {
            builder.Configuration.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: true);
            builder.Configuration.AddCommandLine(arguments);
        }

        builder.Configuration.AddServerDefaults();
        builder.Configuration.AddRole();
        AddServices(builder);
        configure?.Invoke(builder);
        var app = builder.Build();
        UseServer(app);
        return app;
    }

    private static void AddServices(WebApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection(ServerOptions.SectionName);
        var services = builder.Services;
        services.AddOptions<ServerOptions>().Bind(section, o => o.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ServerOptions>, ServerOptionsValidator>();

        var options = section.Get<ServerOptions>(o => o.ErrorOnUnknownConfiguration = true) ?? new ServerOptions();
        var policies = builder.AddCachePolicies();
        builder.AddPictureService(policies, options);
        services.AddSingleton<PictureStore>();
        services.AddSingleton<ImageAnswers>();

        // Without the protection of cookies, which would write keys to the user's folder and which nothing here needs.
        services.AddAuthenticationCore(o => o.DefaultScheme = ApiKeyAuthentication.Name);
        services.AddWebEncoders();
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.Name, null);
        services.AddAuthorization();
        services.AddRateLimiter();
        services.AddSingleton<IConfigureOptions<RateLimiterOptions>, GenerationLimits>();
        services.AddServerHealth();
        services.AddOpenApi(ApiDescription.Configure);
        builder.AddServerTelemetry();
        AddListening(builder);
    }

    private static void AddListening(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, LoopbackRule>();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ServerOptions>>((kestrel, server) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = server.Value.MaximumBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = server.Value.MaximumConnections;
            kestrel.Limits.MaxConcurrentUpgradedConnections = 0;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.Http2.MaxStreamsPerConnection = 32;
        });
        services.AddOptions<HostOptions>().Configure<IOptions<ServerOptions>>((host, server) => host.ShutdownTimeout = server.Value.ShutdownTimeout);
        string[] addresses = ["urls", "http_ports", "https_ports"];
        if (addresses.All(a => string.IsNullOrEmpty(builder.Configuration[a])) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(DefaultAddress);
        }
    }

    private static void UseServer(WebApplication app)
    {
        app.UseMiddleware<ErrorMiddleware>();
        app.UseRouting();
        app.UseMiddleware<DrainMiddleware>();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
        app.MapServerHealth();
        app.MapPrometheusScrapingEndpoint().RequireAuthorization();
        if (app.Services.GetRequiredService<IOptions<ServerOptions>>().Value.Cluster.TakesRequests)
        {
            MapRequests(app);
        }
    }

    private static void MapRequests(WebApplication app)
    {
        app.MapPlayground();
        app.MapImages();
        app.MapModels();
        app.MapPolicies();
        app.MapOpenApi();
        app.MapScalarApiReference("/docs", o => o.WithTitle("CachePolicies").DisableDefaultFonts());
    }
}
