namespace CachePolicies.Tool;

/// <summary>What a compared run is.</summary>
internal enum ComparedKind
{
    /// <summary>The uncached run that all others are held against.</summary>
    Uncached,

    /// <summary>A run under a policy.</summary>
    Policy,

    /// <summary>An uncached run with fewer steps, which takes the time of a policy.</summary>
    Control,
}

/// <summary>Everything that a comparison measured.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Fingerprint">Identifies its weights, or empty.</param>
/// <param name="Provider">What it ran on.</param>
/// <param name="Steps">Sampler steps of the uncached run and of every policy.</param>
/// <param name="Guidance">The scale of classifier-free guidance.</param>
/// <param name="Prompts">What was drawn.</param>
/// <param name="Seeds">The seeds of each prompt.</param>
/// <param name="Rows">The uncached run first, then policies in the order given, then controls by falling number of steps.</param>
internal sealed record ComparisonResults(
    string Model,
    string Fingerprint,
    string Provider,
    int Steps,
    float Guidance,
    IReadOnlyList<string> Prompts,
    IReadOnlyList<long> Seeds,
    IReadOnlyList<ComparedRow> Rows)
{
    public ComparedRow Uncached => Rows[0];

    public IEnumerable<ComparedRow> Policies => Rows.Where(r => r.Kind == ComparedKind.Policy);

    public IEnumerable<ComparedRow> Controls => Rows.Where(r => r.Kind == ComparedKind.Control);

    /// <summary>How many pictures each row has.</summary>
    public int Cells => Prompts.Count * Seeds.Count;

    /// <summary>The control that takes the time of a row, or <see langword="null"/>.</summary>
    public ComparedRow? ControlOf(ComparedRow row) => Controls.FirstOrDefault(c => c.Steps == ControlSteps(row));

    /// <summary>How many uncached steps take the time of a row.</summary>
    public int ControlSteps(ComparedRow row) => Math.Clamp((int)Math.Round(Steps / SpeedupOf(row), MidpointRounding.AwayFromZero), 1, Steps);

    /// <summary>How many times faster than the uncached run, over all pictures together.</summary>
    public double SpeedupOf(ComparedRow row) => Uncached.Runs.Sum(r => r.Seconds) / row.Runs.Sum(r => r.Seconds);

    /// <summary>The policies that no other beats in both speed and quality, by rising speed-up.</summary>
    public IReadOnlyList<ComparedRow> ParetoFront()
    {
        var front = new List<ComparedRow>();
        foreach (var row in Policies.OrderByDescending(SpeedupOf).ThenByDescending(r => r.Psnr))
        {
            if (front.Count == 0 || row.Psnr > front[^1].Psnr)
            {
                front.Add(row);
            }
        }

        front.Reverse();
        return front;
    }
}

/// <summary>All runs of the uncached loop, of a policy, or of a control.</summary>
/// <param name="Kind">Which of these.</param>
/// <param name="Label">What it is called.</param>
/// <param name="Policy">The policy's name.</param>
/// <param name="Options">Its settings that differ from the defaults.</param>
/// <param name="Steps">Sampler steps.</param>
/// <param name="Runs">One for each prompt and seed, the seeds of a prompt together.</param>
internal sealed record ComparedRow(ComparedKind Kind, string Label, string Policy, IReadOnlyList<string> Options, int Steps, IReadOnlyList<ComparedRun> Runs)
{
    /// <summary>Beyond this many decibels two pictures of eight bits cannot differ; equal ones count as this in a mean.</summary>
    public const double EqualPictures = 99;

    public double Seconds => Runs.Average(r => r.Seconds);

    /// <summary>The speed-up that the skipped stages would give if checks and copies cost nothing.</summary>
    public double Ideal => Runs.Count / Runs.Sum(r => 1 / r.Ideal);

    /// <summary>The mean over the pictures, in decibels.</summary>
    public double Psnr => Runs.Average(r => Math.Min(r.Psnr, EqualPictures));

    public double Ssim => Runs.Average(r => r.Ssim);

    public double LatentError => Runs.Average(r => r.LatentError);

    /// <summary>Half the width of the 95 % confidence interval of <see cref="Psnr"/> over the pictures.</summary>
    public double PsnrInterval => Statistics.ConfidenceInterval([.. Runs.Select(r => Math.Min(r.Psnr, EqualPictures))]);

    public double? Perceptual => Runs[0].Perceptual is null ? null : Runs.Average(r => r.Perceptual!.Value);
}

/// <summary>One generated picture.</summary>
/// <param name="Prompt">The prompt's position.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Seconds">From noise to the final latent.</param>
/// <param name="Ideal">The speed-up that the skipped stages would give.</param>
/// <param name="Psnr">Against the uncached picture, in decibels; infinite for equal pictures.</param>
/// <param name="Ssim">Against the uncached picture.</param>
/// <param name="LatentError">mean|z − z_uncached| / mean|z_uncached| of the final latents.</param>
/// <param name="Trace">What each evaluation of the conditional branch decided.</param>
/// <param name="Image">The picture's file, relative to the results.</param>
internal sealed record ComparedRun(
    int Prompt, long Seed, double Seconds, double Ideal, double Psnr, double Ssim, double LatentError, ReplayedRun Trace, string Image)
{
    /// <summary>The perceptual distance from the uncached picture, where a feature extractor was given.</summary>
    public double? Perceptual { get; init; }
}
