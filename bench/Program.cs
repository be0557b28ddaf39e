using CachePolicies.Bench;

switch (args)
{
    case ["kernels", .. var rest]:
        return KernelBench.Run(rest);
    case ["backends", .. var rest]:
        return BackendBench.Run(rest);
    default:
        Console.Error.WriteLine("Usage: dotnet run -c Release --project bench -- kernels [rounds]");
        Console.Error.WriteLine(BackendBench.Usage);
        return 2;
}
