using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace CachePolicies.Cluster;

/// <summary>Gives orders to workers and repeats what a lost one did not finish.</summary>
internal sealed class WorkFront(WorkerBoard board, ClusterOptions options, IGrainFactory grains, TimeProvider time, ILogger<WorkFront> logger) : IWorkFront
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public IReadOnlyList<WorkerReport> Reports => board.Reports;

    public async IAsyncEnumerable<WorkMessage> RunAsync(WorkOrder order, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var (told, lost) = (-1, 0);
        var refusing = new Refusing();
        while (true)
        {
            var worker = await ChooseAsync(order.Model, refusing, cancellationToken).ConfigureAwait(false);
            if (worker is null)
            {
                // Every worker that is there has refused.
                yield return refusing.Last ?? throw new WorkLostException("No worker takes the request; try again later.");
                yield break;
            }

            var attempt = new WorkAttempt(grains, worker, order, options.MessageTimeout, cancellationToken);
            try
            {
                while (await attempt.NextAsync().ConfigureAwait(false) is { } message)
                {
                    if (message.Kind == WorkMessageKind.RefusedHere)
                    {
                        refusing.Add(worker, message);
                        break;
                    }

                    if (message.IsLast)
                    {
                        yield return message;
                        yield break;
                    }

                    if (message.Kind == WorkMessageKind.Progress && (message.Position > told || (message.Position, told) == (0, 0)))
                    {
                        told = message.Position;
                        yield return message;
                    }
                }
            }
            finally
            {
                attempt.End();
                board.Release(worker);
            }

            if (attempt.Problem is { } problem)
            {
                lost++;
                Log.Lost(logger, worker.ToString(), lost, options.MaximumAttempts, problem);
                if (lost >= options.MaximumAttempts)
                {
                    throw new WorkLostException($"The request was given to {lost} workers, and none of them finished it; try again later.");
                }

                refusing.Avoid(worker);
            }
        }
    }

    /// <summary>Waits for a worker. <see langword="null"/> where those that are there have all refused.</summary>
    private async Task<SiloAddress?> ChooseAsync(string model, Refusing refusing, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (board.Choose(model, refusing.Excluded) is { } worker)
            {
                return worker;
            }

            if (refusing.Forgive())
            {
                continue; // One that was lost may be back.
            }

            if (refusing.Last is { Content.Length: > 0 })
            {
                return null;
            }

            if (time.GetElapsedTime(began) >= options.WorkerWait)
            {
                throw new WorkLostException($"No worker has the model '{model}' at the moment; try again later.");
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            refusing.ForgetDraining();
        }
    }

    /// <summary>The workers that an order does not go to again.</summary>
    private sealed class Refusing
    {
        private readonly HashSet<SiloAddress> _refused = [];
        private readonly HashSet<SiloAddress> _lost = [];
        private HashSet<SiloAddress> _excluded = [];

        /// <summary>The last refusal.</summary>
        public WorkMessage? Last { get; private set; }

        public IReadOnlySet<SiloAddress> Excluded => _excluded;

        public void Add(SiloAddress worker, WorkMessage refusal)
        {
            _refused.Add(worker);
            Last = refusal;
            _excluded = [.. _refused, .. _lost];
        }

        public void Avoid(SiloAddress worker)
        {
            _lost.Add(worker);
            _excluded = [.. _refused, .. _lost];
        }

        /// <summary>Allows those that were lost.</summary>
        /// <returns>Whether there were any.</returns>
        public bool Forgive()
        {
            var any = _lost.Count > 0;
            _lost.Clear();
            _excluded = [.. _refused];
            return any;
        }

        /// <summary>Workers that refused without a reason were about to leave; the next may be a new process.</summary>
        public void ForgetDraining()
        {
            if (Last is { Content.Length: 0 })
            {
                _refused.Clear();
                _excluded = [.. _lost];
            }
        }
    }
}
