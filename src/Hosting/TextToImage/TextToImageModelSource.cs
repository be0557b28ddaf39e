using CachePolicies.TextToImage;
using Microsoft.Extensions.DependencyInjection;

namespace CachePolicies.Hosting;

/// <summary>The registered text-to-image model, or why there is none.</summary>
internal sealed class TextToImageModelSource(IServiceProvider services)
{
    public ITextToImageModel Model => services.GetService<ITextToImageModel>()
        ?? throw new InvalidOperationException("No model is registered; call UseModel(directory) or UseTextToImage(…) on the builder.");
}
