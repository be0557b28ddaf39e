using System.Text.Json.Nodes;

namespace CachePolicies.Diffusers.Tests;

/// <summary>What a user is told of a folder that is not a whole pipeline; each test breaks a copy of a good one.</summary>
public sealed class FolderTests : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("folder-");

    public void Dispose() => _temporary.Delete(recursive: true);

    private string Copy(string name) => PipelineCopy.Of(Repository.PathOf($"tests/Diffusers.Tests/Folders/{name}"), _temporary);

    private static string Message(string folder) => Assert.Throws<DiffusersFolderException>(() => DiffusersFolder.Open(folder)).Message;

    [Fact]
    public void A_whole_folder_is_known_by_its_class_with_every_part()
    {
        var folder = DiffusersFolder.Open(Copy("sd15"));
        Assert.IsType<StableDiffusionRecipe>(folder.Recipe);
        Assert.Equal(folder.Recipe.Parts.Select(p => p.Name).Order(), folder.Parts.Keys.Order());
        Assert.Equal(new Version(0, 34, 0), folder.DiffusersVersion);
        Assert.Equal(new TextToImage.PictureSize(64, 64), folder.Recipe.DefaultsOf(folder).Sizes.Usual);
    }

    [Theory]
    [InlineData("ORTStableDiffusionPipeline")]
    [InlineData("OnnxStableDiffusionPipeline")]
    [InlineData("StableDiffusionInpaintPipeline")]
    public void Other_names_of_the_class_are_known(string name)
    {
        var folder = Copy("sd15");
        Change(folder, DiffusersFolder.IndexFile, j => j["_class_name"] = name);
        Assert.IsType<StableDiffusionRecipe>(DiffusersFolder.Open(folder).Recipe);
    }

    [Theory]
    [InlineData("sd15", typeof(StableDiffusionRecipe))]
    [InlineData("flux035", typeof(FluxRecipe))]
    public void A_folder_without_an_index_and_settings_is_known_by_its_denoiser(string name, Type recipe)
    {
        var folder = Copy(name);
        File.Delete(Path.Combine(folder, DiffusersFolder.IndexFile));
        foreach (var settings in Directory.GetFiles(folder, "config.json", SearchOption.AllDirectories))
        {
            File.Delete(settings);
        }

        Directory.Delete(Path.Combine(folder, "scheduler"), recursive: true);
        Assert.IsType(recipe, DiffusersFolder.Open(folder).Recipe);
    }

    [Fact]
    public void Everything_that_is_missing_is_said_at_once_with_what_it_is_for()
    {
        var folder = Copy("sd15");
        Directory.Delete(Path.Combine(folder, "tokenizer"), recursive: true);
        Directory.Delete(Path.Combine(folder, "vae_decoder"), recursive: true);
        File.Delete(Path.Combine(folder, "unet", "model.onnx"));
        var message = Message(folder);
        Assert.Contains("tokenizer is missing: it turns the prompt into the token ids", message, StringComparison.Ordinal);
        Assert.Contains("vae_decoder is missing: it turns the final latent into the picture", message, StringComparison.Ordinal);
        Assert.Contains("unet has no model.onnx: it predicts the noise", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_graphs_of_which_none_is_the_usual_one_are_named()
    {
        var folder = Copy("sd15");
        var unet = Path.Combine(folder, "unet");
        File.Copy(Path.Combine(unet, "model.onnx"), Path.Combine(unet, "model_q4.onnx"));
        File.Move(Path.Combine(unet, "model.onnx"), Path.Combine(unet, "model_fp16.onnx"));
        Assert.Contains("unet has model_fp16.onnx and model_q4.onnx, and which of them is meant is not known; call it model.onnx: it predicts the noise", Message(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sd15", """{"_class_name": "FlowMatchEulerDiscreteScheduler"}""", "it is for flow matching")]
    [InlineData("sd15", """{"_class_name": "UniPCMultistepScheduler", "prediction_type": "flow_prediction"}""", "it is for flow matching")]
    [InlineData("flux035", """{"_class_name": "DDIMScheduler"}""", "it is for models that predict noise")]
    [InlineData("flux035", """{"_class_name": "DPMSolverMultistepScheduler", "use_flow_sigmas": true}""", "it is for models that predict noise")]
    public void A_scheduler_of_another_kind_of_model_is_refused(string name, string scheduler, string expected)
    {
        var folder = Copy(name);
        File.WriteAllText(Path.Combine(folder, "scheduler", "scheduler_config.json"), scheduler);
        using var backend = new Backends.OnnxRuntime.OnnxRuntimeBackend();
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => DiffusersModel.Open(folder, backend)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_graph_is_named_with_what_it_is_for()
    {
        var folder = Copy("sd15");
        var graph = Path.Combine(folder, "text_encoder", "model.onnx");
        File.WriteAllBytes(graph, File.ReadAllBytes(graph)[..5000]);
        Assert.Contains("text_encoder is damaged", Message(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("_class_name", "KandinskyPipeline", "'KandinskyPipeline', for which there is no recipe")]
    [InlineData("_class_name", null, "lacks '_class_name'")]
    public void A_class_without_a_recipe_is_refused_by_name(string key, string? value, string expected)
    {
        var folder = Copy("sd15");
        Change(folder, DiffusersFolder.IndexFile, j => j[key] = value);
        Assert.Contains(expected, Message(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model_index.json", "{ \"_class_name\": ", "is not valid JSON")]
    [InlineData("model_index.json", "[1]", "is not a JSON object")]
    [InlineData("vae_decoder/config.json", "{\"scaling_factor\": \"big\"}", "'scaling_factor': \"big\"; expected a finite number")]
    [InlineData("vae_decoder/config.json", "{\"scaling_factor\": 0}", "a scaling_factor of 0")]
    [InlineData("vae_decoder/config.json", "{\"latent_channels\": 16}", "decodes latents of 4 channels and unet makes 16")]
    [InlineData("vae_decoder/config.json", "{\"latents_mean\": [1, 2]}", "2 latents_mean and 0 latents_std; expected 4 of each")]
    [InlineData("unet/config.json", "{\"in_channels\": 9, \"out_channels\": 4}", "unet reads 4 channels, and its config.json says in_channels 9")]
    [InlineData("unet/config.json", "{\"out_channels\": 3}", "unet reads 4 channels and makes 3: what the others hold is not known. A U-Net that fills in pictures reads 7.")]
    [InlineData("text_encoder/config.json", "{\"vocab_size\": 10}", "text_encoder knows 10: they do not belong together")]
    public void Settings_that_cannot_be_right_are_named(string file, string content, string expected)
    {
        var folder = Copy("sd15");
        File.WriteAllText(Path.Combine(folder, file), content);
        var error = Assert.ThrowsAny<Exception>(() => DiffusersFolder.Open(folder));
        Assert.True(error is DiffusersFolderException or InvalidDataException, error.GetType().Name);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_families_in_one_folder_are_refused()
    {
        var folder = Copy("sd15");
        Directory.Move(Path.Combine(Copy("flux035"), "transformer"), Path.Combine(folder, "transformer"));
        Assert.Contains("two families are mixed, and a Stable Diffusion pipeline has no transformer", Message(folder), StringComparison.Ordinal);
        File.Delete(Path.Combine(folder, DiffusersFolder.IndexFile));
        Assert.Contains("mixes two families: it has transformer and unet", Message(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_of_another_family_is_refused()
    {
        var (folder, other) = (Copy("sd15"), Copy("flux035"));
        Directory.Delete(Path.Combine(folder, "text_encoder"), recursive: true);
        Directory.Move(Path.Combine(other, "text_encoder"), Path.Combine(folder, "text_encoder"));
        Assert.Contains("makes 24 numbers per row for 'encoder_hidden_states' and unet reads 32", Message(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_or_holds_nothing_is_refused()
    {
        Assert.Contains("There is no folder", Message(Path.Combine(_temporary.FullName, "nothing")), StringComparison.Ordinal);
        Assert.Contains("is not a pipeline", Message(_temporary.FullName), StringComparison.Ordinal);
    }

    private static void Change(string folder, string file, Action<JsonObject> change)
    {
        var path = Path.Combine(folder, file);
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(json);
        File.WriteAllText(path, json.ToJsonString());
    }
}
