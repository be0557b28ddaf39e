using CachePolicies.Policies;
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

        if (options.Target is not null && options.MeasuredFile is null)
        {
            problems.Add($"{CachePoliciesOptions.SectionName}:{nameof(options.Target)} needs the measured settings of the model; expected their file as {nameof(options.MeasuredFile)}.");
        }

        if (options.MeasuredFile is { } file && WhyUnreadable(file) is { } why)
        {
            problems.Add($"{CachePoliciesOptions.SectionName}:{nameof(options.MeasuredFile)} is {Excerpt.Of(file)}; expected measured settings that can be read. {why}");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static string? WhyUnreadable(string file)
    {
        try
        {
            MeasuredSettings.Load(file);
            return null;
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return unreadable.Message;
        }
    }
}
