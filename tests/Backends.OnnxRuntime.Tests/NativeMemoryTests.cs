using CachePolicies.Engine;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>
/// Memory that the garbage collector does not see: what many sessions leave behind, by the process's resident memory while no other test runs. A leak of
/// the kind that is looked for would be four times the bound or more, each time; what grows once (code that is compiled late, a thread's stack) does not
/// grow again.
/// </summary>
[Collection(nameof(ArenaTests))]
public sealed class NativeMemoryTests
{
    private const int Numbers = 256 * 1024;
    private const long Bound = 64 << 20;
    private const int Tries = 3;

    private static readonly TensorShape Shape = new(Numbers);

    [Fact]
    public void Hundreds_of_sessions_leave_no_native_memory()
    {
        using var files = new TinyModel();
        using var backend = new OnnxRuntimeBackend();
        using var model = OnnxDenoiserModel.Load(files.Folder.Path, backend);
        string[] policies = [.. TinyRun.Policies.Keys];
        Run(100);
        AssertKept(() => Run(300));
        Assert.Equal(0, backend.Statistics.LiveTensors);

        void Run(int sessions)
        {
            for (var session = 0; session < sessions; session++)
            {
                TinyRun.Loop(model.Denoiser, TinyRun.Policies[policies[session % policies.Length]]).Run(TinyRun.Request(session, steps: 3));
                using (var tensor = new Rented(backend))
                {
                    tensor.Touch();
                }

                backend.Trim();
                Assert.Equal(0, backend.Statistics.PooledBytes);
            }
        }
    }

    [Fact]
    public void A_tensor_that_comes_back_after_its_backend_is_gone_is_freed()
    {
        Run(10);
        AssertKept(() => Run(256));

        static void Run(int backends)
        {
            for (var i = 0; i < backends; i++)
            {
                var backend = new OnnxRuntimeBackend();
                using var tensor = new Rented(backend);
                tensor.Touch();
                backend.Dispose();
            }
        }
    }

    private static void AssertKept(Action work)
    {
        var before = Resident();
        var grown = new List<long>();
        do
        {
            work();
            var after = Resident();
            grown.Add(after - before);
            before = after;
        }
        while (grown[^1] > Bound && grown.Count < Tries);

        Assert.True(grown[^1] <= Bound, $"Resident memory grew by {string.Join(", then ", grown.Select(g => $"{g:N0}"))} bytes.");
    }

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }

    /// <summary>A megabyte of a device's memory.</summary>
    private sealed class Rented(OnnxRuntimeBackend backend) : IDisposable
    {
        private static readonly float[] Ones = [.. Enumerable.Repeat(1f, Numbers)];
        private readonly FeatureTensor _tensor = backend.Rent(ElementType.Float32, Shape);

        public void Touch() => backend.Upload(Ones, _tensor);

        public void Dispose() => _tensor.Release();
    }
}
