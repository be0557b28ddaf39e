namespace CachePolicies;

/// <summary>An evaluation that is to be approximated, and what is known of the evaluations that are kept for it.</summary>
public readonly ref struct SkipPoint
{
    private readonly ReadOnlySpan<double> _products;
    private readonly int _stride;

    /// <summary>Creates a point of which no products are known.</summary>
    /// <param name="current">The evaluation that is approximated.</param>
    /// <param name="computed">The evaluations that are kept, the newest first.</param>
    public SkipPoint(scoped in EvaluationInfo current, ReadOnlySpan<EvaluationInfo> computed)
    {
        Current = current;
        Computed = computed;
    }

    /// <summary>Creates a point with the products of what is kept.</summary>
    /// <param name="current">The evaluation that is approximated.</param>
    /// <param name="computed">The evaluations that are kept, the newest first.</param>
    /// <param name="products">A square matrix by rows; may be larger than there are evaluations.</param>
    /// <param name="stride">The length of a row.</param>
    /// <exception cref="ArgumentException">The matrix is too small.</exception>
    public SkipPoint(scoped in EvaluationInfo current, ReadOnlySpan<EvaluationInfo> computed, ReadOnlySpan<double> products, int stride)
        : this(current, computed)
    {
        if (!products.IsEmpty && (stride < computed.Length || products.Length < stride * computed.Length))
        {
            throw new ArgumentException($"{computed.Length} evaluations need products of {computed.Length} rows, got {products.Length} numbers in rows of {stride}.", nameof(products));
        }

        _products = products;
        _stride = stride;
    }

    /// <summary>The evaluation that is approximated.</summary>
    public EvaluationInfo Current { get; }

    /// <summary>The evaluations that are kept, the newest first.</summary>
    public ReadOnlySpan<EvaluationInfo> Computed { get; }

    /// <summary>Whether <see cref="Product"/> is known.</summary>
    public bool HasProducts => !_products.IsEmpty;

    /// <summary>The scalar product of what is kept of two evaluations, over all state tensors; NaN where it is not known.</summary>
    /// <param name="i">One of them, 0 the newest.</param>
    /// <param name="j">The other.</param>
    public double Product(int i, int j) => HasProducts ? _products[(i * _stride) + j] : double.NaN;

    /// <summary>The same point with fewer of the kept evaluations.</summary>
    /// <param name="count">How many of the newest, at least 1.</param>
    public SkipPoint Newest(int count) => new(Current, Computed[..count], _products, _stride);
}
