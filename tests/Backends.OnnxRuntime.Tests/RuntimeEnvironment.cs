using System.Runtime.CompilerServices;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Makes the runtime's environment as a backend does, before a test that calls the runtime directly can make another.</summary>
internal static class RuntimeEnvironment
{
    [ModuleInitializer]
    internal static void Prepare() => SharedThreads.Prepare();
}
