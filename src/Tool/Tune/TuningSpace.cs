using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>What may be tried for a policy: every combination of the values of its dimensions is a setting.</summary>
/// <param name="Dimensions">What is varied.</param>
internal sealed record TuningSpace(IReadOnlyList<TuningDimension> Dimensions)
{
    /// <summary>How many settings there are.</summary>
    public int Count => Dimensions.Aggregate(1, (count, d) => count * d.Values.Count);

    /// <summary>Every setting, each a list of <c>Name=Value</c>.</summary>
    public IEnumerable<IReadOnlyList<string>> Settings()
    {
        IEnumerable<IEnumerable<string>> all = [[]];
        foreach (var dimension in Dimensions)
        {
            all = all.SelectMany(s => dimension.Values.Select(v => s.Concat(v)));
        }

        return all.Select(s => s.ToArray());
    }

    /// <summary>The space where some settings are given: they are part of every setting, and their options are not searched.</summary>
    public TuningSpace With(IReadOnlyCollection<string> given)
    {
        bool IsGiven(string setting) => given.Any(g => Names.AreEqual(NameOf(g), NameOf(setting)));
        return new TuningSpace([.. Dimensions.Where(d => !d.Values.Any(v => v.Any(IsGiven))), new([[.. given]])]);
    }

    /// <summary>The settings that are tried for a policy on a model.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="layout">The model's layout, or its trace's.</param>
    /// <param name="fit">What was fitted for the model.</param>
    /// <exception cref="UsageException">The policy has nothing to tune.</exception>
    public static TuningSpace Of(CachePolicyDescriptor policy, DenoiserLayout layout, ModelFit fit) => policy.Tuning is { } tuning
        ? new TuningSpace(tuning(new TuningModel(layout, fit.Settings)))
        : throw new UsageException(
            $"The policy '{PolicySettings.NameOf(policy)}' has no threshold to tune. There are: {string.Join(", ", PolicyCatalog.All.Where(p => p.Tuning is not null).Select(PolicySettings.NameOf))}.");

    private static string NameOf(string setting) => setting.Split('=')[0].Trim();
}
