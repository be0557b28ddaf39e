using System.Runtime.InteropServices;

namespace CachePolicies.Tool;

/// <summary>
/// Ctrl-C and SIGTERM: the first asks the run to stop, and gives it a moment to remove what it has begun; after that moment, or at a second signal,
/// the process ends without it.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource _overdue = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly PosixSignalRegistration[] _registrations;
    private ITimer? _timer;
    private int _exitCode;

    /// <summary>Listens, or does not and only passes a token on.</summary>
    /// <param name="listens">Whether the process is the tool's own.</param>
    /// <param name="patience">How long the run may take to stop.</param>
    /// <param name="time">Measures it.</param>
    /// <param name="cancellationToken">Stops the run as well.</param>
    public StopSignals(bool listens, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        (_patience, _time) = (patience, time);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _registrations = listens
            ? [Listen(PosixSignal.SIGINT, ExitCodes.Interrupted), Listen(PosixSignal.SIGTERM, ExitCodes.Terminated)]
            : [];
    }

    /// <summary>Stops the run.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>The exit code of the signal that came, or <see langword="null"/>.</summary>
    public int? ExitCode => Volatile.Read(ref _exitCode) is var code and not 0 ? code : null;

    /// <summary>Ends once a signal has come and the run has not stopped in time.</summary>
    public Task Overdue => _overdue.Task;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _timer?.Dispose();
        _stop.Dispose();
    }

    private PosixSignalRegistration Listen(PosixSignal signal, int exitCode) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (Interlocked.CompareExchange(ref _exitCode, exitCode, 0) != 0)
        {
            _overdue.TrySetResult();
            return;
        }

        _timer = _time.CreateTimer(_ => _overdue.TrySetResult(), null, _patience, Timeout.InfiniteTimeSpan);
        _stop.Cancel();
    });
}
