namespace CachePolicies.Fuzz;

/// <summary>A format that the project reads. A new one is one class: a test finds every class of this kind.</summary>
internal abstract class FuzzedFormat
{
    /// <summary>What the format is called in messages.</summary>
    public string Name => GetType().Name;

    /// <summary>The name of the file that is read.</summary>
    public abstract string FileName { get; }

    /// <summary>Files that are right, from which malformed ones are made.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>The kinds of exceptions that the reader's documentation names. Exact kinds: a kind derived from them is another.</summary>
    public abstract IReadOnlyList<Type> Documented { get; }

    /// <summary>How many inputs of a short run are of this format.</summary>
    public virtual int Inputs => 400;

    /// <summary>Whether most changes leave a valid file.</summary>
    public virtual bool IsMostlyRight => false;

    /// <summary>How much processor time reading may take.</summary>
    public virtual TimeSpan LongestRead => TimeSpan.FromSeconds(1);

    /// <summary>Makes another file of a right one, or of nothing.</summary>
    public virtual byte[] Mutate(FuzzRandom random, byte[] seed) => BinaryMutator.Mutate(random, seed);

    /// <summary>Puts beside the file what it needs.</summary>
    public virtual void Prepare(DirectoryInfo folder)
    {
    }

    /// <summary>Reads the file as the project does.</summary>
    public abstract void Read(string path);
}
