// A cluster is several processes on one machine: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
