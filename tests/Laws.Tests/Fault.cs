namespace CachePolicies.Laws.Tests;

/// <summary>What goes wrong in a generation.</summary>
internal enum FaultKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A stage throws.</summary>
    StageThrows,

    /// <summary>The token is cancelled while a stage runs.</summary>
    TokenCancelled,

    /// <summary>The policy throws when it is asked.</summary>
    DecisionThrows,

    /// <summary>The policy throws when it is told what happened.</summary>
    CompletionThrows,
}

/// <summary>Something that goes wrong, once, at the n-th opportunity.</summary>
internal sealed class Fault(FaultKind kind, int at) : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private int _left = at;

    /// <summary>Whether the generation under test is the one that runs; others beside it are spared.</summary>
    public bool IsArmed { get; set; }

    /// <summary>Whether it has happened.</summary>
    public bool Happened { get; private set; }

    /// <summary>The stage that ran when it happened.</summary>
    public int Stage { get; private set; }

    /// <summary>The token that <see cref="FaultKind.TokenCancelled"/> cancels.</summary>
    public CancellationToken Token => _source.Token;

    public void StageStarting(int stage)
    {
        if (!IsArmed)
        {
            return;
        }

        // A stage may run for several lanes one after the other; another one must not start.
        Assert.True(kind != FaultKind.TokenCancelled || !Happened || stage == Stage, $"stage {stage} ran after the token was cancelled in stage {Stage}");
        if (kind == FaultKind.TokenCancelled && IsTurn())
        {
            Stage = stage;
            _source.Cancel();
        }
        else if (kind == FaultKind.StageThrows && IsTurn())
        {
            Stage = stage;
            throw new ArithmeticException("thrown by the stage");
        }
    }

    public void Deciding() => ThrowOn(FaultKind.DecisionThrows);

    public void Completing() => ThrowOn(FaultKind.CompletionThrows);

    /// <summary>Asserts that an exception tells of this fault and of no other.</summary>
    public void AssertToldBy(Exception told, DenoiserLayout layout, in EvaluationInfo evaluation)
    {
        Assert.True(Happened, $"nothing had gone wrong, and yet: {told}");
        switch (kind)
        {
            case FaultKind.StageThrows:
                var failed = Assert.IsType<Engine.StageFailedException>(told);
                Assert.IsType<ArithmeticException>(failed.InnerException);
                Assert.Equal(layout.Stages[Stage].Name, failed.Stage);
                Assert.Contains($"evaluation {evaluation.Index} of {evaluation.Count}", failed.Message, StringComparison.Ordinal);
                break;
            case FaultKind.TokenCancelled:
                Assert.Equal(Token, Assert.IsAssignableFrom<OperationCanceledException>(told).CancellationToken);
                break;
            default:
                Assert.IsType<ArithmeticException>(told);
                break;
        }
    }

    public void Dispose() => _source.Dispose();

    private void ThrowOn(FaultKind mine)
    {
        if (IsArmed && kind == mine && IsTurn())
        {
            throw new ArithmeticException("thrown by the policy");
        }
    }

    private bool IsTurn() => _left-- == 0 && (Happened = true);
}
