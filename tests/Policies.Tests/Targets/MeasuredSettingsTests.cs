namespace CachePolicies.Policies.Tests.Targets;

public sealed class MeasuredSettingsTests : IDisposable
{
    private static readonly RunSignature Run = new("sha256:a", "[4, 8, 8]", "euler", 3, [1, 0.5f]);

    private static readonly MeasuredSettings Measured = new(
        Run,
        [
            new("LogSnr", ["Evaluations=14"], 46, 1, 0.995, 6, 16),
            new("LogSnr", ["Evaluations=10"], 42, 0.5, 0.99, 9, 16),
            new("LogSnr", ["Evaluations=6"], 38, 0.8, 0.97, 15, 12),
            new("TeaCache", ["Threshold=0.1"], 44, null, 0.992, 7, 2),
            new("TeaCache", ["Threshold=0.3"], 40, null, 0.98, 10, 2),
            new("EasyCache", ["Threshold=0.1"], 45, null, 0.99, 3, 2),
            new("EasyCache", ["Threshold=0.2"], 20, null, 0.6, 9, 2),
        ]);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-tests-");

    private string File => Path.Combine(_folder.FullName, "measured.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void For_a_quality_the_fastest_setting_is_chosen_between_two_that_were_measured()
    {
        // LogSnr at 42 dB is 9×; towards 38 dB at 6 evaluations, 8.0 evaluations are just 40 dB.
        var choice = Measured.Choose(GenerationTarget.Parse("40 dB"));
        Assert.Equal(("LogSnr", "Evaluations=8"), (choice.Policy.Name, Assert.Single(choice.Setting.Settings)));
        Assert.Equal(40, choice.Setting.Psnr, 9);
        Assert.Equal(0.98, choice.Setting.Ssim, 9);
        Assert.Equal(Math.Sqrt(9 * 15), choice.Setting.Speedup, 9);
        Assert.Equal((0.8, 12), (choice.Setting.PsnrInterval!.Value, choice.Setting.Pictures));
        Assert.Equal(
            "For 40 dB, 40.0 ± 0.8 dB, SSIM 0.980, 11.6× with LogSnr (Evaluations=8) is expected, interpolated between settings measured on 12 pictures, the other with 38.0 ± 0.8 dB, SSIM 0.970, 15.0× with LogSnr (Evaluations=6).",
            choice.ToString());
        Assert.Equal(8, Assert.IsType<LogSnrOptions>(choice.CreateOptions()).Evaluations);
    }

    [Fact]
    public void A_whole_number_is_rounded_towards_the_setting_that_reaches_the_target()
    {
        var choice = Measured.Choose(GenerationTarget.Parse("40.3 dB"), p => p == "LogSnr");
        Assert.Equal("Evaluations=9", Assert.Single(choice.Setting.Settings));
        Assert.Equal(41, choice.Setting.Psnr, 9);
    }

    [Fact]
    public void A_threshold_is_interpolated_as_it_is()
    {
        var choice = Measured.Choose(GenerationTarget.Parse("41 dB"), p => p == "TeaCache");
        Assert.Equal("Threshold=0.25", Assert.Single(choice.Setting.Settings));
        Assert.Null(choice.Setting.PsnrInterval);
    }

    [Fact]
    public void Nothing_is_guessed_on_a_cliff()
    {
        var choice = Measured.Choose(GenerationTarget.Parse("30 dB"), p => p == "EasyCache");
        Assert.Null(choice.Other);
        Assert.Equal("For 30 dB, 45.0 dB, SSIM 0.990, 3.0× with EasyCache (Threshold=0.1) is expected, as measured on 2 pictures.", choice.ToString());
    }

    [Fact]
    public void For_a_speed_the_best_picture_is_chosen()
    {
        var choice = Measured.Choose(GenerationTarget.Parse("7x"), p => p == "TeaCache");
        Assert.Equal(44, choice.Setting.Psnr);
        Assert.True(Measured.Choose(GenerationTarget.Parse("8x")).Setting.Speedup >= 8);
    }

    [Fact]
    public void A_target_that_nothing_reaches_says_what_can_be_had()
    {
        var refused = Assert.Throws<TargetNotMetException>(() => Measured.Choose(GenerationTarget.Parse("60 dB")));
        Assert.Equal("Nothing that was measured reaches 60 dB; the nearest is 46.0 ± 1.0 dB, SSIM 0.995, 6.0× with LogSnr (Evaluations=14).", refused.Message);
        Assert.StartsWith("Nothing was measured of the policies", Assert.Throws<TargetNotMetException>(() => Measured.Choose(GenerationTarget.Parse("30 dB"), _ => false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        Measured.Save(File);
        var read = MeasuredSettings.Load(File);
        Assert.Null(read.Run.Difference(Run));
        Assert.Equal(Measured.Settings.Select(s => s.ToString()), read.Settings.Select(s => s.ToString()));
    }

    [Theory]
    [InlineData("{}", "it does not say of which run")]
    [InlineData("""{"run":{},"settings":[]}""", "it lacks the model's fingerprint")]
    [InlineData("""{"run":{"fingerprint":"a","latent":"b","sampler":"c","guidance":1,"sigmas":[1]},"settings":[]}""", "it has no setting")]
    [InlineData("""{"run":{"fingerprint":"a","latent":"b","sampler":"c","guidance":1,"sigmas":[1]},"settings":[{"policy":"LogSnr","settings":[],"psnr":1,"ssim":1,"speedup":0,"pictures":1}]}""", "the figures of 'LogSnr' are incomplete")]
    [InlineData("""{"run":{"fingerprint":"a","latent":"b","sampler":"c","guidance":1,"sigmas":[1]},"settings":[{"policy":"Magic","settings":[],"psnr":1,"ssim":1,"speedup":2,"pictures":1}]}""", "'Magic' is not a policy")]
    [InlineData("""{"run":{"fingerprint":"a","latent":"b","sampler":"c","guidance":1,"sigmas":[1]},"settings":[{"policy":"LogSnr","settings":["Evaluation=3"],"psnr":1,"ssim":1,"speedup":2,"pictures":1}]}""", "'Evaluation=3' is not a setting of LogSnr")]
    [InlineData("""{"run":{"fingerprint":"a","latent":"b","sampler":"c","guidance":1,"sigmas":[1]},"settings":[{"policy":"LogSnr","settings":["Evaluations=1"],"psnr":1,"ssim":1,"speedup":2,"pictures":1}]}""", "LogSnrOptions.Evaluations is 1")]
    [InlineData("""{"settings":[null]}""", "")]
    public void What_is_damaged_is_refused(string json, string why)
    {
        System.IO.File.WriteAllText(File, json);
        Assert.Contains(why, Assert.Throws<InvalidDataException>(() => MeasuredSettings.Load(File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_says_how_to_get_one() =>
        Assert.Contains("tune --measured", Assert.Throws<FileNotFoundException>(() => MeasuredSettings.Load(File)).Message, StringComparison.Ordinal);

    [Fact]
    public void Measured_again_counts_as_it_was_measured_last()
    {
        var both = Measured.With(new MeasuredSettings(Run, [new("LogSnr", ["Evaluations=10"], 43, null, 0.99, 9, 20), new("LogSnr", ["Evaluations=5"], 36, null, 0.9, 18, 20)]));
        Assert.Equal(8, both.Settings.Length);
        Assert.Equal(43, both.Settings.Single(s => s.Settings.Contains("Evaluations=10")).Psnr);
    }

    [Fact]
    public void Another_run_is_refused_by_name()
    {
        string Says(RunSignature run) => Assert.Throws<ArgumentException>(() => Measured.Require(run)).Message;
        Measured.Require(Run with { Guidance = 3.0004f });
        Assert.Contains("the model with the fingerprint 'sha256:a', but this one has 'sha256:b'", Says(Run with { Fingerprint = "sha256:b" }), StringComparison.Ordinal);
        Assert.Contains("a latent of [4, 8, 8], but this one has [4, 9, 8]", Says(Run with { Latent = "[4, 9, 8]" }), StringComparison.Ordinal);
        Assert.Contains("the sampler 'euler', but this run has 'heun'", Says(Run with { Sampler = "heun" }), StringComparison.Ordinal);
        Assert.Contains("2 evaluations, but this run has 3", Says(Run with { Sigmas = [1, 0.6f, 0.3f] }), StringComparison.Ordinal);
        Assert.Contains("a guidance of 3, but this run has 5", Says(Run with { Guidance = 5 }), StringComparison.Ordinal);
        Assert.Contains("the noise level 0.5 at evaluation 1, but this run is at 0.4 there", Says(Run with { Sigmas = [1, 0.4f] }), StringComparison.Ordinal);
    }
}
