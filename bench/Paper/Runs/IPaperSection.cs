namespace CachePolicies.Bench;

/// <summary>A section of the paper's page.</summary>
internal interface IPaperSection
{
    /// <summary>Its heading, by which <c>--only</c> finds it.</summary>
    string Title { get; }

    /// <summary>Measures, and writes what came of it.</summary>
    /// <param name="run">Models and counts.</param>
    /// <param name="text">Where it is written; published after each part by <see cref="PaperRun.Publish"/>.</param>
    void Run(PaperRun run, SectionText text);
}
