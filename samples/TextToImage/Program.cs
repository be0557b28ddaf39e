Console.Error.WriteLine("The sample is not written yet.");
return 1;
