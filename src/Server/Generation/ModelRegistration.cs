using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Diffusers;
using CachePolicies.Hosting;
using CachePolicies.Policies;
using CachePolicies.TextToImage;

namespace CachePolicies.Server;

/// <summary>Registers the configuration's models and policies with the framework.</summary>
internal static class ModelRegistration
{
    /// <summary>The sample model's name.</summary>
    public const string SampleName = "emoji";

    /// <summary>Registers the models, each under its name, and the sample model where there is none.</summary>
    /// <exception cref="InvalidOperationException">A folder holds no model.</exception>
    public static RegisteredModels AddServedModels(this ICachePoliciesBuilder builder, ServerOptions options)
    {
        var folders = options.Models.Count > 0
            ? options.Models.OrderByDescending(m => m.Key.Equals(options.DefaultModel, StringComparison.OrdinalIgnoreCase)).Select(m => (m.Key, Locate(m.Key, m.Value)))
            : [(SampleName, ModelFolder.FindSample() ?? Locate(SampleName, ModelFolder.Sample))];
        var registered = new List<RegisteredModel>();
        foreach (var (name, folder) in folders)
        {
            _ = ModelFolder.IsModel(folder)
                ? builder.UseModel(name, folder)
                : builder.UseOnnxRuntime().UseTextToImage(name, s => DiffusersModel.Open(folder, s.GetRequiredService<OnnxRuntimeBackend>(), new DiffusersOptions()));
            var files = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).ToArray();
            registered.Add(new RegisteredModel(name, files.Sum(f => f.Length), ModelStamp.Of(folder, files)));
        }

        return new RegisteredModels(registered);
    }

    /// <summary>
    /// Registers every known policy under its name, and the further names of the configuration. One that needs a setting, such as MagCache its calibration, is
    /// there where the configuration has a section for it.
    /// </summary>
    public static void AddServedPolicies(this ICachePoliciesBuilder builder, ServerOptions options, IConfiguration configuration)
    {
        var served = new Dictionary<string, CachePolicyDescriptor>(StringComparer.OrdinalIgnoreCase);
        var known = PolicyCatalog.All.Where(d => IsWhole(d) || configuration.GetSection($"{CachePoliciesOptions.SectionName}:{d.Name}").Exists()).Select(d => (d.Name, Descriptor: d));
        var further = options.Policies.Select(p => (p.Key, Descriptor: PolicyCatalog.Find(p.Value))).Where(p => p.Descriptor is not null).Select(p => (p.Key, p.Descriptor!));
        foreach (var (name, descriptor) in known.Concat(further))
        {
            builder.AddCachePolicy(descriptor, name);
            served.Add(name, descriptor);
        }

        builder.Services.AddSingleton(s => new ServedPolicies(served, s.GetRequiredService<ICachePolicyProvider>()));
    }

    private static bool IsWhole(CachePolicyDescriptor descriptor)
    {
        try
        {
            descriptor.Create(descriptor.CreateOptions());
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string Locate(string name, string folder)
    {
        var found = ModelFolder.Locate(folder);
        return Directory.Exists(found) ? found : throw new InvalidOperationException($"Server:Models:{Excerpt.Of(name)} is '{Excerpt.Of(folder)}', which is not a folder; expected one with a model.");
    }
}
