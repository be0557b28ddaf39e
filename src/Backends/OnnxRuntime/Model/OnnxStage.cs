namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>A stage in an ONNX graph.</summary>
internal sealed class OnnxStage(string name, BoundSession session) : IDenoiserStage, IDisposable
{
    public string Name { get; } = name;

    public BoundSession Session { get; } = session;

    public void Run(in StageInvocation invocation) => Session.Run(invocation.Inputs, [], invocation.Outputs, invocation.CancellationToken);

    public void Dispose() => Session.Dispose();
}
