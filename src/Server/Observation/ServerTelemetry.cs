using CachePolicies.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace CachePolicies.Server;

/// <summary>Metrics for Prometheus at <c>/metrics</c>; metrics and traces over OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where.</summary>
internal static class ServerTelemetry
{
    /// <summary>Registers exporters.</summary>
    public static void AddServerTelemetry(this WebApplicationBuilder builder)
    {
        var sends = !string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var telemetry = builder.Services.AddOpenTelemetry().WithMetrics(metrics =>
        {
            metrics.AddMeter(CachePoliciesTelemetry.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.RateLimiting", "System.Runtime");
            metrics.AddPrometheusExporter();
            if (sends)
            {
                metrics.AddOtlpExporter();
            }
        });
        if (sends)
        {
            telemetry.WithTracing(traces => traces.AddSource(CachePoliciesTelemetry.MeterName, "Microsoft.AspNetCore").AddOtlpExporter());
        }
    }
}
