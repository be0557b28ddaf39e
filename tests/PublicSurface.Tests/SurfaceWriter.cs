using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace CachePolicies.PublicSurface.Tests;

/// <summary>Writes what strangers can see of an assembly: a line for each type and each member, in an order that does not depend on the source.</summary>
internal static class SurfaceWriter
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Describe(Assembly assembly)
    {
        foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            yield return DescribeType(type);
            foreach (var member in Members(type).Order(StringComparer.Ordinal).Distinct())
            {
                yield return "    " + member;
            }
        }
    }

    private static string DescribeType(Type type)
    {
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsValueType: true } => "struct",
            { IsInterface: true } => "interface",
            _ when typeof(Delegate).IsAssignableFrom(type) => "delegate",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        var bases = new[] { type.BaseType }.Where(b => b is not null && b != typeof(object) && b != typeof(ValueType) && b != typeof(Enum))
            .Concat(type.GetInterfaces().Where(i => i.IsPublic && !(type.BaseType?.GetInterfaces().Contains(i) ?? false)))
            .Select(b => Name(b!))
            .Order(StringComparer.Ordinal)
            .ToArray();
        return $"{kind} {Name(type)}{(bases.Length == 0 || type.IsEnum ? "" : " : " + string.Join(", ", bases))}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(n => string.Create(CultureInfo.InvariantCulture, $"{n} = {Convert.ToInt64(Enum.Parse(type, n), CultureInfo.InvariantCulture)}"));
        }

        return type.GetConstructors(Declared).Where(IsVisible).Select(c => $"new({Parameters(c)})")
            .Concat(type.GetFields(Declared).Where(f => f.IsPublic || f.IsFamily).Select(f => $"{(f.IsLiteral ? "const " : f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}"))
            .Concat(type.GetProperties(Declared).Where(p => p.GetAccessors(true).Any(IsVisible)).Select(Property))
            .Concat(type.GetMethods(Declared).Where(m => IsVisible(m) && !IsOfProperty(m) && !IsOfRecord(type, m)).Select(Method));
    }

    private static string Property(PropertyInfo property)
    {
        var index = property.GetIndexParameters();
        var setter = property.SetMethod is { } set && IsVisible(set)
            ? set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;"
            : "";
        var any = property.GetAccessors(true).First(IsVisible);
        return $"{Modifiers(any)}{Name(property.PropertyType)} {property.Name}{(index.Length == 0 ? "" : $"[{string.Join(", ", index.Select(i => Name(i.ParameterType)))}]")} {{{(property.GetMethod is { } get && IsVisible(get) ? " get;" : "")}{setter} }}";
    }

    private static string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";
        return $"{Modifiers(method)}{Name(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        $"{(p.IsOut ? "out " : p.ParameterType.IsByRef ? p.IsIn ? "in " : "ref " : "")}{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? $" = {p.RawDefaultValue ?? "default"}" : "")}"));

    private static string Modifiers(MethodBase method) =>
        (method.IsFamily || method.IsFamilyOrAssembly ? "protected " : "")
        + (method.IsStatic ? "static " : method.DeclaringType!.IsInterface ? "" : method.IsAbstract ? "abstract " : method.IsVirtual && !method.IsFinal ? "virtual " : "");

    private static bool IsVisible(MethodBase method) => method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed);

    private static bool IsOfProperty(MethodInfo method) => method.IsSpecialName && (method.Name.StartsWith("get_", StringComparison.Ordinal) || method.Name.StartsWith("set_", StringComparison.Ordinal));

    /// <summary>What the compiler adds to every record says nothing.</summary>
    private static bool IsOfRecord(Type type, MethodInfo method) =>
        method.IsDefined(typeof(CompilerGeneratedAttribute)) && type.GetMethod("PrintMembers", Declared) is not null;

    private static string Name(Type type)
    {
        if (type.IsByRef)
        {
            return Name(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!)}[]";
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return Name(value) + "?";
        }

        var own = type.Name.Split('`')[0];
        var name = type.IsNested ? $"{Name(type.DeclaringType!)}.{own}" : own;
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
