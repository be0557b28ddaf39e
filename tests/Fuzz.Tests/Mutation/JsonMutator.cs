using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace CachePolicies.Fuzz;

/// <summary>Changes JSON so that it mostly stays JSON: values of another kind, keys that are missing, twice or unknown, nulls in lists, numbers at the edges.</summary>
internal static class JsonMutator
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>What no node can hold, put in its place once the rest is text.</summary>
    private static readonly string[] Raw = ["1e400", "-1e400", "NaN", "0.5e-400", "99999999999999999999", "01", "{\"a\":1,\"a\":2}", "[1,]", "// x\n1", "\"\\ud800\"", "", Deep(40), Deep(2000)];

    public static byte[] Mutate(FuzzRandom random, byte[] seed)
    {
        if (random.OneIn(4))
        {
            return BinaryMutator.Mutate(random, seed);
        }

        var vocabulary = Keys(JsonNode.Parse(seed));
        var root = random.OneIn(6) ? Generate(random, vocabulary, 4) : JsonNode.Parse(seed)!;
        for (var left = 1 + random.Below(3); left > 0; left--)
        {
            root = Change(random, root, vocabulary);
        }

        var text = root?.ToJsonString() ?? "null";
        for (var i = 0; i < Raw.Length; i++)
        {
            text = text.Replace($"\"{Mark(i)}\"", Raw[i], StringComparison.Ordinal);
        }

        return Utf8.GetBytes(text);
    }

    private static JsonNode? Change(FuzzRandom random, JsonNode? root, IReadOnlyList<string> vocabulary)
    {
        var holders = Holders(root).ToArray();
        if (holders.Length == 0)
        {
            return Value(random, vocabulary);
        }

        switch (random.Of(holders))
        {
            case JsonObject item when item.Count > 0:
                var key = random.Of(item.Select(p => p.Key).ToArray());
                ChangeProperty(random, item, key, vocabulary);
                break;
            case JsonObject empty:
                empty[random.Word()] = Value(random, vocabulary);
                break;
            case JsonArray list:
                ChangeList(random, list, vocabulary);
                break;
        }

        return root;
    }

    private static void ChangeProperty(FuzzRandom random, JsonObject item, string key, IReadOnlyList<string> vocabulary)
    {
        switch (random.Below(6))
        {
            case 0:
                item.Remove(key);
                break;
            case 1:
                var moved = item[key]?.DeepClone();
                item.Remove(key);
                item[random.OneIn(2) ? key + "x" : random.Word()] = moved;
                break;
            case 2 when vocabulary.Count > 0:
                item[random.Of(vocabulary)] = item[key]?.DeepClone();
                break;
            default:
                item[key] = Value(random, vocabulary);
                break;
        }
    }

    private static void ChangeList(FuzzRandom random, JsonArray list, IReadOnlyList<string> vocabulary)
    {
        switch (random.Below(5))
        {
            case 0:
                list.Insert(random.Below(list.Count + 1), null);
                break;
            case 1 when list.Count > 0:
                list.RemoveAt(random.Below(list.Count));
                break;
            case 2 when list.Count > 0:
                var repeated = random.Of(list.ToArray());
                for (var left = random.Of([1, 2, 1000]); left > 0; left--)
                {
                    list.Add(repeated?.DeepClone());
                }

                break;
            case 3 when list.Count > 0:
                list[random.Below(list.Count)] = Value(random, vocabulary);
                break;
            default:
                list.Add(Value(random, vocabulary));
                break;
        }
    }

    private static JsonNode? Value(FuzzRandom random, IReadOnlyList<string> vocabulary) => random.Below(9) switch
    {
        0 => null,
        1 => JsonValue.Create(random.OneIn(2)),
        2 or 3 => JsonValue.Create(random.Number()),
        4 => JsonValue.Create(random.Of([0.5, -0.5, 1e30, 1e308, 1e-320, -0.0])),
        5 => JsonValue.Create(Mark(random.Below(Raw.Length))),
        6 => Generate(random, vocabulary, 2),
        _ => JsonValue.Create(random.Word().Replace('\uD800', '?')),
    };

    /// <summary>A document with the keys of a right one.</summary>
    private static JsonNode? Generate(FuzzRandom random, IReadOnlyList<string> vocabulary, int depth)
    {
        if (depth == 0 || vocabulary.Count == 0)
        {
            return random.OneIn(2) ? JsonValue.Create(random.Number()) : JsonValue.Create(random.Of(["", "x", "CPU", "0.5"]));
        }

        var children = Enumerable.Range(0, random.Below(6)).Select(_ => random.OneIn(3) ? Value(random, []) : Generate(random, vocabulary, depth - 1)).ToArray();
        if (random.OneIn(3))
        {
            return new JsonArray(children);
        }

        var item = new JsonObject();
        foreach (var child in children)
        {
            item[random.Of(vocabulary)] = child;
        }

        return item;
    }

    private static IEnumerable<JsonNode> Holders(JsonNode? node) => node switch
    {
        JsonObject item => item.Where(p => p.Value is JsonObject or JsonArray).SelectMany(p => Holders(p.Value)).Prepend(item),
        JsonArray list => list.Where(v => v is JsonObject or JsonArray).SelectMany(Holders).Prepend(list),
        _ => [],
    };

    private static string[] Keys(JsonNode? node) => [.. Holders(node).OfType<JsonObject>().SelectMany(o => o.Select(p => p.Key)).Distinct()];

    private static string Mark(int raw) => string.Create(CultureInfo.InvariantCulture, $"--raw-{raw}--");

    private static string Deep(int levels) => new string('[', levels) + new string(']', levels);
}
