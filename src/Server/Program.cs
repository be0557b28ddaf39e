using CachePolicies.Server;
using Microsoft.Extensions.Options;

// Serves text to image with caching. 'new-key NAME' makes a key; everything else on the command line is configuration.
if (args is [NewKeyCommand.Name, .. var names])
{
    return NewKeyCommand.Run(names, Console.Out, Console.Error);
}

try
{
    var app = ServerApplication.Create(args);
    await using var serving = app.ConfigureAwait(false);
    await app.RunAsync().ConfigureAwait(false);
    return 0;
}
catch (Exception problem) when (problem is OptionsValidationException or InvalidOperationException or ArgumentException or IOException or InvalidDataException or FormatException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(problem.Message);
    return 2;
}
