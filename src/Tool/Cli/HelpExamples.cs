using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace CachePolicies.Tool;

/// <summary>Help that ends with examples of the verb.</summary>
/// <param name="help">What writes all before them.</param>
internal sealed class HelpExamples(HelpAction help) : SynchronousCommandLineAction
{
    private static readonly Dictionary<string, string[]> Examples = new(StringComparer.Ordinal)
    {
        ["generate"] =
        [
            "generate --model flux --prompt \"a red fox\" --width 1024 --height 1024 --steps 28 --policy h2cache --out fox.png",
            "generate --prompt \"red apple\" --policy teacache -o Threshold=0.15 -o Coefficients=1,0 --out apple.png",
        ],
        ["compare"] =
        [
            "compare --prompts prompts.txt --seeds 1,2,3 --policies h2cache,teacache --out comparison",
            "compare --prompt \"red apple\" --policy-file appsettings.json --out comparison",
        ],
        ["tune"] =
        [
            "tune --policy h2cache --target-psnr 40 --prompts prompts.txt --out tuned.json",
            "tune --policy teacache --target-speedup 3 --prompt \"red apple\" --minutes 2 -o Approximation.Method=Taylor",
        ],
        ["schedule"] =
        [
            "schedule --steps 50 --evaluations 10,8,6 --prompt \"red apple\" --prompt \"blue bird\" --out schedule.json",
            "generate --steps 50 --prompt \"green tree\" --policy stepmask -o ScheduleFile=schedule.json -o Evaluations=8 --out tree.png",
        ],
        ["record"] = ["record --prompt \"red apple\" --steps 100 --float16 --out apple.safetensors"],
        ["replay"] = ["replay --trace apple.safetensors --policy h2cache -o StructureThreshold=0.1 -o DetailThreshold=0.2"],
        ["measure"] = ["measure apple.safetensors 0004/structure 0005/structure --estimator pfs -o Divisor=8"],
        ["providers"] = ["providers --json"],
        ["import"] = ["import flux"],
        ["inspect"] = ["inspect transformer.onnx"],
        ["split"] = ["split transformer.onnx --out split --verify"],
    };

    public override bool ClearsParseErrors => true;

    /// <summary>Puts the examples behind the help of a command and all below it.</summary>
    public static RootCommand Behind(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new HelpExamples((HelpAction)option.Action!);
        return root;
    }

    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = help.Invoke(parseResult);
        if (Examples.TryGetValue(parseResult.CommandResult.Command.Name, out var examples))
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  cachepolicies {example}");
            }
        }

        return exitCode;
    }
}
