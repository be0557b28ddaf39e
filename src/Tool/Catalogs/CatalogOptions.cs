using System.CommandLine;

namespace CachePolicies.Tool;

/// <summary>Options that choose a policy or an estimator; a new object for each verb.</summary>
internal static class CatalogOptions
{
    public static Option<string[]> Settings(string what) => new("--option", "-o")
    {
        Description = $"An option of the {what} as Name=Value; may be given several times. A list is comma-separated.",
        HelpName = "Name=Value",
        DefaultValueFactory = _ => [],
    };

    /// <summary>The policy of a verb.</summary>
    /// <param name="byDefault">The one that is taken where none is named; <see langword="null"/> where one must be named.</param>
    public static Option<string> Policy(string? byDefault = null)
    {
        var option = new Option<string>("--policy", "-p")
        {
            Description = $"The policy: {string.Join(", ", PolicySettings.Names)}.",
            HelpName = "NAME",
            Required = byDefault is null,
        };
        if (byDefault is not null)
        {
            option.DefaultValueFactory = _ => byDefault;
        }

        return option;
    }
}
