using System.Globalization;

namespace CachePolicies.Testing;

/// <summary>What checks expect; otherwise a <see cref="BackendLawException"/> says what was found.</summary>
internal static class Expect
{
    public static void True(bool holds, string what = "it does not hold")
    {
        if (!holds)
        {
            throw new BackendLawException(what);
        }
    }

    public static void Equal<T>(T expected, T actual) =>
        True(EqualityComparer<T>.Default.Equals(expected, actual), $"expected {Show(expected)}, got {Show(actual)}");

    public static void Equal(float expected, float actual, float tolerance) =>
        True(Math.Abs(expected - actual) <= tolerance || expected.Equals(actual), $"expected {Show(expected)} within {Show(tolerance)}, got {Show(actual)}");

    /// <summary>Sequences of equal elements; NaN equals NaN, and 0 equals −0.</summary>
    public static void Sequence<T>(IEnumerable<T> expected, IEnumerable<T> actual)
    {
        T[] wanted = [.. expected], found = [.. actual];
        True(wanted.Length == found.Length, $"expected {wanted.Length} elements, got {found.Length}");
        for (var i = 0; i < wanted.Length; i++)
        {
            True(EqualityComparer<T>.Default.Equals(wanted[i], found[i]), $"expected {Show(wanted[i])} at {i}, got {Show(found[i])}");
        }
    }

    public static void Same(object expected, object actual) => True(ReferenceEquals(expected, actual), $"expected the same {expected.GetType().Name} again, got another");

    public static void NotSame(object other, object actual) => True(!ReferenceEquals(other, actual), $"expected another {other.GetType().Name}, got the same again");

    public static void All<T>(IEnumerable<T> items, Action<T> check)
    {
        foreach (var item in items)
        {
            check(item);
        }
    }

    /// <summary>The exception of just this type that something throws.</summary>
    public static TException Throws<TException>(Action action)
        where TException : Exception => Catch(action) switch
        {
            TException expected when expected.GetType() == typeof(TException) => expected,
            { } other => throw new BackendLawException($"expected {typeof(TException).Name}, got {other.GetType().Name}: {other.Message}", other),
            null => throw new BackendLawException($"expected {typeof(TException).Name}, and nothing was thrown"),
        };

    /// <summary>The exception of this type or one derived from it that something throws.</summary>
    public static TException ThrowsAny<TException>(Action action)
        where TException : Exception => Catch(action) switch
        {
            TException expected => expected,
            { } other => throw new BackendLawException($"expected {typeof(TException).Name}, got {other.GetType().Name}: {other.Message}", other),
            null => throw new BackendLawException($"expected {typeof(TException).Name}, and nothing was thrown"),
        };

    /// <summary>A message names what is wrong and what was expected.</summary>
    public static void Names(Exception error, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            True(error.Message.Contains(word, StringComparison.Ordinal), $"expected a message that names {word}, got \"{error.Message}\"");
        }
    }

    private static Exception? Catch(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception thrown)
        {
            return thrown;
        }
    }

    private static string Show(object? value) => value switch
    {
        float number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? "null",
    };
}
