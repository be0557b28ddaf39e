"""Trains the model from scratch on two CPU cores, or goes on with an interrupted run.

    OMP_WAIT_POLICY=passive OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 \
    MALLOC_MMAP_THRESHOLD_=4000000000 MALLOC_TRIM_THRESHOLD_=20000000000 \
        /usr/bin/python3 train.py --minutes 75

`--start-from FOLDER` begins with the weights that were exported there, with a fresh optimiser: a further run for a model whose
checkpoint is gone.

Two single-threaded processes, each with half of the batch, share parameters and optimiser state in shared memory; each updates
half of the parameters. That is half as fast again as one process with two threads. The learning rate follows the wall clock
(warm-up, constant, then linear to 2 %), so that a run ends on time on a machine that has other things to do.

Matrices of attention and MLP are optimised by Muon (K. Jordan, 2024), everything else by Adam. A checkpoint holds parameters,
their moving average, optimiser state and position: `--resume` goes on exactly, apart from what the clock decides. SIGTERM saves a
checkpoint and ends the run.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import signal
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
import torch.multiprocessing as mp

from dataset import HELD, TRAIN, Batches, Dataset
from exported import load_parameters
from flux import Flux, FluxParams
from mixed_precision import orthogonalise, use_bfloat16

MUON = ("qkv.weight", "proj.weight", "mlp.0.weight", "mlp.2.weight", "linear1.weight", "linear2.weight")
RANKS = 2
STATE = ("params", "ema", "first", "second")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=75, help="wall-clock budget of the whole run, over all resumptions")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent / "checkpoints")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--start-from", type=pathlib.Path, metavar="FOLDER", help="begin with the weights exported to this folder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=48, help="images per step, over both processes")
    parser.add_argument("--muon-rate", type=float, default=0.02)
    parser.add_argument("--adam-rate", type=float, default=1.5e-3)
    parser.add_argument("--decay-from", type=float, default=0.4, help="the part of the budget after which the rate falls")
    parser.add_argument("--recolour", type=float, default=0.4, help="fraction of recoloured images up to half of the budget")
    parser.add_argument("--recolour-final", type=float, default=0.2, help="the same at the end; linear between")
    parser.add_argument("--word-dropout", type=float, default=0.08)
    parser.add_argument("--caption-dropout", type=float, default=0.1)
    parser.add_argument("--save-every", type=float, default=150, help="seconds between checkpoints")
    args = parser.parse_args()
    if args.resume and args.start_from:
        parser.error("--resume goes on with its own checkpoint; --start-from begins a new run: give one of the two")
    return args


def uses_muon(name):
    return name.endswith(MUON)


def matrices(name, rows, dim):
    """Queries, keys, values and the MLP stand in one weight; Muon treats each as a matrix of its own."""
    cuts = [0, dim, 2 * dim, 3 * dim] if name.endswith(("qkv.weight", "linear1.weight")) else [0]
    return [slice(a, b) for a, b in zip(cuts, cuts[1:] + [rows]) if a < b]


@dataclasses.dataclass
class Slot:
    """A parameter and where it lies in the flat vectors."""
    name: str
    param: torch.nn.Parameter
    span: slice

    @property
    def cost(self):
        return self.param.numel() * (6 if uses_muon(self.name) else 1)


class Optimiser:
    """Updates the parameters that are this process's share."""

    def __init__(self, slots, rank, shared, args, dim):
        self.shared, self.args, self.dim = shared, args, dim
        loads, self.mine = [0] * RANKS, []
        for slot in sorted(slots, key=lambda s: -s.cost):
            owner = loads.index(min(loads))
            loads[owner] += slot.cost
            if owner == rank:
                self.mine.append(slot)

    def step(self, step, rate, decay):
        for slot in self.mine:
            gradient = sum(g[slot.span] for g in self.shared["gradients"]).div_(RANKS).view(slot.param.shape)
            first, second = (self.shared[k][slot.span].view(slot.param.shape) for k in ("first", "second"))
            if uses_muon(slot.name):
                self._muon(slot, gradient, first, rate * self.args.muon_rate)
            else:
                self._adam(slot, gradient, first, second, step, rate * self.args.adam_rate)
            self.shared["ema"][slot.span].lerp_(self.shared["params"][slot.span], 1 - decay)

    def _muon(self, slot, gradient, momentum, rate):
        momentum.mul_(0.95).add_(gradient)
        update = gradient + 0.95 * momentum
        for rows in matrices(slot.name, gradient.shape[0], self.dim):
            q = orthogonalise(update[rows])
            scale = max(1, q.shape[0] / q.shape[1]) ** 0.5
            slot.param.data[rows].mul_(1 - 0.01 * rate).add_(q, alpha=-rate * scale)

    def _adam(self, slot, gradient, first, second, step, rate):
        first.mul_(0.9).add_(gradient, alpha=0.1)
        second.mul_(0.98).addcmul_(gradient, gradient, value=0.02)
        corrected = first / (1 - 0.9 ** step)
        slot.param.data.addcdiv_(corrected, (second / (1 - 0.98 ** step)).sqrt_().add_(1e-8), value=-rate)


def learning_rate(progress, step, decay_from):
    fall = 1 if progress < decay_from else max(0.02, (1 - progress) / (1 - decay_from))
    return min(1, step / 100) * fall


def recolour_fraction(progress, args):
    return args.recolour + (args.recolour_final - args.recolour) * max(0, 2 * progress - 1)


class Log:
    """Means over fifty steps: loss, loss by fifths of t, samples per second."""

    def __init__(self, path):
        self.path, self.bins, self.counts, self.started = path, torch.zeros(5), torch.zeros(5), time.time()

    def add(self, t, losses):
        index = (t * 5).long().clamp(max=4)
        self.bins.index_add_(0, index, losses)
        self.counts.index_add_(0, index, torch.ones_like(losses))

    def write(self, step, elapsed, rate, fraction):
        loss, samples = self.bins.sum() / self.counts.sum(), self.counts.sum() * RANKS
        by_t = " ".join(f"{b:.4f}" for b in self.bins / self.counts.clamp(min=1))
        with self.path.open("a") as file:
            file.write(f"step {step} seconds {elapsed:.0f} loss {loss:.4f} samples/s {samples / (time.time() - self.started):.1f} "
                       f"rate {rate:.3f} recolour {fraction:.2f} loss-by-t {by_t}\n")
        self.__init__(self.path)


def describe(data, args):
    """The facts that the export's manifest tells about the training."""
    earlier = {}
    if args.start_from:
        document = json.loads((args.start_from / "manifest.json").read_text())
        earlier = {"startedFrom": {"fingerprint": document["fingerprint"], **document["training"]}}
    return {**earlier, "images": len(data), "recolouredImages": len(data.pairs[TRAIN]), "heldOutImages": len(data.pairs[HELD]),
            "recolourFraction": f"{args.recolour}, from half of the time on falling to {args.recolour_final}",
            "wordDropout": args.word_dropout, "captionDropout": args.caption_dropout, "seed": args.seed}


def save(shared, params, data, args, facts, step, elapsed):
    document = {key: shared[key].clone() for key in STATE}
    document.update(config=dataclasses.asdict(params), vocabulary=data.vocabulary, step=step, elapsed=elapsed,
                    samples=step * args.batch, facts=facts)
    temporary = args.out / "last.tmp"
    torch.save(document, temporary)
    os.replace(temporary, args.out / "last.pt")


def work(rank, shared, barrier, args, params, start):
    """One process. `shared["clock"]` is progress as process 0 sees it, so that both take the same decisions."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    data = Dataset()
    model = Flux(params)
    use_bfloat16(model)
    slots, offset = [], 0
    for name, param in model.named_parameters():
        span = slice(offset, offset + param.numel())
        offset = span.stop
        param.data = shared["params"][span].view(param.shape)
        param.grad = shared["gradients"][rank][span].view(param.shape)
        slots.append(Slot(name, param, span))
    optimiser = Optimiser(slots, rank, shared, args, params.hidden_size)
    batches = Batches(data, args.seed, rank, RANKS, args.batch // RANKS, args.word_dropout, args.caption_dropout)
    log = Log(args.out / "log.txt")
    step, elapsed = start["step"], start["elapsed"]
    began, saved = time.time() - elapsed, time.time()
    while True:
        if rank == 0:
            elapsed = time.time() - began
            shared["clock"][0] = 2.0 if stop else elapsed / (60 * args.minutes)
        barrier.wait()
        progress = shared["clock"][0].item()
        if progress >= 1:
            break
        fraction = recolour_fraction(progress, args)
        x, noise, t, ids = batches.draw(step, fraction)
        shared["gradients"][rank].zero_()
        mix = t[:, None, None]
        losses = (model((1 - mix) * x + mix * noise, t, ids) - (noise - x)).square().mean((1, 2))
        losses.mean().backward()
        barrier.wait()
        step += 1
        rate = learning_rate(progress, step, args.decay_from)
        with torch.no_grad():
            optimiser.step(step, rate, min(0.999, 1 - 1 / (step / 10 + 2)))
        if rank == 0:
            log.add(t, losses.detach())
            if step % 50 == 0:
                log.write(step, elapsed, rate, fraction)
            if time.time() - saved > args.save_every:
                saved = time.time()
                shared["clock"][1] = 1
        barrier.wait()
        if shared["clock"][1] == 1:
            if rank == 0:
                save(shared, params, data, args, start["facts"], step, elapsed)
                shared["clock"][1] = 0
            barrier.wait()
    if rank == 0:
        save(shared, params, data, args, start["facts"], step, elapsed)


def main():
    args = parse_arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    data = Dataset()
    params = FluxParams(vocabulary=len(data.vocabulary))
    torch.manual_seed(args.seed)
    initial = torch.cat([p.data.flatten() for p in Flux(params).parameters()])
    shared = {key: torch.zeros_like(initial).share_memory_() for key in STATE}
    shared["gradients"] = [torch.zeros_like(initial).share_memory_() for _ in range(RANKS)]
    shared["clock"] = torch.zeros(2).share_memory_()
    start = {"step": 0, "elapsed": 0.0, "facts": None}
    if args.resume:
        checkpoint = torch.load(args.out / "last.pt")
        if checkpoint["vocabulary"] != data.vocabulary or checkpoint["config"] != dataclasses.asdict(params):
            raise SystemExit("the checkpoint is of another vocabulary or configuration; build the data set that it was trained on")
        for key in STATE:
            shared[key].copy_(checkpoint[key])
        start = {key: checkpoint[key] for key in start}
    else:
        if args.start_from:
            initial = load_parameters(args.start_from, params)
        start["facts"] = describe(data, args)
        shared["params"].copy_(initial)
        shared["ema"].copy_(initial)
    print(f"{initial.numel()} parameters, {len(data)} images, {len(data.pairs[TRAIN])} recoloured, {len(data.vocabulary)} words", flush=True)
    context = mp.get_context("fork")
    barrier = context.Barrier(RANKS, timeout=900)
    workers = [context.Process(target=work, args=(rank, shared, barrier, args, params, start)) for rank in range(RANKS)]
    forward = lambda *_: [os.kill(w.pid, signal.SIGTERM) for w in workers if w.is_alive()]
    for worker in workers:
        worker.start()
    signal.signal(signal.SIGTERM, forward)
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise SystemExit("a training process failed; start again with --resume")


if __name__ == "__main__":
    main()
