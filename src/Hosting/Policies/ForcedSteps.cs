using CachePolicies.Policies;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

/// <summary>
/// What every policy's section may hold, for policies whose own options class does not derive from <see cref="CachePolicyOptions"/>: the steps that are
/// computed in any case, and how distances are measured.
/// </summary>
internal sealed class ForcedSteps : CachePolicyOptions
{
    public override OptionSet Declared => Common;

    /// <summary>Those in the values of a section.</summary>
    /// <exception cref="OptionsValidationException">One is out of range.</exception>
    public static ForcedSteps Of(string where, IReadOnlyDictionary<string, string?> values)
    {
        var steps = new ForcedSteps();
        new SettingsReader(where, values).Read(Common, steps);
        var problems = Common.Where(o => !o.IsRight(steps)).Select(o => $"{where}:{o.Name} is {Excerpt.Of(o.Read(steps))}; expected {o.Type.Expected}.").ToArray();
        return problems.Length == 0 ? steps : throw new OptionsValidationException(where, typeof(ForcedSteps), problems);
    }
}
