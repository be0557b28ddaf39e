namespace CachePolicies.TestSupport;

/// <summary>How long a test waits for what must happen. Only a test that fails waits as long, so the limit costs nothing on a machine that is slow or shared.</summary>
public static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Waits until something is so.</summary>
    /// <returns>Whether it was so in time.</returns>
    public static async Task<bool> UntilAsync(Func<bool> isSo)
    {
        for (var left = Limit; !isSo() && left > TimeSpan.Zero; left -= Pause)
        {
            await Task.Delay(Pause);
        }

        return isSo();
    }
}
