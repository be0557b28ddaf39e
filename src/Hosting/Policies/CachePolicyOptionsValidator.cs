using CachePolicies.Policies;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

/// <summary>The rules of the known policies, with their own messages.</summary>
internal sealed class CachePolicyOptionsValidator<TOptions> : IValidateOptions<TOptions>
    where TOptions : CachePolicyOptions
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var problems = options.Validate();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
