using System.Collections.Immutable;
using CachePolicies.Engine;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers.Tests;

/// <summary>A recipe of one's own, as the documentation shows it.</summary>
public sealed class OwnRecipeTests : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("recipe-");

    public void Dispose() => _temporary.Delete(recursive: true);

    [Fact]
    public void A_recipe_of_ones_own_opens_a_folder_of_its_class_and_names_what_is_missing()
    {
        var folder = PipelineCopy.Of(Repository.PathOf("tests/Diffusers.Tests/Folders/flux035"), _temporary);
        var index = Path.Combine(folder, DiffusersFolder.IndexFile);
        File.WriteAllText(index, File.ReadAllText(index).Replace("FluxPipeline", "MyPipeline", StringComparison.Ordinal));
        Assert.Contains("'MyPipeline', for which there is no recipe", Assert.Throws<DiffusersFolderException>(() => DiffusersFolder.Open(folder)).Message, StringComparison.Ordinal);

        var opened = DiffusersFolder.Open(folder, [new MyRecipe(), .. PipelineRecipes.All]);
        Assert.IsType<MyRecipe>(opened.Recipe);
        Assert.Equal(new PictureSize(1024, 1024), opened.Recipe.DefaultsOf(opened).Sizes.Usual);
        File.Delete(Path.Combine(folder, "transformer", "model.onnx"));
        Assert.Contains("transformer has no model.onnx", Assert.Throws<DiffusersFolderException>(() => DiffusersFolder.Open(folder, [new MyRecipe()])).Message, StringComparison.Ordinal);
    }

    private sealed class MyRecipe : PipelineRecipe
    {
        public override string Name => "Mine";

        public override string Family => "mine";

        public override ImmutableArray<string> Classes { get; } = ["MyPipeline"];

        public override ImmutableArray<PipelinePart> Parts { get; } =
        [
            .. CommonParts.Text(1, "makes the states that the transformer attends to", outputs: "last_hidden_state"),
            CommonParts.Transformer, CommonParts.Scheduler, CommonParts.VaeDecoder,
        ];

        public override ImmutableArray<string> RequiredInputs { get; } = ["hidden_states", "timestep", "encoder_hidden_states"];

        public override string UsualScheduler => """{"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 3.0}""";

        public override PictureDefaults DefaultsOf(DiffusersFolder folder) =>
            new(20, 4, PictureSizes.MultiplesOf(LatentOf(folder).Multiple, new(1024, 1024), reason: LatentOf(folder).Reason));

        public override LatentForm LatentOf(DiffusersFolder folder) =>
            LatentForm.Of(folder.Parts["vae_decoder"].Settings, channels: 16, scale: 1, shift: 0, multiple: 2, "tokens are 2 × 2 latent pixels") with { Patch = 2 };

        public override DenoiserInputs Encode(PictureRequest request, RecipeEncoding encoding)
        {
            encoding.Refuse(request, RequestFeatures.TrueGuidance | RequestFeatures.SizeConditioning);
            var guidance = Math.Max(1, request.Guidance ?? encoding.Defaults.Guidance);
            var texts = guidance > 1 ? new[] { request.Prompt, request.NegativePrompt ?? "" } : [request.Prompt];
            var states = encoding.Run("text_encoder", texts, request.MaxSequenceLength ?? 256, "last_hidden_state");
            Dictionary<string, InputValue> Inputs(int text) => new() { ["encoder_hidden_states"] = states[text][0].Numbers };
            return new DenoiserInputs(Inputs(0), texts.Length > 1 ? Inputs(1) : null, guidance);
        }
    }
}
