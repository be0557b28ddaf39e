using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

/// <summary>Checks <see cref="CachePoliciesOptions"/>.</summary>
internal sealed class CachePoliciesOptionsValidator(PolicyRegistry registry) : IValidateOptions<CachePoliciesOptions>
{
    public ValidateOptionsResult Validate(string? name, CachePoliciesOptions options)
    {
        var problems = CachePoliciesOptions.Set
            .Where(o => !o.IsRight(options))
            .Select(o => $"{CachePoliciesOptions.SectionName}:{o.Name} is {Excerpt.Of(o.Read(options))}; expected {o.Type.Expected}.")
            .ToList();
        if (options.DefaultPolicy is { } policy && registry.Find(policy) is null)
        {
            problems.Add($"{CachePoliciesOptions.SectionName}:{nameof(options.DefaultPolicy)} is '{Excerpt.Of(policy)}', which is not registered. {NearestNames.Suggest(policy, registry.Names)}");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
