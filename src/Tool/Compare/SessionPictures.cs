using CachePolicies.Engine;

namespace CachePolicies.Tool;

/// <summary>The model of a session, with the settings of the command line, as a comparison draws with it.</summary>
internal sealed class SessionPictures(ModelSession session, SamplingSettings how) : IPictureModel
{
    public string Name => session.Layout.Name;

    public string Fingerprint => session.Layout.Fingerprint;

    public string Provider => session.Provider;

    public int? Threads => null;

    public DenoiserLayout Layout => session.Layout;

    public int EvaluationsOf(int steps) => session.Model.Sampler.CreateSchedule(steps).Evaluations.Length;

    public IPictureLoop Under(ICachePolicy policy) => new Loop(session, session.Under(policy), how);

    public void Check(string prompt) => session.Prepare(new PictureRequest(prompt, how.Style, 0, 1, how.Guidance));

    private sealed class Loop(ModelSession session, DenoisingLoop loop, SamplingSettings how) : IPictureLoop
    {
        public DrawnPicture Draw(string prompt, long seed, int steps, IEvaluationObserver? observer = null, CancellationToken cancellationToken = default)
        {
            var made = session.Generate(loop, new PictureRequest(prompt, how.Style, seed, steps, how.Guidance), observer, cancellationToken: cancellationToken);
            return new DrawnPicture(made.Image, made.Planes, made.Latent, made.Elapsed);
        }
    }
}
