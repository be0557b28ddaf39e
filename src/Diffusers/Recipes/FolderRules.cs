namespace CachePolicies.Diffusers;

/// <summary>What the parts of a folder must have in common.</summary>
internal static class FolderRules
{
    public static IEnumerable<string> Check(DiffusersFolder folder)
    {
        var recipe = folder.Recipe;
        var missing = recipe.RequiredInputs.Where(n => folder.Denoiser.Ports.Input(n) is null).ToArray();
        if (missing.Length > 0)
        {
            yield return $"{recipe.DenoiserName} lacks the input {string.Join(" and ", missing)} that a {recipe.Name} denoiser has; it reads {string.Join(", ", folder.Denoiser.Ports.Inputs.Select(i => i.Name))}, so it is of another family.";
        }

        foreach (var other in PipelineRecipes.DenoiserNames.Where(n => n != recipe.DenoiserName && FolderReader.GraphIn(Path.Combine(folder.Path, n)) is not null))
        {
            yield return $"{other} is in the folder beside {recipe.DenoiserName}: two families are mixed, and a {recipe.Name} pipeline has no {other}.";
        }

        foreach (var part in folder.Parts.Values.Where(p => p.Part.Outputs.Length > 0))
        {
            var lacking = part.Part.Outputs.Where(o => EncoderOutputs.PortOf(part, o) is null).ToArray();
            if (lacking.Length > 0)
            {
                yield return $"{part.Name} lacks the output {string.Join(" and ", lacking)}; it has {string.Join(", ", part.Ports.Outputs.Select(o => o.Name).Take(8))}. Export it with 'optimum-cli export onnx'.";
            }
        }

        foreach (var problem in Settings(folder).Concat(recipe.Check(folder)))
        {
            yield return problem;
        }

        if (folder.Find("vae_decoder") is { } vae && recipe.LatentOf(folder) is { } latent && vae.Ports.Inputs.Count == 1
            && vae.Ports.Inputs[0].SizeFromEnd(3) is { } channels && channels != latent.Channels)
        {
            yield return $"vae_decoder decodes latents of {channels} channels and {recipe.DenoiserName} makes {latent.Channels}: they are of two families.";
        }
    }

    /// <summary>Whether the files that name a class agree with what they lie in.</summary>
    private static IEnumerable<string> Settings(DiffusersFolder folder)
    {
        foreach (var part in folder.Parts.Values.Where(p => p.Part.Kind == PartKind.TextEncoder))
        {
            var tokenizer = part.Name.Replace("text_encoder", "tokenizer", StringComparison.Ordinal);
            if (folder.Find(tokenizer) is not { } words)
            {
                continue;
            }

            string? problem = null;
            try
            {
                var vocabulary = folder.Tokenizer(words.Name).VocabularySize;
                if (part.Settings.Integer("vocab_size", 1, int.MaxValue) is { } rows && vocabulary > rows)
                {
                    problem = $"The vocabulary in {tokenizer} has {vocabulary:N0} tokens and {part.Name} knows {rows:N0}: they do not belong together.";
                }
            }
            catch (Exception damaged) when (damaged is TokenizerException or InvalidDataException)
            {
                problem = damaged.Message;
            }

            if (problem is not null)
            {
                yield return problem;
            }
        }
    }
}
