namespace CachePolicies.Files.Tests;

public sealed class FolderDraftTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_completed_draft_has_its_name_and_nothing_else_is_left()
    {
        using (var draft = FolderDraft.Create(_folder.File("below/model/")))
        {
            File.WriteAllText(Path.Combine(draft.Path, "a"), "x");
            Assert.False(Directory.Exists(draft.Target));
            draft.Complete();
        }

        Assert.Equal("x", File.ReadAllText(_folder.File("below/model/a")));
        Assert.Single(Directory.GetFileSystemEntries(_folder.File("below")));
    }

    [Fact]
    public void A_draft_that_was_not_completed_vanishes_with_what_it_holds()
    {
        using (var draft = FolderDraft.Create(_folder.File("model")))
        {
            Directory.CreateDirectory(Path.Combine(draft.Path, "deep"));
            File.WriteAllText(Path.Combine(draft.Path, "deep", "a"), "x");
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_folder_that_is_there_stays_and_the_draft_vanishes()
    {
        _folder.Write("model/a", "old");
        using (var draft = FolderDraft.Create(_folder.File("model")))
        {
            Assert.Throws<IOException>(draft.Complete);
        }

        Assert.Equal("old", File.ReadAllText(_folder.File("model/a")));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }
}
