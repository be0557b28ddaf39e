using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace CachePolicies.TestSupport;

/// <summary>Marks tests that need something of the machine. Where it is missing they are reported as skipped, with the reason.</summary>
/// <remarks>Works in assemblies that run under <see cref="ConditionalTestFramework"/>, inherited tests included.</remarks>
[AttributeUsage(AttributeTargets.Class)]
public abstract class RequiresAttribute : Attribute
{
    /// <summary>What is missing, or <see langword="null"/> where the tests can run.</summary>
    public abstract string? Missing { get; }
}

/// <summary>
/// xUnit's own framework, which also skips the tests of classes whose <see cref="RequiresAttribute"/> says so:
/// <c>[assembly: TestFramework("CachePolicies.TestSupport.ConditionalTestFramework", "CachePolicies.TestSupport")]</c>.
/// </summary>
public sealed class ConditionalTestFramework(IMessageSink messageSink) : XunitTestFramework(messageSink)
{
    /// <inheritdoc/>
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(AssemblyName assemblyName, ISourceInformationProvider source, IMessageSink diagnostics)
        : XunitTestFrameworkExecutor(assemblyName, source, diagnostics)
    {
        private static readonly PropertyInfo SkipReason = typeof(TestMethodTestCase).GetProperty(nameof(TestMethodTestCase.SkipReason))!;

        protected override void RunTestCases(
            IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions)
        {
            var cases = testCases.ToList();
            foreach (var group in cases.GroupBy(c => c.TestMethod.TestClass.Class.ToRuntimeType()))
            {
                if (group.Key.GetCustomAttribute<RequiresAttribute>() is { Missing: { } missing })
                {
                    foreach (var skipped in group)
                    {
                        SkipReason.SetValue(skipped, missing);
                    }
                }
            }

            base.RunTestCases(cases, executionMessageSink, executionOptions);
        }
    }
}
