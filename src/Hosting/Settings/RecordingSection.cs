using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace CachePolicies.Hosting;

/// <summary>A view of configuration that records what a binder asks for, reads and lists, each by its path.</summary>
internal sealed class RecordingSection(IConfiguration inner, string path, Action<string> asked, Action<string> read, Action<string> listed) : IConfigurationSection
{
    public string Key => path.Length == 0 ? "" : ConfigurationPath.GetSectionKey(path)!;

    public string Path => path;

    public string? Value
    {
        get
        {
            read(path);
            return (inner as IConfigurationSection)?.Value;
        }

        set => throw new NotSupportedException("Settings are read only.");
    }

    public string? this[string key]
    {
        get => GetSection(key).Value;
        set => throw new NotSupportedException("Settings are read only.");
    }

    public IConfigurationSection GetSection(string key)
    {
        var at = path.Length == 0 ? key : ConfigurationPath.Combine(path, key);
        asked(at);
        return new RecordingSection(inner.GetSection(key), at, asked, read, listed);
    }

    public IEnumerable<IConfigurationSection> GetChildren()
    {
        listed(path);
        return inner.GetChildren().Select(c => new RecordingSection(c, path.Length == 0 ? c.Key : ConfigurationPath.Combine(path, c.Key), asked, read, listed));
    }

    public IChangeToken GetReloadToken() => inner.GetReloadToken();
}
