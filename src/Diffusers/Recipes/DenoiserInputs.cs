using CachePolicies.Engine;

namespace CachePolicies.Diffusers;

/// <summary>What a recipe makes of a request for the denoiser.</summary>
/// <param name="Conditional">The inputs with the prompt, by name, without a batch axis; the latent and the timestep are not among them.</param>
/// <param name="Unconditional">The inputs with the negative prompt; <see langword="null"/> without classifier-free guidance.</param>
/// <param name="Guidance">The scale of classifier-free guidance; 1 is without.</param>
public sealed record DenoiserInputs(IReadOnlyDictionary<string, InputValue> Conditional, IReadOnlyDictionary<string, InputValue>? Unconditional, float Guidance);
