using Microsoft.Extensions.Options;

namespace CachePolicies.Server;

/// <summary>Loads every model when the server starts, where the configuration asks for it. The server answers meanwhile and is not ready.</summary>
internal sealed class ModelsAtStart(ModelShelf shelf, IOptions<ServerOptions> options) : BackgroundService
{
    private volatile string? _problem = options.Value.LoadAtStart ? "Models are being loaded." : null;

    /// <summary>Why the server is not ready, or <see langword="null"/>.</summary>
    public string? Problem => _problem;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.LoadAtStart)
        {
            return;
        }

        try
        {
            foreach (var model in shelf.Models)
            {
                await shelf.GetAsync(model.Name, stoppingToken).ConfigureAwait(false);
            }

            _problem = null;
        }
        catch (GenerationRefusedException failure)
        {
            _problem = failure.Message;
        }
    }
}
