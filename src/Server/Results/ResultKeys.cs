using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using CachePolicies.Hosting;

namespace CachePolicies.Server;

/// <summary>
/// What a result depends on, as one hash: the whole request, the model's files, every setting of the section <c>CachePolicies</c> and the policies' names, and the
/// program itself. Whoever changes any of them gets pictures that are made, not stored ones.
/// </summary>
internal sealed class ResultKeys(RegisteredModels models, IConfiguration configuration)
{
    private static readonly byte[] Program = Encoding.UTF8.GetBytes(string.Join('\n', Modules()));

    private readonly string _policies = $"{ServerOptions.SectionName}:{nameof(ServerOptions.Policies)}";

    /// <summary>The key of a job's result now, or <see langword="null"/> where there is no such model.</summary>
    public string? Of(PictureJob job)
    {
        if (models.Find(job.Model) is not { } model)
        {
            return null;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Program);
        Append(hash, Encoding.UTF8.GetBytes(model.Stamp));

        // How progress is reported does not change the pictures.
        var described = job with { Model = model.Name, Progress = false, PartialImages = 0, Overrides = new SortedDictionary<string, string>(job.Overrides.ToDictionary(), StringComparer.Ordinal) };
        Append(hash, JsonSerializer.SerializeToUtf8Bytes(described, ResultJson.Default.PictureJob));
        foreach (var section in (string[])[CachePoliciesOptions.SectionName, _policies])
        {
            foreach (var (name, value) in configuration.GetSection(section).AsEnumerable().OrderBy(s => s.Key, StringComparer.Ordinal))
            {
                Append(hash, Encoding.UTF8.GetBytes($"{name}={value}{StampOf(value)}"));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Each part with its length, so that two parts never read as another two.</summary>
    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        hash.AppendData(BitConverter.GetBytes(part.Length));
        hash.AppendData(part);
    }

    /// <summary>The state of a file that a setting names, such as a calibration; empty for what is not a file's path.</summary>
    private static string StampOf(string? value) =>
        value is { Length: > 0 and < 4096 } && new FileInfo(value) is { Exists: true } file ? ModelStamp.Of(file) : "";

    /// <summary>The versions of the modules that take part, found by who refers to whom.</summary>
    private static IEnumerable<string> Modules()
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var open = new Stack<Assembly>([typeof(ResultKeys).Assembly]);
        while (open.TryPop(out var assembly))
        {
            if (found.TryAdd(assembly.GetName().Name!, assembly.ManifestModule.ModuleVersionId.ToString()))
            {
                foreach (var next in assembly.GetReferencedAssemblies().Where(a => a.Name!.StartsWith("CachePolicies", StringComparison.Ordinal) || a.Name == "Microsoft.ML.OnnxRuntime"))
                {
                    open.Push(Assembly.Load(next));
                }
            }
        }

        return found.Select(f => $"{f.Key} {f.Value}");
    }
}

/// <summary>How jobs and results are written.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(PictureJob))]
[JsonSerializable(typeof(ResultFacts))]
internal sealed partial class ResultJson : JsonSerializerContext;
