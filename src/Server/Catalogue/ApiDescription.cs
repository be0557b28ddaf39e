using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CachePolicies.Server;

/// <summary>What the OpenAPI document says of the whole.</summary>
internal static class ApiDescription
{
    /// <summary>Adds title, description and how a key is sent.</summary>
    public static void Configure(OpenApiOptions options) => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info = new OpenApiInfo
        {
            Title = "CachePolicies",
            Version = "v1",
            Description = "Text to image with caching, by the images interface that OpenAI's clients speak; extensions are in the object 'cachepolicies'.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A key of Server:ApiKeys; not needed where there is none." },
        };
        return Task.CompletedTask;
    });
}
