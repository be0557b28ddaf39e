namespace CachePolicies.Comparison;

/// <summary>Everything that a comparison measured.</summary>
/// <param name="Conditions">Under which conditions.</param>
/// <param name="Steps">Sampler steps of the uncached run and of every policy.</param>
/// <param name="Guidance">The scale of classifier-free guidance.</param>
/// <param name="Pictures">What was to be drawn; where the comparison was stopped, rows have fewer runs.</param>
/// <param name="Clock">Whether times can be believed.</param>
/// <param name="Rows">The uncached run first, then policies in the order given, then controls by falling number of steps.</param>
public sealed record ComparisonResults(
    RunConditions Conditions, int Steps, float Guidance, IReadOnlyList<PlannedPicture> Pictures, ClockQuality Clock, IReadOnlyList<ComparedRow> Rows)
{
    /// <summary>The uncached run.</summary>
    public ComparedRow Uncached => Rows[0];

    /// <summary>The policies.</summary>
    public IEnumerable<ComparedRow> Policies => Rows.Where(r => r.Kind == ComparedKind.Policy);

    /// <summary>The uncached runs with fewer steps.</summary>
    public IEnumerable<ComparedRow> Controls => Rows.Where(r => r.Kind == ComparedKind.Control);

    /// <summary>What was drawn, each prompt once.</summary>
    public IReadOnlyList<string> Prompts => [.. Pictures.Select(p => p.Prompt).Distinct()];

    /// <summary>The seeds, each once.</summary>
    public IReadOnlyList<long> Seeds => [.. Pictures.Select(p => p.Seed).Distinct()];

    /// <summary>The speed-up that rankings and controls go by: the measured one where the clock is usable, the ideal one where it is not.</summary>
    public double CredibleSpeedupOf(ComparedRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Kind != ComparedKind.Policy || Clock.IsUsable ? row.Speedup : row.Ideal;
    }

    /// <summary>How many uncached steps take the time of a row.</summary>
    public int ControlStepsOf(ComparedRow row)
    {
        var steps = Math.Round(Steps / CredibleSpeedupOf(row), MidpointRounding.AwayFromZero);
        return steps >= 1 ? (int)Math.Min(steps, Steps) : 1;
    }

    /// <summary>The control with exactly the steps that take the time of a row, or <see langword="null"/> where there is none.</summary>
    public ComparedRow? ControlOf(ComparedRow row) => Controls.FirstOrDefault(c => c.Steps == ControlStepsOf(row));

    /// <summary>
    /// The PSNR of the uncached loop in the time of a row: of the control with that many steps, or between the two nearest ones, linear in the logarithm of
    /// the steps.
    /// </summary>
    /// <param name="row">A policy's row.</param>
    /// <param name="counts">Which runs count; <see langword="null"/> for all.</param>
    /// <returns>NaN where no controls lie around it.</returns>
    public double ControlPsnrOf(ComparedRow row, Func<ComparedRun, bool>? counts = null) => Interpolation.AtLogarithm(
        [.. Controls.OrderBy(c => c.Steps).Select(c => ((double)c.Steps, ComparedRow.MeanPsnr(counts is null ? c.Runs : c.Runs.Where(counts))))],
        ControlStepsOf(row));

    /// <summary>How many decibels a policy is better (+) or worse (−) than the uncached loop in the same time; NaN where no control tells.</summary>
    /// <param name="row">A policy's row.</param>
    /// <param name="counts">Which runs count; <see langword="null"/> for all.</param>
    public double AboveControl(ComparedRow row, Func<ComparedRun, bool>? counts = null)
    {
        ArgumentNullException.ThrowIfNull(row);
        return ComparedRow.MeanPsnr(counts is null ? row.Runs : row.Runs.Where(counts)) - ControlPsnrOf(row, counts);
    }

    /// <summary>The policies that no other beats in both speed and quality, by rising speed-up.</summary>
    public IReadOnlyList<ComparedRow> ParetoFront()
    {
        var front = new List<ComparedRow>();
        foreach (var row in Policies.OrderByDescending(CredibleSpeedupOf).ThenByDescending(r => r.Psnr))
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
