using System.Text;
using CachePolicies.Engine;

namespace CachePolicies.Diffusers.Tests.Schedulers;

public sealed class SchedulerConfigTests
{
    [Theory]
    [InlineData("EulerDiscreteScheduler", 666.0)] // linspace: 0, 333, 666, 999 without an offset
    [InlineData("EulerAncestralDiscreteScheduler", 666.0)]
    [InlineData("DDIMScheduler", 500.0)] // leading: 0, 250, 500, 750
    [InlineData("DPMSolverMultistepScheduler", 749.0)] // linspace of n + 1: 999, 749, 500, 250
    [InlineData("UniPCMultistepScheduler", 749.0)]
    [InlineData("LCMScheduler", 759.0)] // of the 50 steps of the distillation
    public void A_missing_key_has_the_default_of_the_class(string className, double second)
    {
        var schedule = Parse($$"""{"_class_name":"{{className}}"}""").CreateSchedule(4);
        Assert.Equal(second, schedule.Evaluations[1].Timestep, 1e-3);
    }

    [Fact]
    public void The_defaults_of_the_class_are_those_of_its_betas()
    {
        // Linear from 0.0001 to 0.02, which leaves ᾱ = 4.04e-5 at the end; LCM's and Heun's are others.
        var ddim = Assert.IsType<DdimSampler>(Parse("""{"_class_name":"DDIMScheduler"}"""));
        Assert.Equal(4.0358e-5, ddim.AlphaBarAt(999), 1e-8);
        var lcm = Parse("""{"_class_name":"LCMScheduler"}""").CreateSchedule(1);
        Assert.Equal(Math.Sqrt(0.0046600), lcm.Evaluations[0].Signal, 1e-5);
    }

    [Theory]
    [InlineData("-Infinity")]
    [InlineData("\"-Infinity\"")]
    [InlineData("\"-inf\"")]
    public void Numbers_that_JSON_does_not_have_are_read_as_Python_writes_them(string number)
    {
        const string Start = """{"_class_name":"DPMSolverMultistepScheduler","lambda_min_clipped":""";
        Assert.Equal(999, Parse(Start + "-1e9}").CreateSchedule(4).Evaluations[0].Timestep);
        Assert.Equal(999, Parse($"{Start}{number}}}").CreateSchedule(4).Evaluations[0].Timestep);
        Assert.True(Parse(Start + "-5}").CreateSchedule(4).Evaluations[0].Timestep < 999, "a bound that leaves out training steps");
        Assert.Contains("lambda_min_clipped is 'NaN'; expected a number", Refused(Start + "NaN}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Non_finite_words_inside_texts_stay_texts() =>
        Assert.Contains("'to Infinity \"and NaN'", Refused("""{"_class_name":"DDIMScheduler","beta_schedule":"to Infinity \"and NaN"}"""), StringComparison.Ordinal);

    [Fact]
    public void Options_that_another_scheduler_had_by_default_are_dropped()
    {
        // Stable Diffusion 1 under Euler: the first scheduler's spacing was its default and not the file's.
        const string Options = """{"_class_name":"EulerDiscreteScheduler","steps_offset":1,"timestep_spacing":"leading","_use_default_values":""";
        Assert.Equal([751f, 501, 251, 1], Timesteps(Options + "[]}"));
        Assert.Equal([999f, 666, 333, 0], Timesteps(Options + "[\"timestep_spacing\"]}"));
    }

    [Fact]
    public void Leftovers_of_other_classes_mean_nothing()
    {
        const string Left = """{"_class_name":"EulerDiscreteScheduler","_diffusers_version":"0.19","clip_sample":false,"skip_prk_steps":true,"set_alpha_to_one":false,"solver_order":3,"brand_new":false,"newer":null}""";
        Assert.IsType<EulerSampler>(Parse(Left));
    }

    [Theory]
    [InlineData("""{"_class_name":"DDIMScheduler","use_brand_new_sigmas":true}""", "the option 'use_brand_new_sigmas' is not known; DDIMScheduler has beta_end")]
    [InlineData("""{"_class_name":"DDIMScheduler","thresholding":true}""", "thresholding is true, which is not supported; set it to false")]
    [InlineData("""{"_class_name":"PNDMScheduler"}""", "Runge-Kutta")]
    [InlineData("""{"_class_name":"UniPCMultistepScheduler","solver_p":{"a":1}}""", "solver_p is an object, which is not supported; leave it out")]
    [InlineData("""{"_class_name":"DPMSolverMultistepScheduler","variance_type":"learned_range"}""", "variance_type is 'learned_range', which is not supported")]
    [InlineData("""{"_class_name":"DPMSolverMultistepScheduler","algorithm_type":"dpmsolver"}""", "cannot step to σ = 0")]
    [InlineData("""{"_class_name":"DPMSolverMultistepScheduler","solver_order":4}""", "solver_order is 4; expected a whole number from 1 to 3")]
    [InlineData("""{"_class_name":"EulerDiscreteScheduler","timestep_spacing":"evenly"}""", "timestep_spacing is 'evenly'; expected 'leading', 'trailing' or 'linspace'")]
    [InlineData("""{"_class_name":"EulerDiscreteScheduler","prediction_type":7}""", "prediction_type is 7; expected 'epsilon'")]
    [InlineData("""{"_class_name":"EulerDiscreteScheduler","use_karras_sigmas":true,"use_beta_sigmas":true}""", "more than one of use_karras_sigmas")]
    [InlineData("""{"_class_name":"EulerDiscreteScheduler","use_karras_sigmas":"yes"}""", "use_karras_sigmas is 'yes'; expected true or false")]
    [InlineData("""{"_class_name":"EulerDiscreteScheduler","num_train_timesteps":1000000000}""", "num_train_timesteps is 1000000000; expected a whole number from 2 to 100,000")]
    [InlineData("""{"_class_name":"EulerDiscreteScheduler","num_train_timesteps":1e400}""", "num_train_timesteps is 1e400; expected a whole number")]
    [InlineData("""{"_class_name":"EulerDiscreteScheduler","beta_start":2}""", "BetaStart is 2; expected above 0 and below 1")]
    [InlineData("""{"_class_name":"EulerDiscreteScheduler","trained_betas":[1,null]}""", "trained_betas is a list of 2; expected a list of at most")]
    [InlineData("""{"_class_name":"EulerDiscreteScheduler","trained_betas":[0.1,0.2]}""", "expected 1000, one for each training step")]
    [InlineData("""{"_class_name":"FlowMatchEulerDiscreteScheduler","shift":-1}""", "Shift is -1; expected a finite number above 0")]
    [InlineData("""{"_class_name":"FlowMatchEulerDiscreteScheduler","shift":Infinity}""", "Shift is Infinity; expected a finite number above 0")]
    [InlineData("""{"_class_name":"SASolverScheduler"}""", "of the class 'SASolverScheduler', which is not supported; supported are DDIMScheduler, DPMSolverMultistepScheduler")]
    [InlineData("""{"_class_name":["DDIMScheduler"]}""", "has no '_class_name'")]
    [InlineData("""{"beta_start":0.1}""", "has no '_class_name'")]
    [InlineData("{\"_class_name\":\"\\u001b[31mRed\"}", "of the class '\\u001b[31mRed', which is not supported")]
    [InlineData("[]", "is not a JSON object")]
    [InlineData("null", "is not a JSON object")]
    [InlineData("", "is not JSON")]
    [InlineData("""{"_class_name":"DDIM""", "is not JSON")]
    public void What_cannot_be_read_is_refused_with_a_sentence_that_names_it(string json, string expected)
    {
        var message = Refused(json);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.StartsWith("The scheduler 'scheduler_config.json'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_damage_to_a_file_is_a_sentence_or_still_a_schedule()
    {
        var random = new Random(20);
        foreach (var truth in Trajectories.All.Values.Where(t => t.Steps == 4))
        {
            var whole = truth.Configuration();
            for (var i = 0; i < 60; i++)
            {
                var damaged = whole.ToArray();
                for (var k = 0; k < 3; k++)
                {
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                }

                try
                {
                    SchedulerConfig.Parse(damaged.AsSpan(0, i % 5 == 0 ? random.Next(damaged.Length) : damaged.Length), "damaged.json").CreateSchedule(new ScheduleRequest(4, ImageTokens: 256));
                }
                catch (Exception refused) when (refused is InvalidDataException or ArgumentException)
                {
                    Assert.False(string.IsNullOrWhiteSpace(refused.Message));
                }
            }
        }
    }

    [Fact]
    public void A_file_is_read_from_disk_and_a_missing_one_is_named()
    {
        var folder = Directory.CreateTempSubdirectory("scheduler");
        try
        {
            var path = Path.Combine(folder.FullName, "scheduler_config.json");
            File.WriteAllBytes(path, [0xEF, 0xBB, 0xBF, .. Trajectories.All["sd3-shift3-4"].Configuration()]);
            Assert.Equal("flow-match-euler", SchedulerConfig.Read(path).Name);
            Assert.Throws<FileNotFoundException>(() => SchedulerConfig.Read(path + ".missing"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static float[] Timesteps(string json) => [.. Parse(json).CreateSchedule(4).Evaluations.Select(e => e.Timestep)];

    private static ISampler Parse(string json) => SchedulerConfig.Parse(Encoding.UTF8.GetBytes(json), "scheduler_config.json");

    private static string Refused(string json) => Assert.Throws<InvalidDataException>(() => Parse(json)).Message;
}
