namespace CachePolicies.Diffusers;

/// <summary>What a request can ask for that not every family has.</summary>
[Flags]
public enum RequestFeatures
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Classifier-free guidance on top of a distilled model's own.</summary>
    TrueGuidance = 1,

    /// <summary>A length of the long text encoder.</summary>
    SequenceLength = 2,

    /// <summary>Original size, crop and target size.</summary>
    SizeConditioning = 4,
}
