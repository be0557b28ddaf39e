namespace CachePolicies.Files.Tests;

/// <summary>Alone: what other tests have begun would be removed with it.</summary>
[CollectionDefinition(nameof(UnfinishedWorkTests), DisableParallelization = true)]
[Collection(nameof(UnfinishedWorkTests))]
public sealed class UnfinishedWorkTests
{
    [Fact]
    public void What_was_begun_and_not_ended_is_removed()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var path = Path.Combine(folder.FullName, "trace");
            Draft.Write(path, "whole"u8);
            using var begun = Draft.Create(path);
            begun.Stream.Write("half"u8);
            var work = Path.Combine(folder.FullName, "work");
            Directory.CreateDirectory(work);
            File.WriteAllText(Path.Combine(work, "file"), "half");
            UnfinishedWork.Begin(work);
            Assert.Equal(3, folder.GetFileSystemInfos().Length);

            UnfinishedWork.RemoveAll();

            Assert.Equal(path, Assert.Single(folder.GetFileSystemInfos()).FullName);
            Assert.Equal("whole", File.ReadAllText(path));
            UnfinishedWork.End(work);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
