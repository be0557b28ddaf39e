using System.Diagnostics.CodeAnalysis;
using CachePolicies.Policies;
using CachePolicies.TextToImage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

/// <summary>How the options of a policy are read from configuration and checked; the same for files and for the overrides of a request.</summary>
/// <param name="bind">Copies the values of a section to the options.</param>
/// <param name="further">Keys that <paramref name="bind"/> reads besides the properties.</param>
internal sealed class PolicyBinding<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TOptions>(Action<IConfiguration, TOptions> bind, params string[] further)
    where TOptions : class
{
    private readonly string[] _known = [.. typeof(TOptions).GetProperties().Select(p => p.Name), PolicyRules.Key, .. further];

    /// <summary>Copies values; a key that is no option is refused with the nearest ones.</summary>
    public void Bind(string policy, string where, IConfiguration values, TOptions options)
    {
        foreach (var child in values.GetChildren())
        {
            if (!_known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                var nearest = NearestWords.Of(child.Key, _known, 2);
                throw Problem(policy, $"{where}:{child.Key} is no option of '{policy}'. {(nearest.Count > 0 ? $"Did you mean {string.Join(" or ", nearest)}?" : $"It has: {string.Join(", ", _known)}.")}");
            }
        }

        try
        {
            bind(values, options);
        }
        catch (InvalidOperationException unreadable)
        {
            // The binder says which value it could not convert to what; the key alone is not where the user wrote it.
            throw Problem(policy, $"{where}: {unreadable.Message}{(unreadable.InnerException is { } inner ? $" {inner.Message}" : "")}");
        }
    }

    private static OptionsValidationException Problem(string policy, string message) => new(policy, typeof(TOptions), [message]);
}

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
