using CachePolicies.Tool;

return await ToolProgram.RunAsync(args, ToolConsole.OfProcess()).ConfigureAwait(false);
