using System.Collections.Concurrent;
using System.Diagnostics;
using CachePolicies.Hosting;

namespace CachePolicies.Server;

/// <summary>The registered models: loads each once, at its first use, and knows what it took.</summary>
internal sealed class ModelShelf(IServiceProvider services, RegisteredModels models, TimeProvider time, ILogger<ModelShelf> logger)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<(ITextToImageGenerator Generator, LoadedModel Facts)>>> _loaded = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What can be told of each model, the default first.</summary>
    public IReadOnlyList<ServedModel> Models => [.. models.All.Select(m => new ServedModel(m.Name, m.FileBytes, FactsOf(m.Name)))];

    /// <summary>The generator of a model, which is loaded then.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="cancellationToken">Stops waiting; the model goes on loading.</param>
    /// <exception cref="GenerationRefusedException">There is no such model, or it cannot be loaded; it may be tried again.</exception>
    public async Task<ITextToImageGenerator> GetAsync(string name, CancellationToken cancellationToken)
    {
        var model = models.Find(name) ?? throw Unknown(name, models.All.Select(m => m.Name));
        var loading = _loaded.GetOrAdd(model.Name, n => new(() => Task.Run(() => Load(n), CancellationToken.None)));
        try
        {
            return (await loading.Value.WaitAsync(cancellationToken).ConfigureAwait(false)).Generator;
        }
        catch (Exception failure) when (Refusals.IsFailure(failure, cancellationToken))
        {
            _loaded.TryRemove(new(model.Name, loading));
            Log.ModelFailed(logger, model.Name, failure);
            throw new GenerationRefusedException(RefusalKind.Unavailable, $"The model '{model.Name}' cannot be loaded; the server's log says why.", "model", TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>The refusal of a name that no model has.</summary>
    /// <param name="name">The name.</param>
    /// <param name="known">The names of the models.</param>
    public static GenerationRefusedException Unknown(string name, IEnumerable<string> known) =>
        new(RefusalKind.UnknownModel, $"The model '{Excerpt.Of(name)}' does not exist. {NearestNames.Suggest(name, [.. known])}", "model");

    private LoadedModel? FactsOf(string name) =>
        _loaded.TryGetValue(name, out var loading) && loading is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } ? loading.Value.GetAwaiter().GetResult().Facts : null;

    private (ITextToImageGenerator Generator, LoadedModel Facts) Load(string name)
    {
        var before = Environment.WorkingSet;
        var began = time.GetTimestamp();
        var generator = services.GetRequiredKeyedService<ITextToImageGenerator>(name);
        var model = generator.Model;
        _ = model.Denoiser; // Opens the stages.
        var (usual, defaults) = (model.Defaults.Sizes.Usual, model.Defaults);
        var facts = new LoadedModel(
            usual.Width, usual.Height, defaults.Sizes.IsFixed, defaults.Steps, defaults.Guidance, model.Styles, Math.Max(0, Environment.WorkingSet - before));
        Log.ModelLoaded(logger, name, time.GetElapsedTime(began).TotalSeconds, facts.ResidentBytes / (double)(1 << 20));
        return (generator, facts);
    }
}
