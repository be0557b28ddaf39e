namespace CachePolicies.Splitting;

/// <summary>The names of a U-Net's stacks: diffusers' (<c>down_blocks</c>, <c>mid_block</c>, <c>up_blocks</c>) and those of the original LDM code (<c>input_blocks</c>, <c>middle_block</c>, <c>output_blocks</c>).</summary>
internal static class UNetStacks
{
    public static bool IsEncoder(string stack) => IsOneOf(stack, "down_blocks", "input_blocks");

    public static bool IsMiddle(string stack) => IsOneOf(stack, "mid_block", "middle_block");

    public static bool IsDecoder(string stack) => IsOneOf(stack, "up_blocks", "output_blocks");

    /// <summary>Whether the blocks are those of a U-Net.</summary>
    public static bool AreIn(IEnumerable<DenoiserBlock> blocks) => blocks.Any(block => IsEncoder(block.Stack)) && blocks.Any(block => IsDecoder(block.Stack));

    // The last module's name, whatever the model is wrapped in.
    private static bool IsOneOf(string stack, params ReadOnlySpan<string> names) => names.Contains(stack[(stack.LastIndexOf('.') + 1)..]);
}
