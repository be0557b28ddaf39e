using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace CachePolicies.TestSupport;

public sealed class PropertyAttributeTests
{
    private static int _calls;

    [Fact]
    public async Task A_law_that_holds_passes_after_the_asked_number_of_cases()
    {
        _calls = 0;
        Assert.IsType<TestPassed>(await RunAsync(nameof(Laws.Holds)));
        Assert.Equal(CountFromEnvironment() ?? 37, _calls);
    }

    [Fact]
    public async Task A_law_that_does_not_hold_fails_with_the_shrunk_counterexample_and_its_seed()
    {
        var message = Assert.IsType<TestFailed>(await RunAsync(nameof(Laws.Is_false))).Messages[0];
        Assert.Contains("Falsifiable", message, StringComparison.Ordinal);
        Assert.Matches(@"(Original|Shrunk):\s+10\b", message);
        Assert.Matches(@"\(\d+,\s*\d+\)", message);
    }

    [Fact]
    public async Task A_replayed_seed_gives_the_same_counterexample_again()
    {
        var first = Assert.IsType<TestFailed>(await RunAsync(nameof(Laws.Is_false_replayed))).Messages[0];
        var second = Assert.IsType<TestFailed>(await RunAsync(nameof(Laws.Is_false_replayed))).Messages[0];
        Assert.Contains("(1,3)", first, StringComparison.Ordinal);
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task An_assertion_that_throws_fails_the_law() =>
        Assert.Contains("Falsifiable", Assert.IsType<TestFailed>(await RunAsync(nameof(Laws.Throws))).Messages[0], StringComparison.Ordinal);

    [Fact]
    public async Task A_failing_task_fails_the_law() =>
        Assert.IsType<TestFailed>(await RunAsync(nameof(Laws.Fails_later)));

    [Property(Arbitrary = [typeof(Even)])]
    public bool Generators_of_the_attribute_are_used(int number) => number % 2 == 0;

    private static int? CountFromEnvironment() =>
        int.TryParse(Environment.GetEnvironmentVariable("CACHEPOLICIES_MAX_TEST"), CultureInfo.InvariantCulture, out var count) ? count : null;

    private static async Task<IMessageSinkMessage> RunAsync(string method)
    {
        var type = Reflector.Wrap(typeof(Laws));
        var assembly = new TestAssembly(Reflector.Wrap(typeof(Laws).Assembly));
        var testClass = new TestClass(new TestCollection(assembly, null, "laws"), type);
        var testCase = new PropertyTestCase(
            new Xunit.Sdk.NullMessageSink(), TestMethodDisplay.Method, TestMethodDisplayOptions.None,
            new TestMethod(testClass, type.GetMethod(method, includePrivateMethod: false)));
        using var bus = new Bus();
        using var cancellation = new CancellationTokenSource();
        await testCase.RunAsync(new Xunit.Sdk.NullMessageSink(), bus, [], new ExceptionAggregator(), cancellation);
        return bus.Result!;
    }

#pragma warning disable xUnit1000 // Private, so that only the tests above run these.
    private sealed class Laws
    {
        [Property(MaxTest = 37)]
        public bool Holds(int a, int b)
        {
            _calls++;
            return a + b == b + a;
        }

        [Property]
        public bool Is_false(int a) => a < 10;

        [Property(Replay = "1,3")]
        public bool Is_false_replayed(int a) => a < 10;

        [Property]
        public void Throws(int a) => Assert.True(a < 10);

        [Property]
        public async Task Fails_later(int a)
        {
            await Task.Yield();
            Assert.True(a < 10);
        }
    }
#pragma warning restore xUnit1000

    private static class Even
    {
        public static Arbitrary<int> Numbers() => ArbMap.Default.ArbFor<int>().Generator.Select(n => n * 2).ToArbitrary();
    }

    private sealed class Bus : IMessageBus
    {
        public IMessageSinkMessage? Result { get; private set; }

        public bool QueueMessage(IMessageSinkMessage message)
        {
            Result = message is ITestResultMessage ? message : Result;
            return true;
        }

        public void Dispose()
        {
        }
    }
}
