using System.CommandLine;
using CachePolicies.Samples.TextToImage;

// Draws pictures of text under every caching policy of appsettings.json and shows what each one saved and what it cost.
var prompt = new Option<string?>("--prompt") { Description = "One picture in place of those of prompts.txt, for instance \"red apple\"." };
var style = new Option<string?>("--style") { Description = "The style of the pictures: twitter or fluent." };
var policies = new Option<string?>("--policy") { Description = "The policies to compare, separated by commas; by default all of appsettings.json." };
var steps = new Option<int>("--steps") { Description = "Sampler steps.", DefaultValueFactory = _ => 100 };
var guidance = new Option<float>("--guidance") { Description = "The scale of classifier-free guidance; 1 is without.", DefaultValueFactory = _ => 3 };
var seed = new Option<long>("--seed") { Description = "The seed of the noise.", DefaultValueFactory = _ => 1 };
var output = new Option<string>("--out") { Description = "The folder that pictures and report are written to.", DefaultValueFactory = _ => "out" };
var command = new RootCommand("Text to image with the sample model, under every caching policy.") { prompt, style, policies, steps, guidance, seed, output };
command.SetAction((given, cancelled) => Sample.RunAsync(
    new SampleRequest(
        given.GetValue(prompt),
        given.GetValue(style),
        given.GetValue(policies)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        given.GetValue(steps),
        given.GetValue(guidance),
        given.GetValue(seed),
        given.GetRequiredValue(output)),
    cancelled));

var parsed = command.Parse(args);
if (parsed.Errors is [var first, ..])
{
    Console.Error.WriteLine($"{first.Message} '--help' shows the options.");
    return 2;
}

return await parsed.InvokeAsync();
