namespace CachePolicies.Engine;

/// <summary>Giving leases back.</summary>
internal static class Leases
{
    public static void Release(ref FeatureTensor? tensor)
    {
        tensor?.Release();
        tensor = null;
    }

    public static void ReleaseAll(Span<FeatureTensor?> tensors)
    {
        foreach (ref var tensor in tensors)
        {
            Release(ref tensor);
        }
    }
}
