using CachePolicies.TextToImage;
using Microsoft.Extensions.DependencyInjection;

namespace CachePolicies.Hosting;

/// <summary>A registered text-to-image model, or why there is none.</summary>
/// <param name="services">Where models are registered.</param>
/// <param name="name">The model's name; <see langword="null"/> for the one without.</param>
internal sealed class TextToImageModelSource(IServiceProvider services, string? name)
{
    /// <summary>The name that the model was registered by, or <see langword="null"/>.</summary>
    public string? Name => name;

    public ITextToImageModel Model
    {
        get
        {
            var model = (name is null ? services.GetService<ITextToImageModel>() : services.GetKeyedService<ITextToImageModel>(name))
                ?? throw new InvalidOperationException("No model is registered; call UseModel(directory) or UseTextToImage(…) on the builder.");
            services.GetRequiredService<GenerationDrain>();
            return model;
        }
    }
}
