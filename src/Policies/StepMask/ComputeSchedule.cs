using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using CachePolicies.Files;

namespace CachePolicies.Policies;

/// <summary>
/// Which evaluations of a run are computed under budgets, as <c>cachepolicies schedule</c> finds it for a model, with everything that it was found for: another
/// model, noise schedule or size makes other errors, and is refused by name.
/// </summary>
/// <param name="Fingerprint">The fingerprint of the model's layout.</param>
/// <param name="Latent">The shape of the latent, such as <c>[16, 64, 64]</c>.</param>
/// <param name="Sampler">The sampler's name.</param>
/// <param name="Guidance">The scale of guidance.</param>
/// <param name="Sigmas">The noise level of each evaluation.</param>
/// <param name="Found">The settings of the skips that it was found with, each <c>Name=Value</c>.</param>
/// <param name="Budgets">The evaluations that are computed, a list for each budget.</param>
public sealed record ComputeSchedule(
    string Fingerprint,
    string Latent,
    string Sampler,
    float Guidance,
    ImmutableArray<float> Sigmas,
    ImmutableArray<string> Found,
    ImmutableArray<ImmutableArray<int>> Budgets)
{
    private const long LargestFile = 16 << 20;

    /// <summary>How far a noise level may be from the one that a schedule was found at.</summary>
    private const float Tolerance = 1e-3f;

    /// <summary>Reads a schedule that <see cref="Save"/> wrote.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a schedule; the message says why.</exception>
    public static ComputeSchedule Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no schedule '{path}'. Find one for this model with 'cachepolicies schedule'.", path);
        }

        var read = JsonFile.Read(path, ComputeScheduleJson.Default.ComputeSchedule, LargestFile);
        return read.WhyNot() is { } problem ? throw new InvalidDataException($"'{path}' is not a schedule: {problem}.") : read;
    }

    /// <summary>Writes the schedule as JSON; the file appears whole or not at all.</summary>
    /// <exception cref="InvalidOperationException">The schedule contradicts itself.</exception>
    public void Save(string path)
    {
        if (WhyNot() is { } problem)
        {
            throw new InvalidOperationException($"This is not a schedule: {problem}.");
        }

        Draft.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, ComputeScheduleJson.Default.ComputeSchedule));
    }

    /// <summary>The evaluations that are computed under a budget.</summary>
    /// <param name="evaluations">How many may be computed; <see langword="null"/> for the largest budget.</param>
    /// <returns>The list of that budget, or <see langword="null"/> where there is none.</returns>
    public ImmutableArray<int>? For(int? evaluations)
    {
        ImmutableArray<int>? found = null;
        foreach (var list in Budgets)
        {
            if (evaluations is null ? found is null || list.Length > found.Value.Length : list.Length == evaluations)
            {
                found = list;
            }
        }

        return found;
    }

    /// <summary>The settings of a policy's skips, which a schedule is found for (<see cref="Found"/>): those that differ from the defaults.</summary>
    /// <param name="options">The policy's options.</param>
    internal static IEnumerable<string> SettingsOf(CachePolicyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var defaults = new StepMaskOptions();
        return options.Declared
            .Where(o => o.Name is nameof(StepMaskOptions.From) or nameof(StepMaskOptions.To) || o.Name.StartsWith(nameof(StepMaskOptions.Approximation), StringComparison.Ordinal))
            .Where(o => o.Read(options) != o.Read(defaults))
            .Select(o => $"{o.Name}={o.Read(options)}");
    }

    /// <summary>The policy that computes what the schedule says, with the settings that it was found with.</summary>
    /// <param name="evaluations">The budget; <see langword="null"/> for the largest.</param>
    /// <exception cref="ArgumentException">There is no such budget, or a setting is wrong.</exception>
    public ICachePolicy CreatePolicy(int? evaluations = null)
    {
        var options = new StepMaskOptions { Schedule = this, Evaluations = evaluations };
        foreach (var setting in Found)
        {
            if (!options.Declared.TryWrite(options, setting))
            {
                throw new ArgumentException($"A schedule was found with '{Excerpt.Of(setting)}', which is not a setting of StepMask.");
            }
        }

        return StepMaskDescriptor.Instance.Create(options);
    }

    /// <summary>What of a model differs from the one that the schedule was found for; <see langword="null"/> where nothing does.</summary>
    internal string? Difference(DenoiserLayout layout) =>
        layout.Fingerprint != Fingerprint ? $"the model with the fingerprint '{Fingerprint}', but '{layout.Name}' has '{layout.Fingerprint}'"
        : layout.Latent.Primary.Shape.IsConcrete && layout.Latent.Primary.Shape.ToString() != Latent ? $"a latent of {Latent}, but this one has {layout.Latent.Primary.Shape}"
        : null;

    /// <summary>What of an evaluation differs from the run that the schedule was found for; <see langword="null"/> where nothing does.</summary>
    internal string? Difference(in EvaluationInfo evaluation) =>
        evaluation.Count != Sigmas.Length ? $"{Sigmas.Length} evaluations ({Sampler}), but this run has {evaluation.Count}"
        : Math.Abs(evaluation.Sigma - Sigmas[evaluation.Index]) <= Tolerance ? null
        : string.Create(CultureInfo.InvariantCulture, $"the noise level {Sigmas[evaluation.Index]} at evaluation {evaluation.Index} ({Sampler}), but this run is at {evaluation.Sigma} there");

    private string? WhyNot()
    {
        if (new RunSignature(Fingerprint, Latent, Sampler, Guidance, Sigmas).WhyNot() is { } problem)
        {
            return problem;
        }

        if (Found.IsDefault)
        {
            return "it lacks the settings that it was found with";
        }

        if (Budgets.IsDefaultOrEmpty)
        {
            return "it has no budget";
        }

        foreach (var list in Budgets)
        {
            if (list.IsDefaultOrEmpty || list[0] != 0 || list[^1] >= Sigmas.Length || list.Zip(list.Skip(1)).Any(p => p.First >= p.Second))
            {
                return $"a list of evaluations is not rising from 0 to at most {Sigmas.Length - 1}";
            }
        }

        return Budgets.Select(b => b.Length).Distinct().Count() == Budgets.Length ? null : "two of its budgets are equal";
    }
}

[JsonSerializable(typeof(ComputeSchedule))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class ComputeScheduleJson : JsonSerializerContext;
