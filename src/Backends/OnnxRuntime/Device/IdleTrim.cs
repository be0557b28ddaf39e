namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>
/// Gives memory back once when a device was not used for a while. It does not keep its owner alive. Thread-safe; noting a use allocates nothing.
/// </summary>
internal sealed class IdleTrim : IDisposable
{
    private readonly TimeSpan _idle;
    private readonly TimeProvider _time;
    private readonly Action _trim;
    private readonly ITimer _timer;
    private long _used;
    private long _trimmed;

    /// <param name="idle">How long without a use.</param>
    /// <param name="trim">Gives the memory back.</param>
    /// <param name="time">What the time is measured by; the system's clock by default.</param>
    public IdleTrim(TimeSpan idle, Action trim, TimeProvider? time = null)
    {
        (_idle, _trim, _time) = (idle, trim, time ?? TimeProvider.System);
        _used = _trimmed = _time.GetTimestamp();
        _timer = _time.CreateTimer(static weak => Look((WeakReference<IdleTrim>)weak!), new WeakReference<IdleTrim>(this), idle / 2, idle / 2);
    }

    /// <summary>Notes that the device is in use.</summary>
    public void Touch() => Volatile.Write(ref _used, _time.GetTimestamp());

    public void Dispose() => _timer.Dispose();

    private static void Look(WeakReference<IdleTrim> weak)
    {
        if (weak.TryGetTarget(out var owner))
        {
            owner.Look();
        }
    }

    private void Look()
    {
        var used = Volatile.Read(ref _used);
        if (_time.GetElapsedTime(used) >= _idle && Interlocked.Exchange(ref _trimmed, used) != used)
        {
            _trim();
        }
    }
}
