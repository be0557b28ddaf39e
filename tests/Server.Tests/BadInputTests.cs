using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace CachePolicies.Server.Tests;

/// <summary>Bad input: each answered in the interface's shape, with a sentence that names what is wrong.</summary>
[Collection(ServerCollection.Name)]
public sealed class BadInputTests(SharedServer shared)
{
    [Theory]
    [InlineData("", 400, "invalid_json", null)]
    [InlineData("null", 400, "invalid_json", null)]
    [InlineData("[1]", 400, "invalid_json", null)]
    [InlineData("{\"prompt\":\"red apple\"", 400, "invalid_json", null)]
    [InlineData("{\"prompt\":\"red apple\",\"prompt\":\"pear\"}", 400, "invalid_json", null)]
    [InlineData("{}", 400, "missing_parameter", "prompt")]
    [InlineData("{\"prompt\":7}", 400, "invalid_type", "prompt")]
    [InlineData("{\"prompt\":\"red \\ud800 apple\"}", 400, "invalid_type", "prompt")]
    [InlineData("{\"prompt\":\"red apple\",\"promt\":1}", 400, "unknown_parameter", "promt")]
    [InlineData("{\"prompt\":\"red apple\",\"n\":0}", 400, "invalid_value", "n")]
    [InlineData("{\"prompt\":\"red apple\",\"n\":11}", 400, "invalid_value", "n")]
    [InlineData("{\"prompt\":\"red apple\",\"n\":1.5}", 400, "invalid_type", "n")]
    [InlineData("{\"prompt\":\"red apple\",\"n\":99999999999}", 400, "invalid_type", "n")]
    [InlineData("{\"prompt\":\"red apple\",\"size\":\"big\"}", 400, "invalid_value", "size")]
    [InlineData("{\"prompt\":\"red apple\",\"size\":\"-1x5\"}", 400, "invalid_value", "size")]
    [InlineData("{\"prompt\":\"red apple\",\"size\":\"1024x1024\"}", 400, "invalid_value", "size")]
    [InlineData("{\"prompt\":\"red apple\",\"size\":\"16384x16384\"}", 400, "invalid_value", null)]
    [InlineData("{\"prompt\":\"red apple\",\"model\":\"dall-e-3\"}", 404, "model_not_found", "model")]
    [InlineData("{\"prompt\":\"red apple\",\"response_format\":\"png\"}", 400, "invalid_value", "response_format")]
    [InlineData("{\"prompt\":\"red apple\",\"output_format\":\"gif\"}", 400, "invalid_value", "output_format")]
    [InlineData("{\"prompt\":\"red apple\",\"background\":\"transparent\"}", 400, "invalid_value", "background")]
    [InlineData("{\"prompt\":\"red apple\",\"partial_images\":2}", 400, "invalid_value", "partial_images")]
    [InlineData("{\"prompt\":\"red apple\",\"stream\":true,\"partial_images\":4}", 400, "invalid_value", "partial_images")]
    [InlineData("{\"prompt\":\"red apple\",\"stream\":true,\"response_format\":\"url\"}", 400, "invalid_value", "response_format")]
    [InlineData("{\"prompt\":\"flying spaghetti\"}", 400, "invalid_value", "prompt")]
    [InlineData("{\"prompt\":\"red apple\",\"cachepolicies\":3}", 400, "invalid_type", "cachepolicies")]
    [InlineData("{\"prompt\":\"red apple\",\"cachepolicies\":{\"steps\":\"ten\"}}", 400, "invalid_type", "cachepolicies.steps")]
    [InlineData("{\"prompt\":\"red apple\",\"cachepolicies\":{\"steps\":0}}", 400, "invalid_value", null)]
    [InlineData("{\"prompt\":\"red apple\",\"cachepolicies\":{\"steps\":100000}}", 400, "invalid_value", null)]
    [InlineData("{\"prompt\":\"red apple\",\"cachepolicies\":{\"step\":10}}", 400, "unknown_parameter", "cachepolicies.step")]
    [InlineData("{\"prompt\":\"red apple\",\"cachepolicies\":{\"policy\":\"TeeCache\"}}", 400, "invalid_value", "cachepolicies.policy")]
    [InlineData("{\"prompt\":\"red apple\",\"cachepolicies\":{\"overrides\":[1]}}", 400, "invalid_type", "cachepolicies.overrides")]
    [InlineData("{\"prompt\":\"red apple\",\"cachepolicies\":{\"overrides\":{\"Threshold\":0.2}}}", 400, "invalid_value", "cachepolicies.overrides")]
    [InlineData("{\"prompt\":\"red apple\",\"cachepolicies\":{\"policy\":\"MagCache\",\"overrides\":{\"CalibrationFile\":\"/etc/passwd\"}}}", 400, "invalid_value", null)]
    [InlineData("{\"prompt\":\"red apple\",\"cachepolicies\":{\"policy\":\"TeaCache\",\"overrides\":{\"Threshold\":-1}}}", 400, "invalid_value", "cachepolicies.overrides")]
    public async Task A_wrong_request_is_answered_with_what_is_wrong(string body, int status, string code, string? parameter)
    {
        using var response = await PostAsync(new StringContent(body, Encoding.UTF8, "application/json"));

        var error = await ErrorOf(response, status);
        Assert.Equal(code, error.GetProperty("code").GetString());
        if (parameter is not null)
        {
            Assert.Equal(parameter, error.GetProperty("param").GetString());
        }
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF_8_are_refused()
    {
        using var content = new ByteArrayContent([.. "{\"prompt\":\"red "u8, 0xC3, 0x28, 0xFF, .. "\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await PostAsync(content);

        await ErrorOf(response, 400);
    }

    [Fact]
    public async Task A_form_is_refused_so_that_no_foreign_page_can_post_one()
    {
        using var response = await PostAsync(new StringContent("{\"prompt\":\"red apple\"}", Encoding.UTF8, "text/plain"));

        Assert.Equal("unsupported_media_type", (await ErrorOf(response, 415)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_prompt_of_ten_megabytes_is_refused_unread()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/images/generations")
        {
            Content = new StringContent($"{{\"prompt\":\"{new string('a', 10 << 20)}\"}}", Encoding.UTF8, "application/json"),
            Headers = { ExpectContinue = true },
        };
        using var response = await shared.Server.Client.SendAsync(request);

        Assert.Equal("body_too_large", (await ErrorOf(response, 413)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_prompt_over_the_limit_says_the_limit()
    {
        using var response = await PostAsync(new StringContent($"{{\"prompt\":\"{new string('a', 5000)}\"}}", Encoding.UTF8, "application/json"));

        Assert.Contains("4,000", (await ErrorOf(response, 400)).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("GET", "/v1/models/none", 404)]
    [InlineData("DELETE", "/v1/models", 405)]
    [InlineData("GET", "/v1/images/generations", 405)]
    [InlineData("GET", "/v1/images/files/..%2F..%2Fetc%2Fpasswd", 404)]
    public async Task What_is_not_there_is_answered_in_the_same_shape(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await shared.Server.Client.SendAsync(request);

        await ErrorOf(response, status);
    }

    private Task<HttpResponseMessage> PostAsync(HttpContent content) => shared.Server.Client.PostAsync("/v1/images/generations", content);

    private static async Task<JsonElement> ErrorOf(HttpResponseMessage response, int status)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((HttpStatusCode)status == response.StatusCode, $"{(int)response.StatusCode}: {text}");
        var error = JsonSerializer.Deserialize<JsonElement>(text).GetProperty("error");
        Assert.Matches("[.?]$", error.GetProperty("message").GetString());
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter '", text, StringComparison.Ordinal);
        Assert.NotNull(error.GetProperty("type").GetString());
        return error;
    }
}
