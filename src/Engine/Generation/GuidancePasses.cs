using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>The passes of the denoiser that make a guided output, and the weight of each in it.</summary>
/// <param name="Branches">The branch of each pass, the conditional one first.</param>
/// <param name="Weights">What each output is multiplied by; the weights add up to 1.</param>
internal readonly record struct GuidancePasses(ImmutableArray<GuidanceBranch> Branches, ImmutableArray<float> Weights)
{
    /// <summary>The passes of a request: u + g (c − u) + Σ_k s_k (c − o_k), where the unconditional pass is left out at g = 1.</summary>
    public static GuidancePasses Of(GenerationRequest request)
    {
        var further = request.Samples[0].FurtherPasses;
        var branches = ImmutableArray.CreateBuilder<GuidanceBranch>();
        var weights = ImmutableArray.CreateBuilder<float>();
        branches.Add(GuidanceBranch.Conditional);
        weights.Add(request.Guidance + further.Sum(p => p.Scale));
        if (request.Guidance != 1)
        {
            branches.Add(GuidanceBranch.Unconditional);
            weights.Add(1 - request.Guidance);
        }

        for (var k = 0; k < further.Length; k++)
        {
            branches.Add(GuidanceBranch.Further + k);
            weights.Add(-further[k].Scale);
        }

        return new GuidancePasses(branches.ToImmutable(), weights.ToImmutable());
    }

    /// <summary>The lanes of a session, sample by sample.</summary>
    public LaneInfo[] LanesFor(int samples, int evaluations)
    {
        var lanes = new LaneInfo[samples * Branches.Length];
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            lanes[lane] = new LaneInfo(lane / Branches.Length, Branches[lane % Branches.Length], evaluations);
        }

        return lanes;
    }

    /// <summary>What a sample gives the denoiser in a pass.</summary>
    public IReadOnlyDictionary<string, InputValue> InputsOf(GenerationSample sample, int pass) => Branches[pass] switch
    {
        GuidanceBranch.Conditional => sample.Conditional,
        GuidanceBranch.Unconditional => sample.Unconditional!,
        var further => sample.FurtherPasses[further - GuidanceBranch.Further].Inputs,
    };
}
