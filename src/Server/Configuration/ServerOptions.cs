using CachePolicies.Cluster;

namespace CachePolicies.Server;

/// <summary>The settings of the server, in the section <c>Server</c>; those of the policies and of a generation's limits are in <c>CachePolicies</c>.</summary>
internal sealed class ServerOptions
{
    /// <summary>The section of configuration.</summary>
    public const string SectionName = "Server";

    /// <summary>The models by the name that requests use: a folder with <c>manifest.json</c>, or an exported pipeline. The first is the default.</summary>
    /// <value>Empty, the default, for the sample model under the name <c>emoji</c>.</value>
    public Dictionary<string, string> Models { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The model of a request that names none.</summary>
    /// <value>A name of <see cref="Models"/>. The default is <see langword="null"/>: the only one, or the first by name.</value>
    public string? DefaultModel { get; set; }

    /// <summary>Whether models are loaded when the server starts rather than at their first request.</summary>
    public bool LoadAtStart { get; set; }

    /// <summary>Further policies: a name, and the known policy that it is. Its settings are in <c>CachePolicies:NAME</c>.</summary>
    public Dictionary<string, string> Policies { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Who may ask: a name, and what is known of the key. Without any, the server listens on the loopback interface only.</summary>
    public Dictionary<string, ApiKeyOptions> ApiKeys { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The largest body of a request.</summary>
    /// <value>1,024 to 16,777,216 bytes. The default is 131,072.</value>
    public int MaximumBodyBytes { get; set; } = 128 << 10;

    /// <summary>How many connections are open at once; a further one is closed.</summary>
    /// <value>At least 1. The default is 1,000.</value>
    public int MaximumConnections { get; set; } = 1000;

    /// <summary>How many generations a key may begin per minute, unless its own settings say otherwise.</summary>
    /// <value>At least 1. The default is 120.</value>
    public int RequestsPerMinute { get; set; } = 120;

    /// <summary>How many generations of a key may run or wait at once, unless its own settings say otherwise.</summary>
    /// <value>At least 1. The default is 8.</value>
    public int ConcurrentRequests { get; set; } = 8;

    /// <summary>How long a server that stops lets its generations finish.</summary>
    /// <value>0 to 1 hour. The default is 30 seconds.</value>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Pictures that are answered by address.</summary>
    public PictureStoreOptions Pictures { get; } = new();

    /// <summary>Results that are stored, so that a request that was answered before is not computed again.</summary>
    public ResultsOptions Results { get; } = new();

    /// <summary>Other processes that serve together with this one.</summary>
    public ClusterOptions Cluster { get; } = new();
}

/// <summary>What is known of a key.</summary>
internal sealed class ApiKeyOptions
{
    /// <summary>The key's hash, <c>sha256:</c> and 64 hexadecimal digits, as <c>new-key</c> prints it.</summary>
    public string Hash { get; set; } = "";

    /// <summary>When the key stops being valid; <see langword="null"/>, the default, for never.</summary>
    public DateTimeOffset? Expires { get; set; }

    /// <summary>How many generations it may begin per minute; <see langword="null"/> for the server's number.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>How many of its generations may run or wait at once; <see langword="null"/> for the server's number.</summary>
    public int? ConcurrentRequests { get; set; }
}

/// <summary>Where pictures that are answered by address are kept.</summary>
internal sealed class PictureStoreOptions
{
    /// <summary>The folder.</summary>
    /// <value><see langword="null"/>, the default, for one of the server's own under the system's temporary folder.</value>
    public string? Directory { get; set; }

    /// <summary>How many bytes of pictures are kept; the oldest go first.</summary>
    /// <value>At least 1,048,576. The default is 268,435,456.</value>
    public long MaximumBytes { get; set; } = 256 << 20;

    /// <summary>How long a picture is kept.</summary>
    /// <value>Above 0. The default is one hour.</value>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The address that the server has for its clients, in front of a picture's: <c>https://pictures.example.org</c>.</summary>
    /// <value><see langword="null"/>, the default, for the one that the request came to.</value>
    public Uri? PublicAddress { get; set; }
}

/// <summary>Where results are stored for requests that come again.</summary>
internal sealed class ResultsOptions
{
    /// <summary>The folder; one for each process.</summary>
    /// <value><see langword="null"/>, the default, to store none.</value>
    public string? Directory { get; set; }

    /// <summary>How many bytes of results are kept; those that nobody asked for the longest go first.</summary>
    /// <value>1,048,576 to 2,147,483,647. The default is 1,073,741,824.</value>
    public long MaximumBytes { get; set; } = 1 << 30;
}
