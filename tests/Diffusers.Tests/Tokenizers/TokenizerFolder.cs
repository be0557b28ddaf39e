namespace CachePolicies.Diffusers.Tests;

/// <summary>A folder of tokenizer files that is removed again.</summary>
internal sealed class TokenizerFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tokenizer").FullName;

    public TokenizerFolder With(string name, string text)
    {
        File.WriteAllText(System.IO.Path.Combine(Path, name), text);
        return this;
    }

    public TokenizerFolder WithClip()
    {
        foreach (var name in (string[])["vocab.json", "merges.txt"])
        {
            File.Copy(TestData.PathOf("clip/" + name), System.IO.Path.Combine(Path, name));
        }

        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
