using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Policies;

namespace CachePolicies.Hosting.Tests;

/// <summary>
/// The schema that lets editors complete the section in appsettings.json is made of the catalogue of policies, the ranges of their options and the options'
/// documentation. With CACHEPOLICIES_UPDATE=1 the test writes the file.
/// </summary>
public class ConfigurationSchemaTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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
        Assert.All(
            PolicyCatalog.All.SelectMany(p => p.Options.Select(o => (Policy: p, Option: o))).Select(p => (p.Option.Name, Text: Describe(PropertyOf(p.Policy.OptionsType, p.Option.Name)))),
            o => Assert.False(string.IsNullOrWhiteSpace(o.Text), o.Name));

    private static JsonObject Schema()
    {
        var section = ObjectOf(typeof(CachePoliciesOptions), CachePoliciesOptions.Set);
        section["description"] = "Caching policies: settings for all, and a section for each policy under its name.";
        var properties = section["properties"]!.AsObject();
        properties["OnnxRuntime"] = ObjectOf(typeof(OnnxRuntimeOptions));
        foreach (var policy in PolicyCatalog.All.Where(p => p.Options.Count > 0))
        {
            var one = ObjectOf(policy.OptionsType, policy.Options);
            one["description"] = Describe(policy.OptionsType, $"T:{policy.OptionsType.FullName}");
            properties[policy.Name] = one;
        }

        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["type"] = "object",
            ["properties"] = new JsonObject { [CachePoliciesOptions.SectionName] = section },
        };
    }

    /// <summary>An object of declared options, with their ranges; those of a nested object in an object of their own.</summary>
    private static JsonObject ObjectOf(Type type, IEnumerable<PolicyOption> options, string prefix = "")
    {
        var properties = new JsonObject();
        foreach (var group in options.GroupBy(o => o.Name[prefix.Length..].Split('.')[0]))
        {
            if (group.First().Name == prefix + group.Key)
            {
                properties[group.Key] = ValueOf(group.First(), PropertyOf(type, group.Key));
                continue;
            }

            var holder = PropertyOf(type, group.Key);
            var nested = ObjectOf(holder.PropertyType, group, $"{prefix}{group.Key}.");
            nested["description"] = Describe(holder);
            properties[group.Key] = nested;
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = type == typeof(CachePoliciesOptions) };
    }

    private static JsonObject ValueOf(PolicyOption option, PropertyInfo property)
    {
        JsonNode TypeOf(string name) => option.Type.IsNullable ? new JsonArray(name, "null") : JsonValue.Create(name)!;
        var schema = option.Type.Kind switch
        {
            OptionKind.Flag => new JsonObject { ["type"] = TypeOf("boolean") },
            OptionKind.WholeNumber => new JsonObject { ["type"] = TypeOf("integer") },
            OptionKind.Number => new JsonObject { ["type"] = TypeOf("number") },
            OptionKind.Numbers => new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "number" } },
            OptionKind.Choice => new JsonObject { ["enum"] = new JsonArray([.. option.Type.Choices.Select(n => JsonValue.Create(n))]) },
            _ => new JsonObject { ["type"] = TypeOf("string") },
        };
        if (option.Type.Minimum is { } minimum)
        {
            schema["minimum"] = minimum;
        }

        if (option.Type.Maximum is { } maximum)
        {
            schema["maximum"] = maximum;
        }

        schema["description"] = Describe(property);
        return schema;
    }

    private static PropertyInfo PropertyOf(Type type, string path) => path.Split('.') is [var first, .. var rest] && rest.Length > 0
        ? PropertyOf(type.GetProperty(first)!.PropertyType, string.Join('.', rest))
        : type.GetProperty(path)!;

    /// <summary>An object whose options are bound by their properties.</summary>
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
            _ when type == typeof(IList<string>) => new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } },
            _ => new JsonObject { ["type"] = "object" },
        };
        schema["description"] = Describe(property);
        return schema;
    }

    private static string Describe(PropertyInfo property) => Describe(property.DeclaringType!, $"P:{property.DeclaringType!.FullName}.{property.Name}");

    private static string Describe(Type type, string member)
    {
        var documented = XDocument.Load(Path.ChangeExtension(type.Assembly.Location, ".xml")).Descendants("member").FirstOrDefault(m => (string?)m.Attribute("name") == member);
        return string.Join(' ', new[] { "summary", "value" }.Select(e => Text(documented?.Element(e))).Where(t => t.Length > 0));
    }

    private static string Text(XElement? element) => element is null ? "" : string.Join(' ', string.Concat(element.Nodes().Select(n => n switch
    {
        XElement { Name.LocalName: "see" } see => ((string?)see.Attribute("langword") ?? ((string?)see.Attribute("cref"))?.Split('.')[^1]) ?? "",
        XElement other => other.Value,
        _ => n.ToString(),
    })).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
