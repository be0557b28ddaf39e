using CachePolicies.Policies;
using CachePolicies.TextToImage;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

/// <summary>Finds the policy and the settings for a target, among the measured settings that the host has.</summary>
internal sealed class TargetedPolicies(ICachePolicyProvider policies, IOptionsMonitor<CachePoliciesOptions> options)
{
    private readonly Lock _lock = new();
    private (string Path, DateTime Written, MeasuredSettings Measured)? _read;

    /// <summary>Refuses a target that cannot be served, before anything waits for it.</summary>
    /// <exception cref="ArgumentException">The host has no measured settings, nothing of them reaches the target, or the request has settings as well.</exception>
    public void Check(TextToImageRequest request)
    {
        if (TargetOf(request) is not { } target)
        {
            return;
        }

        if (request.PolicyOverrides is not null)
        {
            throw new ArgumentException("A target finds the settings itself; expected no settings of the policy with it.", nameof(request));
        }

        Choose(target, request.Policy, null);
    }

    /// <summary>The policy for a request with a target; <see langword="null"/> for one without.</summary>
    /// <exception cref="ArgumentException">The settings were measured on another run, or nothing reaches the target.</exception>
    public TargetedPolicy? Choose(TextToImageRequest request, PreparedGeneration prepared)
    {
        if (TargetOf(request) is not { } target)
        {
            return null;
        }

        var choice = Choose(target, request.Policy, prepared.Signature);
        return new TargetedPolicy(choice, Registered(choice.Policy.Name)!, new CachePolicyOverrides().Configure<CachePolicyOptions>(choice.CopyTo));
    }

    private GenerationTarget? TargetOf(TextToImageRequest request) => request.Target is { } own ? own
        : request.Policy is null && request.PolicyOverrides is null && options.CurrentValue.Target is { } usual ? GenerationTarget.Parse(usual)
        : null;

    private TargetChoice Choose(GenerationTarget target, string? policy, RunSignature? run)
    {
        var measured = Read();
        if (run is not null)
        {
            measured.Require(run);
        }

        return measured.Choose(target, p => Registered(p) is { } registered && (policy is null || registered.Equals(policy, StringComparison.OrdinalIgnoreCase)));
    }

    private string? Registered(string policy) => policies.Names.FirstOrDefault(n => n.Equals(policy, StringComparison.OrdinalIgnoreCase));

    private static MeasuredSettings LoadOr(MeasuredSettings good, string path)
    {
        try
        {
            return MeasuredSettings.Load(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return good;
        }
    }

    /// <summary>The host's measured settings, read again when the file has changed; the last good ones while what it holds cannot be read.</summary>
    private MeasuredSettings Read()
    {
        var path = options.CurrentValue.MeasuredFile
            ?? throw new ArgumentException($"This host has no measured settings, so that it cannot serve a target; set {CachePoliciesOptions.SectionName}:{nameof(CachePoliciesOptions.MeasuredFile)}, or name a policy.");
        lock (_lock)
        {
            var written = File.GetLastWriteTimeUtc(path);
            if (_read is not { } read || read.Path != path)
            {
                _read = read = (path, written, MeasuredSettings.Load(path));
            }
            else if (read.Written != written)
            {
                _read = read = (path, written, LoadOr(read.Measured, path));
            }

            return read.Measured;
        }
    }
}

/// <summary>What a target is served with.</summary>
/// <param name="Choice">The settings, and what is expected of them.</param>
/// <param name="Policy">The policy's registered name.</param>
/// <param name="Overrides">The settings in place of the configured ones.</param>
internal readonly record struct TargetedPolicy(TargetChoice Choice, string Policy, CachePolicyOverrides Overrides);
