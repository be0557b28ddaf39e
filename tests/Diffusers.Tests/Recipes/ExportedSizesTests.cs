using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.Onnx;
using CachePolicies.Onnx.Schema;
using CachePolicies.Policies;
using CachePolicies.TextToImage;
using Google.Protobuf;

namespace CachePolicies.Diffusers.Tests;

/// <summary>Folders whose graphs were exported for one size or one length of text, or for another type of timestep.</summary>
public sealed class ExportedSizesTests : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("sizes-");
    private readonly OnnxRuntimeBackend _backend = new();

    public void Dispose()
    {
        _backend.Dispose();
        _temporary.Delete(recursive: true);
    }

    [Theory]
    [InlineData("unet")]
    [InlineData("vae_decoder")]
    public void One_size_of_picture_is_the_usual_one_and_others_are_refused(string part)
    {
        var folder = Copy("sd15", part, ("height", 16), ("width", 8), ("latent_height", 16), ("latent_width", 8));
        using var model = DiffusersModel.Open(folder, _backend);
        Assert.Equal(new PictureSize(64, 128), model.Defaults.Sizes.Usual);
        var refusal = Assert.Throws<PictureSizeException>(() => model.Prepare(new("a red fox") { Width = 64, Height = 64 }));
        Assert.Contains("draws pictures of 64 × 128 only; asked for 64 × 64.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_number_of_tokens_is_the_usual_one_and_others_are_refused()
    {
        using var model = DiffusersModel.Open(Copy("flux035", "transformer", ("packed_height_width", 16), ("sequence_length", 64)), _backend);
        Assert.Equal(new PictureSize(64, 64), model.Defaults.Sizes.Usual);
        var prepared = model.Prepare(new("a red fox") { Steps = 1 });
        prepared.Generate(new CachedDenoiser(prepared.Denoiser, CachePolicy.None));
        Assert.Equal(64 * 32, prepared.Request.Samples[0].Conditional["encoder_hidden_states"].Numbers.Length);
        var size = Assert.Throws<PictureSizeException>(() => model.Prepare(new("a red fox") { Width = 128, Height = 64 }));
        Assert.EndsWith("was exported for pictures of 16 tokens, 64 × 64 for one; 128 × 64 has 32.", size.Message, StringComparison.Ordinal);
        var length = Assert.Throws<ArgumentException>(() => model.Prepare(new("a red fox") { MaxSequenceLength = 128 }));
        Assert.EndsWith("was exported for texts of 64 tokens; asked for 128.", length.Message, StringComparison.Ordinal);
        Assert.NotNull(model.Prepare(new("a red fox") { Width = 32, Height = 128 }));
    }

    [Fact]
    public void Whole_timesteps_that_FLUX_cannot_be_told_are_refused()
    {
        var folder = Copy("flux035", "transformer");
        ReadWholeTimesteps(Path.Combine(folder, "transformer", "model.onnx"));
        Assert.Contains("reads 'timestep' as whole numbers", Assert.Throws<DiffusersFolderException>(() => DiffusersFolder.Open(folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"_class_name": "EulerDiscreteScheduler", "timestep_spacing": "linspace", "beta_schedule": "scaled_linear"}""", 1)]
    [InlineData("""{"_class_name": "EulerDiscreteScheduler", "timestep_spacing": "leading", "beta_schedule": "scaled_linear"}""", 0)]
    public void Whole_timesteps_of_a_schedule_with_fractions_are_said(string scheduler, int notes)
    {
        var folder = Copy("sd15", "unet");
        ReadWholeTimesteps(Path.Combine(folder, "unet", "model.onnx"));
        var file = Path.Combine(_temporary.FullName, "scheduler.json");
        File.WriteAllText(file, scheduler);
        using var model = DiffusersModel.Open(folder, _backend, new DiffusersOptions { SchedulerPath = file });
        Assert.Equal(notes, model.Prepare(new("a red fox") { Width = 64, Height = 64, Steps = 7 }).Notes.Count(n => n.Contains("whole timesteps", StringComparison.Ordinal)));
    }

    private string Copy(string name, string part, params (string Axis, int Size)[] sizes)
    {
        var folder = PipelineCopy.Of(Repository.PathOf($"tests/Diffusers.Tests/Folders/{name}"), _temporary);
        Change(Path.Combine(folder, part, "model.onnx"), graph =>
        {
            foreach (var axis in graph.Input.Concat(graph.Output).SelectMany(value => value.Type.TensorType.Shape.Dim))
            {
                if (Array.Find(sizes, s => s.Axis == axis.DimParam) is { Axis: not null } known)
                {
                    axis.DimValue = known.Size;
                }
            }
        });
        return folder;
    }

    private static void ReadWholeTimesteps(string path) => Change(path, graph =>
    {
        foreach (var node in graph.Node.Where(n => n.Input.Contains("timestep")))
        {
            node.Input[node.Input.IndexOf("timestep")] = "timestep_in_float";
        }

        graph.Input.Single(i => i.Name == "timestep").Type.TensorType.ElemType = (int)OnnxElementType.Int64;
        var cast = new NodeProto { OpType = "Cast", Name = "timestep_cast", Input = { "timestep" }, Output = { "timestep_in_float" } };
        cast.Attribute.Add(new AttributeProto { Name = "to", Type = AttributeProto.Types.AttributeType.Int, I = (int)OnnxElementType.Float32 });
        graph.Node.Insert(0, cast);
    });

    private static void Change(string path, Action<GraphProto> change)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        change(model.Graph);
        File.WriteAllBytes(path, model.ToByteArray());
    }
}
