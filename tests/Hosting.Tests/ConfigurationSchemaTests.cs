using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Policies;

namespace CachePolicies.Hosting.Tests;

/// <summary>
/// The schema that lets editors complete the section in appsettings.json is made of the options and their documentation. With
/// CACHEPOLICIES_UPDATE=1 the test writes the file anew.
/// </summary>
public class ConfigurationSchemaTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Type[] Policies =
    [
        typeof(H2CacheOptions), typeof(BlockCacheOptions), typeof(TeaCacheOptions), typeof(DiCacheOptions), typeof(EasyCacheOptions),
        typeof(DBCacheOptions), typeof(MagCacheOptions), typeof(TaylorSeerOptions), typeof(StepMaskOptions),
    ];

    [Fact]
    public async Task The_schema_knows_every_option()
    {
        var schema = (Schema().ToJsonString(Indented) + "\n").ReplaceLineEndings("\n");
        var path = Repository.PathOf("src/Hosting/ConfigurationSchema.json");
        if (Environment.GetEnvironmentVariable("CACHEPOLICIES_UPDATE") == "1")
        {
            await File.WriteAllTextAsync(path, schema);
        }

        Assert.Equal(schema, (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Every_option_is_described() =>
        Assert.All(Policies.SelectMany(p => p.GetProperties()), p => Assert.False(string.IsNullOrWhiteSpace(Describe(p)), $"{p.DeclaringType!.Name}.{p.Name}"));

    private static JsonObject Schema()
    {
        var section = ObjectOf(typeof(CachePoliciesOptions));
        section["description"] = "Caching policies: settings for all, and a section for each policy under its name.";
        var properties = section["properties"]!.AsObject();
        properties["OnnxRuntime"] = ObjectOf(typeof(OnnxRuntimeOptions));
        foreach (var policy in Policies)
        {
            var one = ObjectOf(policy);
            var options = one["properties"]!.AsObject();
            options.Remove("Calibration");
            if (policy == typeof(MagCacheOptions))
            {
                options["CalibrationFile"] = new JsonObject { ["type"] = "string", ["description"] = "The file with the model's magnitude ratios." };
            }

            options["Rules"] = Rules();
            one["additionalProperties"] = false;
            properties[policy.Name[..^"Options".Length]] = one;
        }

        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["type"] = "object",
            ["properties"] = new JsonObject { [CachePoliciesOptions.SectionName] = section },
        };
    }

    private static JsonObject Rules() => new()
    {
        ["type"] = "array",
        ["description"] = "Decorators in the order in which they are put around the policy, each an object with one key.",
        ["items"] = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["maxProperties"] = 1,
            ["properties"] = new JsonObject(PolicyRules.Names.Select(n => KeyValuePair.Create(n, (JsonNode?)(n == "StepMask"
                ? new JsonObject { ["type"] = "string" }
                : new JsonObject { ["type"] = "integer", ["minimum"] = 0 })))),
        },
    };

    private static JsonObject ObjectOf(Type type) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(type.GetProperties().Select(p => KeyValuePair.Create(p.Name, (JsonNode?)ValueOf(p)))),
    };

    private static JsonObject ValueOf(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var schema = type switch
        {
            _ when type == typeof(bool) => new JsonObject { ["type"] = "boolean" },
            _ when type == typeof(int) || type == typeof(long) => new JsonObject { ["type"] = "integer" },
            _ when type == typeof(float) || type == typeof(double) => new JsonObject { ["type"] = "number" },
            _ when type == typeof(string) => new JsonObject { ["type"] = "string" },
            { IsEnum: true } => new JsonObject { ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(n => JsonValue.Create(n))]) },
            _ when type == typeof(IReadOnlyList<double>) => new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "number" } },
            _ when type == typeof(IList<string>) => new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } },
            _ when typeof(System.Collections.IEnumerable).IsAssignableFrom(type) || type.Name.StartsWith("IDictionary", StringComparison.Ordinal) => new JsonObject { ["type"] = "object" },
            _ => ObjectOf(type),
        };
        schema["description"] = Describe(property);
        return schema;
    }

    private static string Describe(PropertyInfo property)
    {
        var type = property.DeclaringType!;
        var file = Path.ChangeExtension(type.Assembly.Location, ".xml");
        var member = XDocument.Load(file).Descendants("member").FirstOrDefault(m => (string?)m.Attribute("name") == $"P:{type.FullName}.{property.Name}");
        return string.Join(' ', new[] { "summary", "value" }.Select(e => Text(member?.Element(e))).Where(t => t.Length > 0));
    }

    private static string Text(XElement? element) => element is null ? "" : string.Join(' ', string.Concat(element.Nodes().Select(n => n switch
    {
        XElement { Name.LocalName: "see" } see => ((string?)see.Attribute("langword") ?? ((string?)see.Attribute("cref"))?.Split('.')[^1]) ?? "",
        XElement other => other.Value,
        _ => n.ToString(),
    })).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
