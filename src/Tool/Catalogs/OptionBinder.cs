using System.Globalization;
using System.Reflection;
using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>
/// Sets properties of an options object from <c>Name=Value</c>: names without regard to case, <c>Approximation.Method</c> for a property of a nested
/// object, enumerations by name, lists comma-separated, numbers with a decimal point, a calibration by the path of its file.
/// </summary>
internal static class OptionBinder
{
    /// <summary>Applies settings in order; a later one wins.</summary>
    /// <param name="target">The options object.</param>
    /// <param name="owner">Whose options they are, for messages: <c>the policy 'teacache'</c>.</param>
    /// <param name="settings">Each <c>Name=Value</c>.</param>
    /// <exception cref="UsageException">A setting is not of that form, names no option, or has a value of another type.</exception>
    public static void Apply(object target, string owner, IEnumerable<string> settings)
    {
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new UsageException($"The option '{setting}' is not of the form Name=Value, such as -o {(NamesOf(target.GetType()) is [var first, ..] ? first : "Threshold")}=0.2.");
            }

            Set(target, owner, setting[..equals].Trim(), setting[(equals + 1)..].Trim());
        }
    }

    /// <summary>The names of all options of a type, those of nested objects with a dot.</summary>
    public static IReadOnlyList<string> NamesOf(Type type) =>
        [.. PropertiesOf(type).SelectMany(p => IsNested(p) ? NamesOf(p.PropertyType).Select(n => $"{p.Name}.{n}") : [NameOf(p)])];

    /// <summary>The options that differ from a fresh object of the same type, as <c>Name=Value</c>: given again they make the same object.</summary>
    /// <param name="options">The object.</param>
    /// <param name="defaults">A fresh one.</param>
    /// <param name="settings">What was applied; an object that came from a file is named by the path that was given for it.</param>
    public static IReadOnlyList<string> Describe(object options, object defaults, IEnumerable<string> settings) =>
        [.. Differences(options, defaults, "", [.. settings])];

    /// <summary>Every option as <c>Name=Value</c>.</summary>
    /// <param name="options">The object.</param>
    /// <param name="settings">What was applied; an object that came from a file is named by the path that was given for it.</param>
    public static IReadOnlyList<string> All(object options, IEnumerable<string> settings) => [.. Differences(options, null, "", [.. settings])];

    private static void Set(object target, string owner, string name, string value)
    {
        var holder = target;
        var path = name.Split('.', ':');
        for (var i = 0; i < path.Length; i++)
        {
            var property = PropertiesOf(holder.GetType()).FirstOrDefault(p => IsNamed(p, path[i]))
                ?? throw Names.Unknown($"option of {owner} called", name, NamesOf(target.GetType()));
            if (IsNested(property) != i < path.Length - 1)
            {
                throw Names.Unknown($"option of {owner} called", name, NamesOf(target.GetType()));
            }

            if (IsNested(property))
            {
                holder = property.GetValue(holder)!;
                continue;
            }

            property.SetValue(holder, Parse(property.PropertyType, owner, property.Name, value));
        }
    }

    private static object? Parse(Type type, string owner, string name, string value)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return value.Length == 0 || string.Equals(value, "null", StringComparison.OrdinalIgnoreCase) ? null : Parse(underlying, owner, name, value);
        }

        UsageException Wrong(string right) => new($"The option {name} of {owner} is '{value}'; {right} is right.");
        if (type.IsEnum)
        {
            return Enum.GetNames(type).FirstOrDefault(n => Names.AreEqual(n, value)) is { } constant
                ? Enum.Parse(type, constant)
                : throw Wrong($"one of {string.Join(", ", Enum.GetNames(type))}");
        }

        if (ElementTypeOf(type) is { } element)
        {
            var items = value.Length == 0 ? [] : value.Split(',').Select(item => Parse(element, owner, name, item.Trim())).ToArray();
            var array = Array.CreateInstance(element, items.Length);
            items.CopyTo(array, 0);
            return array;
        }

        if (type == typeof(MagCacheCalibration))
        {
            return MagCacheCalibration.Load(value);
        }

        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => value,
            TypeCode.Boolean => bool.TryParse(value, out var flag) ? flag : throw Wrong("true or false"),
            TypeCode.Int32 => int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var whole) ? whole : throw Wrong("a whole number"),
            TypeCode.Single => float.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var single) ? single : throw Wrong("a number such as 0.2"),
            TypeCode.Double => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong("a number such as 0.2"),
            _ => throw new InvalidOperationException($"Options of type {type.Name} cannot be given on the command line."),
        };
    }

    private static IEnumerable<string> Differences(object options, object? defaults, string prefix, string[] settings)
    {
        foreach (var property in PropertiesOf(options.GetType()))
        {
            var (value, usual) = (property.GetValue(options), defaults is null ? null : property.GetValue(defaults));
            if (IsNested(property))
            {
                foreach (var nested in Differences(value!, usual, $"{prefix}{property.Name}.", settings))
                {
                    yield return nested;
                }
            }
            else if (IsFile(property))
            {
                if (settings.LastOrDefault(s => s.Contains('=', StringComparison.Ordinal) && IsNamed(property, s[..s.IndexOf('=', StringComparison.Ordinal)].Trim())) is { } given)
                {
                    yield return $"{prefix}{NameOf(property)}={given[(given.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim()}";
                }
            }
            else if (Format(value) is var text && (defaults is null || text != Format(usual)))
            {
                yield return $"{prefix}{property.Name}={text}";
            }
        }
    }

    private static string Format(object? value) => value switch
    {
        null => "null",
        string text => text,
        System.Collections.IEnumerable list => string.Join(',', list.Cast<object>().Select(Format)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static IEnumerable<PropertyInfo> PropertiesOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite || IsNested(p))
            .OrderBy(p => p.DeclaringType == type ? 0 : 1);

    /// <summary>Whether the option is given as the path of a file that holds it.</summary>
    private static bool IsFile(PropertyInfo property) => property.PropertyType == typeof(MagCacheCalibration);

    /// <summary>The option's name in configuration: for one in a file that of the path, <c>CalibrationFile</c>.</summary>
    private static string NameOf(PropertyInfo property) => IsFile(property) ? property.Name + "File" : property.Name;

    private static bool IsNamed(PropertyInfo property, string name) => Names.AreEqual(property.Name, name) || Names.AreEqual(NameOf(property), name);

    /// <summary>Options of their own that the object holds and never replaces.</summary>
    private static bool IsNested(PropertyInfo property) =>
        property is { CanWrite: false, PropertyType.IsClass: true } && property.PropertyType != typeof(string) && ElementTypeOf(property.PropertyType) is null;

    private static Type? ElementTypeOf(Type type)
    {
        if (type.IsArray)
        {
            return type.GetElementType();
        }

        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;
    }
}
