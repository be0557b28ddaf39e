namespace CachePolicies.Testing;

/// <summary>A backend broke a law. The message holds the law and what was found.</summary>
/// <param name="message">The law, and what was found.</param>
/// <param name="innerException">What was thrown, or <see langword="null"/>.</param>
public sealed class BackendLawException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>
/// The laws that every backend keeps, whatever its device: <c>BackendLaws.Check(backend)</c> in a test, or one test for each of <see cref="All"/>. Kernels,
/// estimators and approximations are compared with their evaluation in float64, within bounds that follow from the arithmetic.
/// </summary>
public static class BackendLaws
{
    /// <summary>All laws.</summary>
    public static IReadOnlyList<BackendLaw> All { get; } =
    [
        new("A rented tensor is what was asked for and has one lease", static c => c.RentGivesWhatWasAskedFor()),
        new("The ledger counts tensors and bytes that are out", static c => c.LedgerCounts()),
        new("Memory that was given back is rented again", static c => c.MemoryIsRentedAgain()),
        new("Tensors that are out never share memory", static c => c.MemoryIsNotShared()),
        new("A tensor stays as it is until its last lease is released", static c => c.LastLeaseCounts()),
        new("A tensor that nobody holds is refused", static c => c.ReleasedTensorsAreRefused()),
        new("A shape with a free axis is refused by name", static c => c.FreeAxesAreRefused()),
        new("Memory that cannot be had is refused and nothing is counted", static c => c.ExhaustionIsRefused()),
        new("Nothing is rented from a backend that was disposed of", static c => c.DisposedBackendsAreRefused()),
        new("Numbers that a type holds come back as they were", static c => c.ExactNumbersComeBack()),
        new("Numbers between two of a type are rounded to nearest even", static c => c.RoundingIsToNearestEven()),
        new("A NaN stays one in every type whatever its payload", static c => c.NaNStays()),
        new("Integers are taken and are not floating-point numbers", static c => c.IntegersAreTaken()),
        new("A span of another length is refused with both lengths", static c => c.LengthsAreChecked()),
        new("Explicit copies are counted and measured numbers are not", static c => c.CopiesAreCounted()),
        new("Rows are gathered into a batch and scattered again", static c => c.RowsAreGathered()),
        new("A batch takes exactly its rows", static c => c.BatchesAreChecked()),
        new("A tensor of another backend is refused", static c => c.ForeignTensorsAreRefused()),
        new("A kernel agrees with the naive evaluation in float64", static c => c.KernelsAgree()),
        new("Equal signatures share a kernel", static c => c.EqualSignaturesShareAKernel()),
        new("A kernel computes several outputs at once", static c => c.OutputsAreComputedTogether()),
        new("Types can be mixed and results stored in another", static c => c.TypesMix()),
        new("A number can be an input and an output", static c => c.NumbersAreOperands()),
        new("NaN spreads except where it is replaced", static c => c.NaNSpreads()),
        new("A kernel that has no single number cannot be measured", static c => c.OnlyNumbersAreMeasured()),
        new("Operands that do not fit the signature are refused", static c => c.OperandsAreChecked()),
        new("Integers are not operands", static c => c.IntegersAreNoOperands()),
        new("A number that the signature does not have is refused", static c => c.UnknownScalarsAreRefused()),
        new("Every estimator agrees with float64 on every type and shape", static c => c.EstimatorsAgree()),
        new("Equal features are at distance zero", static c => c.EqualFeaturesAreAtZero()),
        new("Relative distances from zero are NaN or infinite", static c => c.DistancesFromZero()),
        new("Every approximation agrees with float64", static c => c.ApproximationsAgree()),
        new("A halved difference is finite where the difference of float16 is not", static c => c.HalvedDifferencesAreFinite()),
        new("Trajectory alignment takes 1 for a γ that is NaN", static c => c.GammaIsOneWhereItIsNotANumber()),
        new("Every estimator per frame agrees with float64 on every type", static c => c.FrameEstimatorsAgree()),
        new("Frames come to the front in every type", static c => c.FramesComeToTheFront()),
        new("One frame that is not finite makes the worst frame so", static c => c.WorstFrameIsNotFinite()),
        new("Nothing is pooled across frames", static c => c.FramesAreNotPooledTogether()),
        new("Filters along the axes of a grid agree with float64 on every type", static c => c.FiltersAgree()),
        new("A filter passes a constant on and flattens what is noise", static c => c.FiltersFlattenNoise()),
        new("Threads share a backend without noticing each other", static c => c.ThreadsDoNotDisturb()),
        new("The last of many holders gives a tensor back", static c => c.LastHolderGivesBack()),
    ];

    /// <summary>The law of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static BackendLaw Find(string name) =>
        All.FirstOrDefault(l => l.Name == name) ?? throw new ArgumentException($"There is no law '{name}'.", nameof(name));

    /// <summary>Checks all laws.</summary>
    /// <param name="backend">The backend. Borrowed.</param>
    /// <param name="options">What the backend can, and how exactly.</param>
    /// <exception cref="BackendLawException">Laws are broken; the message lists all that are.</exception>
    public static void Check(IDenoiserBackend backend, BackendLawOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(backend);
        List<BackendLawException> broken = [];
        foreach (var law in All)
        {
            try
            {
                law.Check(backend, options);
            }
            catch (BackendLawException found)
            {
                broken.Add(found);
            }
        }

        if (broken.Count > 0)
        {
            throw new BackendLawException($"The backend '{backend.Name}' breaks {broken.Count} of {All.Count} laws.\n{string.Join('\n', broken.Select(b => b.Message))}", broken[0]);
        }
    }
}
