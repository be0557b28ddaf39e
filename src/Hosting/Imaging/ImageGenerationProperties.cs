namespace CachePolicies.Hosting;

/// <summary>
/// The names of what <c>Microsoft.Extensions.AI.ImageGenerationOptions.AdditionalProperties</c> may hold for this project's generator, and of what it puts into the
/// <c>AdditionalProperties</c> of each picture that it returns.
/// </summary>
public static class ImageGenerationProperties
{
    /// <summary>The caching policy's name, a string: in options the one that is asked for, in an answer the one that was used.</summary>
    public const string Policy = "policy";

    /// <summary>In options: settings of the policy for the request alone, a <see cref="CachePolicyOverrides"/>.</summary>
    public const string PolicyOverrides = "policy_overrides";

    /// <summary>In options: sampler steps, a whole number.</summary>
    public const string Steps = "steps";

    /// <summary>In options: the scale of guidance, a number.</summary>
    public const string Guidance = "guidance";

    /// <summary>In options: the seed, a whole number; 0 where there is none.</summary>
    public const string Seed = "seed";

    /// <summary>In options: the model's style, a string.</summary>
    public const string Style = "style";

    /// <summary>In options: what the picture should not show, a string.</summary>
    public const string NegativePrompt = "negative_prompt";

    /// <summary>In an answer: what the cache did, a <see cref="CacheReport"/>.</summary>
    public const string Report = "cache_report";

    /// <summary>In an answer: how long the evaluations took, in seconds.</summary>
    public const string Seconds = "seconds";

    /// <summary>In an answer: what the user should know, a list of sentences.</summary>
    public const string Notes = "notes";

    internal static IReadOnlyList<string> OfOptions { get; } = [Policy, PolicyOverrides, Steps, Guidance, Seed, Style, NegativePrompt];
}
