using System.Collections.Immutable;
using CachePolicies.Onnx;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>
/// How a family of pipelines makes a picture: its parts, what its text encoders say to the denoiser, the form of its latent. Derive from it for a family
/// of one's own. Immutable and thread-safe.
/// </summary>
public abstract class PipelineRecipe
{
    /// <summary>The name in messages.</summary>
    public abstract string Name { get; }

    /// <summary>The family as policies know it (<c>flux</c>, <c>sd3</c>, <c>sdxl</c>, <c>sd</c>): they take their published defaults by it.</summary>
    public abstract string Family { get; }

    /// <summary>The classes of diffusers that it runs, the text-to-image class first.</summary>
    public abstract ImmutableArray<string> Classes { get; }

    /// <summary>The parts of a folder.</summary>
    public abstract ImmutableArray<PipelinePart> Parts { get; }

    /// <summary>The inputs by which a denoiser of this family is known.</summary>
    public abstract ImmutableArray<string> RequiredInputs { get; }

    /// <summary>The scheduler of a folder that brings none, as <c>scheduler_config.json</c>.</summary>
    public abstract string UsualScheduler { get; }

    /// <summary>What the pipeline tells its scheduler.</summary>
    public virtual SchedulerContext Scheduling => new();

    /// <summary>What the denoiser predicts where the scheduler does not say: <c>velocity</c> or <c>epsilon</c>.</summary>
    public virtual string Prediction => "velocity";

    /// <summary>Rows of text that the denoiser reads where a request does not say.</summary>
    public virtual int UsualTextLength => 77;

    /// <summary>The subfolder of the graph that is evaluated at each step.</summary>
    public string DenoiserName => Parts.First(p => p.Kind == PartKind.Denoiser).Name;

    /// <summary>Steps, guidance and sizes that a request gets which does not say.</summary>
    public abstract PictureDefaults DefaultsOf(DiffusersFolder folder);

    /// <summary>How a picture lies in the latent.</summary>
    /// <exception cref="InvalidDataException">The settings of the VAE cannot be right.</exception>
    public abstract LatentForm LatentOf(DiffusersFolder folder);

    /// <summary>Encodes a request: runs the text encoders and makes every input of the denoiser but the latent and the timestep.</summary>
    /// <param name="request">The picture that is asked for.</param>
    /// <param name="encoding">The folder, the size and the text encoders.</param>
    /// <exception cref="PromptException">The request asks for something that the family does not have.</exception>
    public abstract DenoiserInputs Encode(PictureRequest request, RecipeEncoding encoding);

    /// <summary>Whether a folder without <c>model_index.json</c> is of this family.</summary>
    /// <param name="denoiser">What the denoiser reads and writes.</param>
    /// <param name="hasPart">Whether the folder has a subfolder of a name.</param>
    public virtual bool Recognises(OnnxSignature denoiser, Func<string, bool> hasPart)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        return RequiredInputs.All(n => denoiser.Input(n) is not null);
    }

    /// <summary>What is wrong with a folder whose parts are there: sentences.</summary>
    public virtual IEnumerable<string> Check(DiffusersFolder folder) => [];

    /// <summary>How many steps from the start an image-to-image generation leaves out.</summary>
    /// <param name="steps">Sampler steps.</param>
    /// <param name="strength">How far the picture is drawn again, above 0 and at most 1.</param>
    public virtual int FirstStep(int steps, float strength) => steps - Math.Min((int)(steps * strength), steps);

    /// <summary>Whether this recipe runs a class of diffusers; ORT's and OnnxStack's names for it count.</summary>
    public bool IsOfClass(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var plain = name.StartsWith("ORT", StringComparison.Ordinal) ? name[3..] : name.StartsWith("Onnx", StringComparison.Ordinal) ? name[4..] : name;
        return Classes.Contains(plain, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
