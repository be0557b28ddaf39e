using System.Reflection;

namespace CachePolicies.Policies.Tests.Catalog;

public class PolicyCatalogTests
{
    /// <summary>Options that are objects, which no text can say.</summary>
    private static readonly string[] Objects = [nameof(MagCacheOptions.Calibration), nameof(StepMaskOptions.Schedule)];

    public static TheoryData<string> Names => [.. PolicyCatalog.All.Select(d => d.Name)];

    private static string Source => Path.Combine(Repository.Root, "src");

    [Theory]
    [MemberData(nameof(Names))]
    public void A_policy_is_its_folder_and_its_line(string name)
    {
        var folder = Path.Combine(Source, "Policies", name);
        string[] own = [$"{name}Options", $"{name}Policy", $"{name}Descriptor"];
        var elsewhere = Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) && !f.EndsWith(".g.cs", StringComparison.Ordinal))
            .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(p => p is "obj" or "bin"))
            .SelectMany(f => File.ReadLines(f).Where(l => !l.TrimStart().StartsWith("///", StringComparison.Ordinal) && own.Any(o => Mentions(l, o))).Select(l => $"{Path.GetFileName(f)}: {l.Trim()}"))
            .ToArray();

        Assert.Equal([$"PolicyCatalog.cs: {name}Descriptor.Instance,"], elsewhere);
        Assert.True(File.Exists(Path.Combine(folder, $"{name}Options.cs")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_option_is_declared_and_every_declared_one_is_read_as_it_was_written(string name)
    {
        var policy = Get(name);
        string[] properties = policy.Options.Count == 0 ? [] : [.. PropertiesOf(policy.OptionsType).Where(p => !Objects.Contains(p)).Order(StringComparer.Ordinal)];

        Assert.Equal(properties, policy.Options.Select(o => o.Name).Order(StringComparer.Ordinal));
        foreach (var option in policy.Options)
        {
            var options = policy.CreateOptions();
            Assert.False(option.IsGiven(options), $"{option.Name} is given in fresh options");
            Assert.True(option.TryWrite(options, option.Read(options)), $"{option.Name} cannot be read back from '{option.Read(options)}'");
            Assert.True(option.IsGiven(options), $"{option.Name} is not given after it was set");
            Assert.Equal(option.Read(policy.CreateOptions()), option.Read(options));
            Assert.Same(option, policy.Options.Find(option.Name.ToUpperInvariant().Replace('.', ':')));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_setting_that_is_tuned_or_published_can_be_set(string name)
    {
        var policy = Get(name);
        var layout = Layouts.Flux;
        var tuned = policy.Tuning?.Invoke(new TuningModel(layout, [["Threshold=0.1"]])).SelectMany(d => d.Values).SelectMany(v => v) ?? [];
        foreach (var setting in tuned.Concat(policy.AsPublished).Concat(policy.Families.SelectMany(f => f.Settings)))
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            var option = policy.Options.Find(setting[..equals]);
            var options = policy.CreateOptions();
            Assert.True(option is not null && option.TryWrite(options, setting[(equals + 1)..]) && option.IsRight(options), setting);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_policy_is_made_of_its_own_options_alone(string name)
    {
        var policy = Get(name);
        var options = policy.CreateOptions();
        if (options is MagCacheOptions calibrated)
        {
            calibrated.Calibration = new MagCacheCalibration("", [1, 0.9], []);
        }

        Assert.Equal(name, policy.Create(options).Name);
        Assert.Equal("mine", policy.Create(options, "mine").Name);
        Assert.Contains(policy.OptionsType.Name, Assert.Throws<ArgumentException>(() => policy.Create(new OtherOptions())).Message, StringComparison.Ordinal);
        Assert.Same(policy, PolicyCatalog.Find(name.ToUpperInvariant()));
    }

    [Fact]
    public void Names_are_found_whatever_their_case_and_dashes()
    {
        Assert.Equal("H2Cache", PolicyCatalog.Find("h2-cache")?.Name);
        Assert.Null(PolicyCatalog.Find("magic"));
        Assert.Equal("TeaCache", PolicyCatalog.Of<TeaCacheOptions>().Name);
        Assert.Throws<ArgumentException>(PolicyCatalog.Of<OtherOptions>);
        Assert.Equal(PolicyCatalog.All.Count, PolicyCatalog.All.Select(d => d.Name.ToUpperInvariant()).Distinct().Count());
    }

    private static CachePolicyDescriptor Get(string name) => PolicyCatalog.All.Single(d => d.Name == name);

    private static bool Mentions(string line, string identifier)
    {
        for (var at = line.IndexOf(identifier, StringComparison.Ordinal); at >= 0; at = line.IndexOf(identifier, at + 1, StringComparison.Ordinal))
        {
            var (before, after) = (at == 0 ? ' ' : line[at - 1], at + identifier.Length == line.Length ? ' ' : line[at + identifier.Length]);
            if (!char.IsLetterOrDigit(before) && !char.IsLetterOrDigit(after))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<string> PropertiesOf(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).SelectMany(p =>
        p.Name == nameof(CachePolicyOptions.Declared) ? []
        : p.CanWrite ? [p.Name]
        : PropertiesOf(p.PropertyType).Select(n => $"{p.Name}.{n}"));

    private sealed class OtherOptions : CachePolicyOptions
    {
        public override OptionSet Declared => OptionSet.Of<OtherOptions>();
    }
}
