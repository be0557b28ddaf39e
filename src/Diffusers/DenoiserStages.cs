using System.Collections.Immutable;
using CachePolicies.Backends.OnnxRuntime;

namespace CachePolicies.Diffusers;

/// <summary>
/// The stages of a pipeline's denoiser. They can be closed while none of them runs, to make room for a text encoder or the VAE, and are opened again by the
/// next run; <see cref="Denoiser"/> stays the same. Thread-safe.
/// </summary>
internal sealed class DenoiserStages(DiffusersFolder folder, OnnxRuntimeBackend backend, MemoryBudget budget) : IClosablePart, IDisposable
{
    private readonly Lock _lock = new();
    private StagedDenoiser? _denoiser;
    private OnnxDenoiserModel? _open;
    private int _running;
    private bool _disposed;

    public long Bytes => folder.Denoiser.Bytes;

    public bool IsOpen => Volatile.Read(ref _open) is not null;

    /// <summary>The stages, opened; cut from the denoiser where that was not done yet.</summary>
    public StagedDenoiser Denoiser
    {
        get
        {
            if (!IsOpen)
            {
                budget.MakeRoom(Bytes, this);
            }

            lock (_lock)
            {
                Open();
                return _denoiser!;
            }
        }
    }

    public bool TryClose()
    {
        lock (_lock)
        {
            if (_running > 0)
            {
                return false;
            }

            _open?.Dispose();
            _open = null;
            return true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _open?.Dispose();
            _open = null;
        }
    }

    private OnnxDenoiserModel Open()
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(DiffusersModel));
        if (_open is null)
        {
            _open = OnnxDenoiserModel.Load(DiffusersImport.Ensure(folder).Stages.Path, backend, verify: _denoiser is null ? null : false);
            _denoiser ??= Standing(_open.Denoiser);
        }

        return _open;
    }

    /// <summary>The same stages behind stand-ins that outlive the sessions.</summary>
    private StagedDenoiser Standing(StagedDenoiser opened)
    {
        ImmutableArray<IDenoiserStage> stages = [.. opened.Stages.Select((s, i) => new Stage(this, i, s.Name))];
        return new StagedDenoiser(opened.Layout, stages, backend, opened.Prelude is { } prelude ? new Stage(this, Stage.Prelude, prelude.Name) : null)
        {
            RunsLanesApart = opened.RunsLanesApart,
        };
    }

    private StagedDenoiser Enter()
    {
        if (!IsOpen)
        {
            budget.MakeRoom(Bytes, this);
        }

        lock (_lock)
        {
            var opened = Open();
            _running++;
            return opened.Denoiser;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            _running--;
        }
    }

    private sealed class Stage(DenoiserStages owner, int index, string name) : IDenoiserStage
    {
        public const int Prelude = -1;

        public string Name => name;

        public void Run(in StageInvocation invocation)
        {
            var opened = owner.Enter();
            try
            {
                (index == Prelude ? opened.Prelude! : opened.Stages[index]).Run(invocation);
            }
            finally
            {
                owner.Leave();
            }
        }
    }
}
