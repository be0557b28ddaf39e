using System.Text.RegularExpressions;
using CachePolicies.Hosting;
using CachePolicies.Policies;
using Microsoft.Extensions.Options;

namespace CachePolicies.Server;

/// <summary>Describes the policies from the catalogue, with their current settings.</summary>
internal sealed partial class PolicyDescriptions(ServedPolicies policies, ModelShelf shelf, ICachedDenoiserFactory denoisers, IServiceProvider services) : IPolicyDescriptions
{
    public async Task<PolicyList> DescribeAsync(string? model, CancellationToken cancellationToken)
    {
        var generator = await shelf.GetAsync(model ?? shelf.Models[0].Name, cancellationToken).ConfigureAwait(false);
        var denoiser = generator.Model.Denoiser;
        return new PolicyList(policies.DefaultName, [.. policies.All.Select(p => Describe(p.Name, p.Descriptor, denoiser))]);
    }

    private PolicyBody Describe(string name, CachePolicyDescriptor descriptor, StagedDenoiser denoiser)
    {
        var options = descriptor.Accept(new CurrentOptions(services, name));
        var defaults = descriptor.CreateOptions();
        var worth = WorthTrying(descriptor, denoiser.Layout);
        var summary = descriptor.Summaries is [var first, ..] ? first : new PolicySummary(descriptor.Name, "", "");
        return new PolicyBody(
            name,
            descriptor.Name,
            Plain(summary.Title),
            Plain(summary.LooksAt),
            Plain(summary.Skips),
            descriptor.Method,
            ProblemOf(name, denoiser),
            [.. descriptor.Options.Where(o => o.Type.Kind != OptionKind.File).Select(o => Describe(o, options, defaults, worth))]);
    }

    private static SettingBody Describe(PolicyOption option, object options, object defaults, Dictionary<string, string[]> worth) => new(
        option.Name,
        option.Symbol,
        option.Type.Kind == OptionKind.WholeNumber ? "whole_number" : option.Type.Kind.ToString().ToLowerInvariant(),
        TypeOf(option.Type),
        option.Read(options),
        option.Read(defaults),
        option.Type.Minimum,
        option.Type.Maximum,
        option.Type.Choices,
        option.Type.Expected,
        worth.GetValueOrDefault(option.Name, []));

    /// <summary>How C# calls the class of a value.</summary>
    private static string TypeOf(OptionType type)
    {
        var value = type.GetType().GenericTypeArguments[0];
        value = Nullable.GetUnderlyingType(value) ?? value;
        return type.Kind switch
        {
            OptionKind.Flag => "bool",
            OptionKind.WholeNumber => "int",
            OptionKind.Number => value == typeof(float) ? "float" : "double",
            OptionKind.Numbers => "IReadOnlyList<double>",
            OptionKind.Choice => value.Name,
            _ => value == typeof(TimeSpan) ? nameof(TimeSpan) : "string",
        };
    }

    private string? ProblemOf(string name, StagedDenoiser denoiser)
    {
        if (!denoiser.Layout.IsConcrete)
        {
            return null; // The axes get their sizes from a request; whether the policy fits is found then.
        }

        try
        {
            denoisers.GetDenoiser(denoiser, name);
            return null;
        }
        catch (Exception failure) when (failure is ArgumentException or CachePlanException or OptionsValidationException or InvalidOperationException or IOException or InvalidDataException)
        {
            return failure.Message;
        }
    }

    /// <summary>The values that tuning tries of single settings.</summary>
    private static Dictionary<string, string[]> WorthTrying(CachePolicyDescriptor descriptor, DenoiserLayout layout)
    {
        try
        {
            return (descriptor.Tuning?.Invoke(new TuningModel(layout, [])) ?? [])
                .SelectMany(d => d.Values.Where(v => v.Count == 1).Select(v => v[0].Split('=', 2)))
                .GroupBy(p => p[0], p => p[1])
                .ToDictionary(g => g.Key, g => g.Distinct().ToArray());
        }
        catch (CachePlanException)
        {
            return []; // The policy does not fit the model, which its description says.
        }
    }

    /// <summary>Markdown without links and stars.</summary>
    private static string Plain(string markdown) => Link().Replace(markdown, "$1").Replace("**", "", StringComparison.Ordinal);

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Link();

    private sealed class CurrentOptions(IServiceProvider services, string name) : ICachePolicyDescriptorVisitor<object>
    {
        public object Visit<TOptions>(CachePolicyDescriptor<TOptions> descriptor)
            where TOptions : CachePolicyOptions, new() =>
            services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name);
    }
}
