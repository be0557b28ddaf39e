namespace CachePolicies.Policies;

/// <summary>Step mask as it is registered.</summary>
internal static class StepMaskDescriptor
{
    public static CachePolicyDescriptor<StepMaskOptions> Instance { get; } = new("StepMask", static (options, name) => new StepMaskPolicy(options, name))
    {
        Summaries = [new("**Step mask** (cache-dit)", "nothing: a fixed schedule", "all blocks", "`StepMask` medium (slow, fast, ultra, LeMiCa's lists, letters), or `ScheduleFile` and `Evaluations`")],
    };
}

/// <content>Step mask.</content>
public static partial class CachePolicy
{
    /// <summary>Step mask. <inheritdoc cref="StepMaskOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy StepMask(StepMaskOptions? options = null, string name = "StepMask") => StepMaskDescriptor.Instance.Create(options ?? new(), name);
}
