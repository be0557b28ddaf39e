namespace CachePolicies.Hosting;

/// <summary>What is drawn while the host starts.</summary>
public sealed class WarmUpOptions
{
    /// <summary>What the pictures show: a prompt that the models understand.</summary>
    public string Prompt { get; set; } = "";

    /// <summary>Pixels per row.</summary>
    /// <value><see langword="null"/>, the default, for the model's width. Memory and kernels are made ready for this size alone.</value>
    public int? Width { get; set; }

    /// <summary>Rows.</summary>
    /// <value><see langword="null"/>, the default, for the model's height.</value>
    public int? Height { get; set; }

    /// <summary>Sampler steps of the picture that is finished under the default policy.</summary>
    /// <value>1 to 1,000; <see langword="null"/>, the default, for the model's.</value>
    public int? Steps { get; set; }

    /// <summary>After how many evaluations a picture under another policy is left.</summary>
    /// <value>At least 1. The default is 2: one computes everything, the next may reuse.</value>
    public int Evaluations { get; set; } = 2;

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Prompt))
        {
            throw new ArgumentException($"{nameof(WarmUpOptions)}.{nameof(Prompt)} is empty; expected a prompt that the models understand.");
        }

        if (Evaluations < 1)
        {
            throw new ArgumentException($"{nameof(WarmUpOptions)}.{nameof(Evaluations)} is {Evaluations}; expected at least 1.");
        }
    }

    internal TextToImageRequest RequestFor(string policy) => new(Prompt) { Policy = policy, Width = Width, Height = Height, Steps = Steps };
}
