namespace CachePolicies.Hosting.Tests.Registration;

/// <summary>Every known policy is registered by the same two methods, on the builder and on the host. With CACHEPOLICIES_UPDATE=1 the test writes their files.</summary>
public class KnownPoliciesTests
{
    [Theory]
    [InlineData("Builder")]
    [InlineData("Host")]
    public async Task The_registration_methods_are_those_of_the_catalogue(string receiver)
    {
        var expected = receiver == "Host" ? RegistrationSource.OfHost() : RegistrationSource.OfBuilder();
        var path = Repository.PathOf($"src/Hosting/Registration/KnownPolicies.{receiver}.g.cs");
        if (Environment.GetEnvironmentVariable("CACHEPOLICIES_UPDATE") == "1")
        {
            await File.WriteAllTextAsync(path, expected);
        }

        Assert.Equal(expected, (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n"));
    }
}
