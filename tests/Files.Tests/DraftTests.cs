namespace CachePolicies.Files.Tests;

public sealed class DraftTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_completed_draft_has_its_name_and_nothing_else_is_left()
    {
        using (var draft = Draft.Create(_folder.File("a")))
        {
            draft.Stream.Write("x"u8);
            Assert.False(File.Exists(_folder.File("a")));
            draft.Complete();
        }

        Assert.Equal("x", File.ReadAllText(_folder.File("a")));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_draft_that_was_not_completed_vanishes()
    {
        using (var draft = Draft.Create(_folder.File("a")))
        {
            draft.Stream.Write("x"u8);
        }

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_file_that_may_not_be_replaced_stays_and_the_draft_vanishes()
    {
        _folder.Write("a", "old");
        using (var draft = Draft.Create(_folder.File("a")))
        {
            Assert.Throws<IOException>(() => draft.Complete(overwrite: false));
        }

        Assert.Equal("old", File.ReadAllText(Assert.Single(Directory.GetFiles(_folder.Path))));
    }

    [Fact]
    public void A_file_called_like_a_draft_is_left_alone()
    {
        _folder.Write("a.tmp", "mine");
        using (var draft = Draft.Create(_folder.File("a")))
        {
            draft.Complete();
        }

        Assert.Equal("mine", File.ReadAllText(_folder.File("a.tmp")));
    }
}
