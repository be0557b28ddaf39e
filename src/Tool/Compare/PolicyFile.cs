using System.Text.Json;
using CachePolicies.Files;
using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>
/// Policies with settings from a JSON file: an object from a label to settings, where <c>Policy</c> names the policy if the label does not. The section
/// <c>CachePolicies</c> of an appsettings file is one, too.
/// </summary>
internal static class PolicyFile
{
    private const string Section = "CachePolicies";
    private const string PolicyKey = "Policy";
    private const long LargestFile = 16 << 20;

    /// <summary>Policies named on the command line, with their defaults, and those of a file.</summary>
    /// <exception cref="UsageException">There is none, one is named twice, or something in the file is wrong.</exception>
    public static IReadOnlyList<PolicySettings> Read(string? path, string? names)
    {
        List<PolicySettings> policies =
        [
            .. (names ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(n => PolicySettings.Create(n, [])),
        ];
        if (path is not null)
        {
            policies.AddRange(ReadFile(path));
        }

        if (policies.GroupBy(p => Names.Fold(p.Label)).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new UsageException($"'{twice.First().Label}' is named twice; in a policy file give each a label of its own and its name under {PolicyKey}.");
        }

        return policies.Count > 0 ? policies : throw new UsageException("There is no policy; give some with --policies a,b or a file with --policy-file.");
    }

    private static List<PolicySettings> ReadFile(string path)
    {
        try
        {
            using var document = JsonFile.Parse(RegularFile.ReadAllBytes(path, LargestFile), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty(Section, out var section))
            {
                // Beside policies the section configures hosting and the runtime.
                return [.. Members(path, section).Where(m => m.Value.ValueKind == JsonValueKind.Object && (m.Value.TryGetProperty(PolicyKey, out _) || IsPolicy(m.Name))).Select(Create)];
            }

            return [.. Members(path, root).Select(Create)];
        }
        catch (JsonException broken)
        {
            throw new UsageException($"The policy file '{path}' is not JSON: {broken.Message}");
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new UsageException($"The policy file '{path}' cannot be read: {failure.Message}");
        }
    }

    private static JsonElement.ObjectEnumerator Members(string path, JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? element.EnumerateObject()
        : throw new UsageException($"The policy file '{path}' is not an object; expected {{ \"H2Cache\": {{ \"StructureThreshold\": 0.1 }} }}.");

    private static bool IsPolicy(string name) => PolicyCatalog.Find(name) is not null;

    private static PolicySettings Create(JsonProperty member)
    {
        if (member.Value.ValueKind != JsonValueKind.Object)
        {
            throw new UsageException($"The settings of '{Excerpt.Of(member.Name)}' are {member.Value.ValueKind}; expected an object such as {{ \"StructureThreshold\": 0.1 }}.");
        }

        var settings = member.Value.EnumerateObject().Where(p => p.Name != PolicyKey).SelectMany(p => Flatten(p.Name, p.Value)).ToArray();
        return member.Value.TryGetProperty(PolicyKey, out var policy)
            ? PolicySettings.Create(policy.ToString(), settings, member.Name)
            : PolicySettings.Create(member.Name, settings, member.Name);
    }

    private static IEnumerable<string> Flatten(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(p => Flatten($"{name}.{p.Name}", p.Value)),
        JsonValueKind.Array => [$"{name}={string.Join(',', value.EnumerateArray().Select(i => i.ToString()))}"],
        JsonValueKind.Null => [$"{name}=null"],
        _ => [$"{name}={value}"],
    };
}
