namespace CachePolicies.Server;

/// <summary><c>new-key NAME</c>: prints a key, once, and what the configuration gets.</summary>
internal static class NewKeyCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "new-key";

    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (arguments is not [var name] || name.Length is 0 or > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            errors.WriteLine("Expected one name of 1 to 64 letters, digits, '-', '_' or '.': new-key NAME.");
            return 2;
        }

        var key = ApiKeyHash.NewKey();
        output.WriteLine($$"""
            The key, which is shown this once and stored nowhere:

                {{key}}

            In the configuration:

                "Server": { "ApiKeys": { "{{name}}": { "Hash": "{{ApiKeyHash.Of(key)}}" } } }
            """);
        return 0;
    }
}
