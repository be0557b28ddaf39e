using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

/// <summary>Keeps <see cref="CachePoliciesOptions"/> on the last good values while the section changes.</summary>
internal sealed class RootSettings
{
    private readonly IOptionsFactory<CachePoliciesOptions> _factory;
    private readonly ILogger _logger;

    public RootSettings(SettingsSection<CachePoliciesOptions> section, SettingsStore store, IOptionsFactory<CachePoliciesOptions> factory, ILogger logger)
    {
        (Section, _factory, _logger) = (section, factory, logger);
        store.OnChange(Reload);
    }

    public SettingsSection<CachePoliciesOptions> Section { get; }

    private void Reload()
    {
        if (Section.TryTake(() => _factory.Create(Options.DefaultName), _logger))
        {
            Log.Reloaded(_logger, Section.Path);
            Section.Announce();
        }
    }
}
