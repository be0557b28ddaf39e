using System.Runtime.CompilerServices;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Laws.Tests;

/// <summary>
/// Checks a law: first over the cases that broke it once, then over drawn ones. Without a long run these are the same each time, so that a red test is
/// what the change did; a long run draws new ones.
/// </summary>
internal static class Law
{
    private static readonly Config Quiet = Config.QuickThrowOnFailure.WithQuietOnSuccess(true);

    /// <summary>Where the usual cases begin; the second number is odd.</summary>
    private static readonly Replay Usual = new(new Rnd(2510_27171, 2411_19109), null);

    /// <summary>Asserts that a law holds for every value.</summary>
    /// <param name="values">What it is checked over.</param>
    /// <param name="law">Throws where it is broken.</param>
    /// <param name="cases">How many values are drawn; 10,000 or the number of a long run where it is left out.</param>
    /// <param name="name">The law's name in <see cref="KeptReplays"/>: the test's.</param>
    public static void Holds<T>(Arbitrary<T> values, Action<T> law, int? cases = null, [CallerMemberName] string name = "")
    {
        var property = Prop.ForAll(values, law);
        foreach (var (seed, gamma, size) in KeptReplays.Of(name))
        {
            FsCheck.Check.One(Quiet.WithMaxTest(1).WithReplay(new Replay(new Rnd(seed, gamma), size)), property);
        }

        var drawn = Quiet.WithMaxTest(cases ?? LawCases.PerLaw);
        FsCheck.Check.One(LawCases.IsLongRun ? drawn : drawn.WithReplay(Usual), property);
    }
}
