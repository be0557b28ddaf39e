using CachePolicies;
using CachePolicies.Hosting;
using CachePolicies.TextToImage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers a text-to-image model that is not an ONNX directory.</summary>
public static class TextToImageBuilderExtensions
{
    /// <summary>Uses a text-to-image model of your own: any stages, any encoder and decoder.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="create">Makes the model when it is first needed; called once.</param>
    /// <exception cref="InvalidOperationException">A model without a name is registered already.</exception>
    public static ICachePoliciesBuilder UseTextToImage(this ICachePoliciesBuilder builder, Func<IServiceProvider, ITextToImageModel> create)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(create);
        ModelBuilderExtensions.RefuseSecond(builder.Services, null);
        builder.Services.AddSingleton(create);
        builder.Services.AddSingleton(s => s.GetRequiredService<ITextToImageModel>().Denoiser);
        return builder;
    }

    /// <summary>Uses a text-to-image model of your own under a name, for a host with several: the key of its services and its tag in telemetry.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name.</param>
    /// <param name="create">Makes the model when it is first needed; called once.</param>
    /// <exception cref="InvalidOperationException">A model of this name is registered already.</exception>
    public static ICachePoliciesBuilder UseTextToImage(this ICachePoliciesBuilder builder, string name, Func<IServiceProvider, ITextToImageModel> create)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(create);
        ModelBuilderExtensions.RefuseSecond(builder.Services, name);
        builder.Services.AddKeyedSingleton(name, (s, _) => create(s));
        builder.Services.AddKeyedSingleton(name, (s, _) => s.GetRequiredKeyedService<ITextToImageModel>(name).Denoiser);
        builder.Services.AddKeyedSingleton<ITextToImageGenerator>(name, (s, _) => TextToImageGenerator.Of(s, name));
        return builder;
    }
}
