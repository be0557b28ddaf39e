using CachePolicies.Bench;

switch (args)
{
    case ["kernels", .. var rest]:
        return KernelBench.Run(rest);
    default:
        Console.Error.WriteLine("Usage: dotnet run -c Release --project bench -- kernels [rounds]");
        return 2;
}
