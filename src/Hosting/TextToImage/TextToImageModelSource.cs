using Microsoft.Extensions.DependencyInjection;

namespace CachePolicies.Hosting;

/// <summary>The registered text-to-image model, or why there is none.</summary>
internal sealed class TextToImageModelSource(IServiceProvider services)
{
    public TextToImageModel Model => services.GetService<TextToImageModel>()
        ?? throw new InvalidOperationException("No model is registered; call UseModel(directory) or UseTextToImage(…) on the builder.");
}
