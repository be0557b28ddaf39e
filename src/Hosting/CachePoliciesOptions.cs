namespace CachePolicies.Hosting;

/// <summary>Settings beside those of the policies, in the section <c>CachePolicies</c>.</summary>
public sealed class CachePoliciesOptions
{
    /// <summary>The section of configuration: the settings here, and a section for each policy.</summary>
    public const string SectionName = "CachePolicies";

    internal static readonly string[] Reserved = [nameof(DefaultPolicy), nameof(MaximumConcurrentGenerations), nameof(MaximumQueuedGenerations), "OnnxRuntime", "$schema"];

    /// <summary>The policy that is used where a request names none.</summary>
    /// <value>A registered name. The default is <see langword="null"/>: the policy that was registered first.</value>
    public string? DefaultPolicy { get; set; }

    /// <summary>How many generations run at once; the others wait in the order in which they came.</summary>
    /// <value>At least 1. The default is 1: one generation keeps a device busy, and a second makes both slower.</value>
    public int MaximumConcurrentGenerations { get; set; } = 1;

    /// <summary>How many generations may wait.</summary>
    /// <value>At least 0. The default is <see langword="null"/>: no limit.</value>
    public int? MaximumQueuedGenerations { get; set; }
}

/// <summary>Checks <see cref="CachePoliciesOptions"/>.</summary>
internal sealed class CachePoliciesOptionsValidator(PolicyRegistry registry) : Microsoft.Extensions.Options.IValidateOptions<CachePoliciesOptions>
{
    public Microsoft.Extensions.Options.ValidateOptionsResult Validate(string? name, CachePoliciesOptions options)
    {
        var problems = new List<string>();
        if (options.MaximumConcurrentGenerations < 1)
        {
            problems.Add($"{CachePoliciesOptions.SectionName}:{nameof(options.MaximumConcurrentGenerations)} is {options.MaximumConcurrentGenerations}; at least 1.");
        }

        if (options.MaximumQueuedGenerations is < 0)
        {
            problems.Add($"{CachePoliciesOptions.SectionName}:{nameof(options.MaximumQueuedGenerations)} is {options.MaximumQueuedGenerations}; at least 0.");
        }

        if (options.DefaultPolicy is { } policy && registry.Find(policy) is null)
        {
            problems.Add($"{CachePoliciesOptions.SectionName}:{nameof(options.DefaultPolicy)} is '{policy}'; registered are {string.Join(", ", registry.Names)}.");
        }

        return problems.Count == 0 ? Microsoft.Extensions.Options.ValidateOptionsResult.Success : Microsoft.Extensions.Options.ValidateOptionsResult.Fail(problems);
    }
}
