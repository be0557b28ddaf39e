namespace CachePolicies.Policies;

/// <summary>
/// A caching policy as it is registered: its name, its options and how it is made of them, and what the tool, the schema and the documentation need to
/// know. One list of them, <see cref="PolicyCatalog.All"/>, feeds all of these.
/// </summary>
public abstract class CachePolicyDescriptor
{
    private protected CachePolicyDescriptor(string name) => Name = name;

    /// <summary>The name that it is registered under unless another is given: its section in configuration and its tag in telemetry.</summary>
    public string Name { get; }

    /// <summary>What its registration is called after <c>Add</c>; its name unless that reads badly.</summary>
    public string Method { get => field ?? Name; init; }

    /// <summary>Its rows in the table of policies, a row for each variant.</summary>
    public IReadOnlyList<PolicySummary> Summaries { get; init; } = [];

    /// <summary>Whether structure and detail are reused apart, so that a step may be computed in part.</summary>
    public bool HasTwoStages { get; init; }

    /// <summary>Settings, each <c>Name=Value</c>, under which it decides as the authors' code does, where the defaults read it otherwise.</summary>
    public IReadOnlyList<string> AsPublished { get; init; } = [];

    /// <summary>What is published for model families other than the one that the defaults are for.</summary>
    public IReadOnlyList<FamilyDefaults> Families { get; init; } = [];

    /// <summary>What tuning varies on a model; <see langword="null"/> where there is nothing to tune.</summary>
    public Func<TuningModel, IReadOnlyList<TuningDimension>>? Tuning { get; init; }

    /// <summary>What the policy learns from recorded runs before it is tuned; <see langword="null"/> where it learns nothing.</summary>
    public PolicyCalibration? Calibration { get; init; }

    /// <summary>The class of its options.</summary>
    public abstract Type OptionsType { get; }

    /// <summary>Its options, with the values that they take.</summary>
    public abstract OptionSet Options { get; }

    /// <summary>Options with their defaults.</summary>
    public abstract CachePolicyOptions CreateOptions();

    /// <summary>Makes the policy, with the decorators that its options ask for.</summary>
    /// <param name="options">The settings; copied, so that later changes of the object change nothing.</param>
    /// <param name="name">The name in configuration, telemetry and messages; the descriptor's otherwise.</param>
    /// <param name="family">The model's family (<see cref="DenoiserLayout.Family"/>), whose published settings stand in for those that nobody set; <see langword="null"/> for the general defaults.</param>
    /// <exception cref="ArgumentException">The options are another policy's, or a setting is wrong; the message lists all that are.</exception>
    public abstract ICachePolicy Create(CachePolicyOptions options, string? name = null, string? family = null);

    /// <summary>Calls a visitor with the descriptor and the class of its options, for code that is generic in it.</summary>
    /// <param name="visitor">What is called.</param>
    /// <returns>What the visitor returned.</returns>
    public abstract TResult Accept<TResult>(ICachePolicyDescriptorVisitor<TResult> visitor);

    /// <summary>The settings for a model of a family.</summary>
    /// <param name="options">The settings that were given.</param>
    /// <param name="family">The model's family, or <see langword="null"/>.</param>
    public FamilySettings ForFamily(CachePolicyOptions options, string? family)
    {
        ArgumentNullException.ThrowIfNull(options);
        return FamilyDefaults.Apply(this, options, family);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>A caching policy with options of a known class.</summary>
/// <typeparam name="TOptions">The options.</typeparam>
/// <param name="name">The name that it is registered under unless another is given.</param>
/// <param name="create">Makes the policy of checked options and a name, without decorators.</param>
public sealed class CachePolicyDescriptor<TOptions>(string name, Func<TOptions, string, ICachePolicy> create) : CachePolicyDescriptor(name)
    where TOptions : CachePolicyOptions, new()
{
    /// <inheritdoc/>
    public override Type OptionsType => typeof(TOptions);

    /// <inheritdoc/>
    public override OptionSet Options { get; } = new TOptions().Declared;

    /// <inheritdoc/>
    public override CachePolicyOptions CreateOptions() => new TOptions();

    /// <inheritdoc/>
    public override ICachePolicy Create(CachePolicyOptions options, string? name = null, string? family = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options is TOptions own
            ? Create(own, name, family)
            : throw new ArgumentException($"The policy '{Name}' has {typeof(TOptions).Name}, not {options.GetType().Name}.", nameof(options));
    }

    /// <inheritdoc/>
    public override TResult Accept<TResult>(ICachePolicyDescriptorVisitor<TResult> visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        return visitor.Visit(this);
    }

    /// <inheritdoc cref="Create(CachePolicyOptions, string, string)"/>
    public ICachePolicy Create(TOptions options, string? name = null, string? family = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(name ??= Name);
        var (settings, note) = ForFamily(options, family);
        settings.ThrowIfInvalid();
        var policy = settings.Decorate(create((TOptions)settings, name));
        return note is null ? policy : new NotedPolicy(policy, note);
    }
}
