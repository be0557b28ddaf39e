using CachePolicies.Backends.OnnxRuntime;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

/// <summary>A backend whose settings are read; its name is empty for the only one.</summary>
internal sealed record NamedBackend(string Name);

/// <summary>Checks the settings of a backend before it is opened.</summary>
internal sealed class OnnxRuntimeOptionsValidator : IValidateOptions<OnnxRuntimeOptions>
{
    public ValidateOptionsResult Validate(string? name, OnnxRuntimeOptions options)
    {
        var problems = options.Validate();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
