using System.Buffers;
using System.Collections.Immutable;
using CachePolicies.Engine;

namespace CachePolicies.Traces;

/// <summary>
/// A denoiser that plays a recorded run back: its stages write what the trace holds for the current step instead of computing. Policies decide on it
/// exactly as they would have on the model. Thread-safe; borrows trace and backend.
/// </summary>
public sealed class TraceDenoiser
{
    /// <summary>The input that tells the stages which step is played; <see cref="Replay"/> fills it.</summary>
    public const string StepInput = "step";

    private static readonly TensorDescriptor Step = new(StepInput, TensorKind.Conditioning, ElementType.Float32, TensorShape.Scalar);

    private readonly TraceReader _trace;

    /// <summary>Puts replay stages over a trace.</summary>
    /// <param name="trace">The recorded run.</param>
    /// <param name="backend">Where features and arithmetic live.</param>
    public TraceDenoiser(TraceReader trace, IDenoiserBackend backend)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(backend);
        _trace = trace;
        var boundaries = trace.Boundaries.Select(Describe).ToList();
        if (boundaries.Count == 0 || boundaries[0].Role != BoundaryRole.Latent)
        {
            boundaries.Insert(0, StandIn(BoundaryRole.Latent));
        }

        if (boundaries[^1].Role != BoundaryRole.Output)
        {
            boundaries.Add(StandIn(BoundaryRole.Output));
        }

        var stages = boundaries.Skip(1).Select((next, i) => new StageDescriptor($"to {next.Name}", [.. StatesOf(boundaries[i]), StepInput]));
        var layout = new DenoiserLayout(trace.ModelName, [Step], [.. boundaries], [.. stages], trace.Fingerprint);
        Denoiser = new StagedDenoiser(layout, [.. layout.Stages.Select((s, i) => new ReplayStage(s.Name, layout.Boundaries[i + 1], this))], backend);
    }

    /// <summary>The layout with replay stages. Beginning and end are stand-ins of one element where the trace does not hold them.</summary>
    public StagedDenoiser Denoiser { get; }

    /// <summary>Plays all steps under a policy.</summary>
    /// <param name="policy">The policy, with a session of its own for this run.</param>
    /// <param name="cancellationToken">Looked at before each stage.</param>
    /// <returns>What was asked, measured, decided and computed in each step.</returns>
    /// <exception cref="CachePlanException">The policy needs a boundary or a signal that the trace does not hold; the message names it.</exception>
    public ImmutableArray<EvaluationRecord> Replay(ICachePolicy policy, CancellationToken cancellationToken = default)
    {
        var cached = new CachedDenoiser(Denoiser, policy);
        RequireRecorded(cached.Plan, policy);
        var records = new RecordList();
        using var session = cached.CreateSession([new LaneInfo(0, GuidanceBranch.Conditional, _trace.Steps)], records);
        FeatureTensor?[] latent = [null], output = [null];
        for (var i = 0; i < _trace.Steps; i++)
        {
            var step = Rent(Step);
            try
            {
                Denoiser.Backend.Upload((ReadOnlySpan<float>)[i], step);
                session.SetInput(0, StepInput, step);
                latent[0] = Rent(Denoiser.Layout.Latent.Primary);
                Play(Denoiser.Layout.Latent, 0, [i], latent[0]!);
                session.Evaluate(EvaluationAt(i), latent, output, cancellationToken);
            }
            finally
            {
                step.Release();
                Release(latent);
                Release(output);
            }
        }

        return [.. records.All];
    }

    /// <summary>What the engine is told about a step. Where the trace holds no timesteps, noise falls linearly from 1.</summary>
    public EvaluationInfo EvaluationAt(int step) =>
        new(step, _trace.Steps, _trace.Timesteps.IsEmpty ? 1000 * SigmaAt(step) : _trace.Timesteps[step], SigmaAt(step)) { NextSigma = step + 1 < _trace.Steps ? SigmaAt(step + 1) : 0 };

    private float SigmaAt(int step) => _trace.Timesteps.IsEmpty ? 1 - (step / (float)_trace.Steps) : _trace.Timesteps[step] / (_trace.Timesteps.Max() > 1 ? 1000 : 1);

    private FeatureTensor Rent(TensorDescriptor descriptor) => Denoiser.Backend.Rent(descriptor.ElementType, descriptor.Shape);

    private static void Release(FeatureTensor?[] lease)
    {
        lease[0]?.Release();
        lease[0] = null;
    }

    /// <summary>Writes what the trace holds for each row's step.</summary>
    private void Play(Boundary boundary, int tensor, ReadOnlySpan<float> steps, FeatureTensor destination)
    {
        var descriptor = boundary.Tensors[tensor];
        var elements = checked((int)descriptor.Shape.ElementCount);
        var rented = ArrayPool<float>.Shared.Rent(elements * steps.Length);
        try
        {
            var values = rented.AsSpan(0, elements * steps.Length);
            values.Clear();
            for (var row = 0; row < steps.Length && IsRecorded(boundary); row++)
            {
                _trace.Read((int)steps[row], boundary.Name, descriptor.Name, values.Slice(row * elements, elements));
            }

            Denoiser.Backend.Upload(values, destination);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    private bool IsRecorded(Boundary boundary) => _trace.Boundaries.Any(b => b.Name == boundary.Name);

    private void RequireRecorded(CachePlan plan, ICachePolicy policy)
    {
        var needed = plan.Measurements.SelectMany(m => new int?[] { m.Boundary, m.ResidualBase })
            .Concat(plan.Skips.SelectMany(s => new int?[] { s.From, s.To }))
            .Concat(plan.Kept.SelectMany(k => new[] { k.Base, k.Probe }));
        foreach (var index in needed)
        {
            if (index is { } used && plan.Layout.Boundaries[used] is var boundary && !IsRecorded(boundary))
            {
                throw new CachePlanException(
                    $"The policy '{policy.Name}' needs the boundary '{boundary.Name}', which the trace '{_trace.Path}' does not hold. It holds: {string.Join(", ", _trace.Boundaries.Select(b => b.Name))}.");
            }
        }
    }

    private static Boundary Describe(TraceBoundary boundary)
    {
        var role = BoundaryRoleNames.TryParse(boundary.Name, out var known) ? known : BoundaryRole.Cut;
        return new Boundary(boundary.Name, role, [.. boundary.Tensors.Select(t => new TensorDescriptor(t.Name, t.Kind, ElementType.Float32, t.Shape))]);
    }

    private static Boundary StandIn(BoundaryRole role) =>
        new(role.ToName(), role, new TensorDescriptor(TraceReader.PrimaryName, TensorKind.State, ElementType.Float32, TensorShape.Scalar));

    private static IEnumerable<string> StatesOf(Boundary boundary) =>
        boundary.Tensors.Where(t => t.Kind == TensorKind.State).Select(t => $"{boundary.Name}/{t.Name}");

    /// <summary>Writes what was recorded at the boundary that it leads to; reads the states before it as the model's stage would.</summary>
    private sealed class ReplayStage(string name, Boundary produces, TraceDenoiser owner) : IDenoiserStage
    {
        public string Name => name;

        public void Run(in StageInvocation invocation)
        {
            Span<float> steps = invocation.Rows <= 64 ? stackalloc float[invocation.Rows] : new float[invocation.Rows];
            owner.Denoiser.Backend.Download(invocation.Inputs[^1], steps);
            for (var i = 0; i < invocation.Outputs.Length; i++)
            {
                owner.Play(produces, i, steps, invocation.Outputs[i]);
            }
        }
    }

    private sealed class RecordList : IEvaluationObserver
    {
        public List<EvaluationRecord> All { get; } = [];

        public void EvaluationCompleted(EvaluationRecord record) => All.Add(record);
    }
}
