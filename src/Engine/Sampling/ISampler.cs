namespace CachePolicies.Engine;

/// <summary>
/// A sampler: turns a number of steps into the evaluations of the denoiser and, for each, the linear update that follows it. Every explicit solver has
/// that form, multistep, second-order and stochastic ones among them, so the update runs on the device as one kernel.
/// </summary>
public interface ISampler
{
    /// <summary>The name in configuration and manifests.</summary>
    string Name { get; }

    /// <summary>The evaluations of a whole schedule.</summary>
    /// <param name="steps">From 1 to <see cref="SamplingSchedule.MaximumSteps"/>.</param>
    /// <exception cref="ArgumentException">The sampler cannot make such a schedule; the message says what it can.</exception>
    SamplingSchedule CreateSchedule(int steps);

    /// <summary>The evaluations of a schedule that may begin in the middle or depend on the picture's size.</summary>
    /// <param name="request">How many steps, where to begin, and how large the picture is.</param>
    /// <exception cref="ArgumentException">The sampler cannot make such a schedule; the message says what it can.</exception>
    SamplingSchedule CreateSchedule(ScheduleRequest request) => request.Checked().FirstStep == 0
        ? CreateSchedule(request.Steps)
        : throw new ArgumentException($"The sampler '{Name}' has no schedule that begins at step {request.FirstStep}; begin at step 0.", nameof(request));
}

/// <summary>A sampler whose whole schedules are made as all others are.</summary>
internal interface IRequestedSampler : ISampler
{
    /// <inheritdoc cref="ISampler.CreateSchedule(ScheduleRequest)"/>
    new SamplingSchedule CreateSchedule(ScheduleRequest request);

    SamplingSchedule ISampler.CreateSchedule(int steps) => CreateSchedule(new ScheduleRequest(steps));

    SamplingSchedule ISampler.CreateSchedule(ScheduleRequest request) => CreateSchedule(request);
}

/// <summary>What a schedule is made for.</summary>
/// <param name="Steps">Sampler steps of the whole schedule, from 1 to <see cref="SamplingSchedule.MaximumSteps"/>.</param>
/// <param name="FirstStep">
/// The step that the schedule begins with, from 0 to below <paramref name="Steps"/>: image to image leaves out the steps before it. A solver that looks
/// back begins there as it would at step 0.
/// </param>
/// <param name="ImageTokens">
/// How many tokens of the picture the denoiser sees, at least 1; schedules with dynamic shifting depend on it. <see langword="null"/> where it is not known.
/// </param>
public readonly record struct ScheduleRequest(int Steps, int FirstStep = 0, int? ImageTokens = null)
{
    /// <summary>A whole schedule of a number of steps.</summary>
    public static implicit operator ScheduleRequest(int steps) => new(steps);

    /// <summary>Returns the request if its numbers are in range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public ScheduleRequest Checked()
    {
        if (Steps is < 1 or > SamplingSchedule.MaximumSteps)
        {
            throw new ArgumentOutOfRangeException(nameof(Steps), Steps, $"Expected 1 to {SamplingSchedule.MaximumSteps} steps.");
        }

        if (FirstStep < 0 || FirstStep >= Steps)
        {
            throw new ArgumentOutOfRangeException(nameof(FirstStep), FirstStep, $"Expected the first step to be from 0 to {Steps - 1}, since there are {Steps} steps.");
        }

        return ImageTokens is < 1
            ? throw new ArgumentOutOfRangeException(nameof(ImageTokens), ImageTokens, "Expected at least 1 image token.")
            : this;
    }
}
