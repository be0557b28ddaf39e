namespace CachePolicies.Reporting;

/// <summary>The weight of lettering: the pen's width as a share of a capital's height.</summary>
internal enum FontWeight
{
    Regular,
    Bold,
}

/// <summary>A typeface of our own: letters drawn with a round pen, so that they scale to any size. Figures are equally wide.</summary>
internal static class StrokeFont
{
    /// <summary>The height of a capital in the units of the paths.</summary>
    public const float CapHeight = 7;

    private const float SideBearing = 0.95f;

    private static readonly StrokeGlyph Missing = StrokeGlyph.Parse(4, "M 0,0 L 0,7 L 4,7 L 4,0 L 0,0");

    private static readonly Dictionary<char, StrokeGlyph> Glyphs = new()
    {
        [' '] = StrokeGlyph.Parse(1.3f, ""),
        ['\u00A0'] = StrokeGlyph.Parse(1.3f, ""),
        ['0'] = StrokeGlyph.Parse(4, "A 2,4.9,2,2.1,0,180 L 0,2.1 A 2,2.1,2,2.1,180,360 L 4,4.9"),
        ['1'] = StrokeGlyph.Parse(4, "M 0.7,5.6 L 2.5,7 L 2.5,0"),
        ['2'] = StrokeGlyph.Parse(4, "A 2,5,1.9,2,165,-28 L 0.1,0 L 4,0"),
        ['3'] = StrokeGlyph.Parse(4, "A 1.9,5.3,1.75,1.7,150,-90 L 1.3,3.6 M 1.9,3.6 A 1.9,1.8,2.1,1.8,90,-150"),
        ['4'] = StrokeGlyph.Parse(4, "M 3.1,0 L 3.1,7 L 0,1.9 L 4.2,1.9"),
        ['5'] = StrokeGlyph.Parse(4, "M 3.7,7 L 0.75,7 L 0.4,3.7 A 1.9,2.2,2.1,2.2,128,-150"),
        ['6'] = StrokeGlyph.Parse(4, "M 3.1,7 C 1.2,6 0,4.2 0,2.1 M 0,2.1 O 2,2.1,2,2.1"),
        ['7'] = StrokeGlyph.Parse(4, "M 0,7 L 4,7 L 1.4,0"),
        ['8'] = StrokeGlyph.Parse(4, "O 2,5.35,1.7,1.65 O 2,1.85,2,1.85"),
        ['9'] = StrokeGlyph.Parse(4, "O 2,4.9,2,2.1 M 4,4.9 C 4,2.8 2.8,1 0.9,0"),
        ['A'] = StrokeGlyph.Parse(5, "M 0,0 L 2.5,7 L 5,0 M 0.85,2.3 L 4.15,2.3"),
        ['B'] = StrokeGlyph.Parse(4.2f, "M 2.2,3.65 L 0,3.65 L 0,7 L 2.1,7 A 2.1,5.33,1.7,1.67,90,-90 A 2.3,1.83,1.9,1.82,90,-90 L 0,0 L 0,3.65"),
        ['C'] = StrokeGlyph.Parse(4.8f, "A 2.8,3.5,2.8,3.5,46,314"),
        ['D'] = StrokeGlyph.Parse(4.9f, "M 0,0 L 0,7 L 1.8,7 A 1.8,3.5,3.1,3.5,90,-90 L 0,0"),
        ['E'] = StrokeGlyph.Parse(3.7f, "M 3.7,7 L 0,7 L 0,0 L 3.7,0 M 0,3.65 L 3.3,3.65"),
        ['F'] = StrokeGlyph.Parse(3.6f, "M 3.6,7 L 0,7 L 0,0 M 0,3.55 L 3.2,3.55"),
        ['G'] = StrokeGlyph.Parse(5.3f, "A 2.8,3.5,2.8,3.5,46,342 L 5.3,3.3 L 3.2,3.3"),
        ['H'] = StrokeGlyph.Parse(4.6f, "M 0,0 L 0,7 M 4.6,0 L 4.6,7 M 0,3.65 L 4.6,3.65"),
        ['I'] = StrokeGlyph.Parse(0, "M 0,0 L 0,7"),
        ['J'] = StrokeGlyph.Parse(3, "M 3,7 L 3,1.9 A 1.4,1.9,1.6,1.9,0,-155"),
        ['K'] = StrokeGlyph.Parse(4.3f, "M 0,0 L 0,7 M 4.1,7 L 0,2.6 M 1.5,4.2 L 4.4,0"),
        ['L'] = StrokeGlyph.Parse(3.5f, "M 0,7 L 0,0 L 3.5,0"),
        ['M'] = StrokeGlyph.Parse(5.6f, "M 0,0 L 0,7 L 2.8,2.1 L 5.6,7 L 5.6,0"),
        ['N'] = StrokeGlyph.Parse(4.6f, "M 0,0 L 0,7 L 4.6,0 L 4.6,7"),
        ['O'] = StrokeGlyph.Parse(5.6f, "O 2.8,3.5,2.8,3.5"),
        ['P'] = StrokeGlyph.Parse(4.1f, "M 0,0 L 0,7 L 2.2,7 A 2.2,5.05,1.95,1.95,90,-90 L 0,3.1"),
        ['Q'] = StrokeGlyph.Parse(5.6f, "O 2.8,3.5,2.8,3.5 M 3.5,1.8 L 5.5,-0.4"),
        ['R'] = StrokeGlyph.Parse(4.3f, "M 0,0 L 0,7 L 2.2,7 A 2.2,5.1,1.95,1.9,90,-90 L 0,3.2 M 2.1,3.2 L 4.3,0"),
        ['S'] = StrokeGlyph.Parse(4.1f, "M 3.8,5.9 C 3.3,6.7 2.7,7 2.05,7 C 1,7 .25,6.35 .25,5.35 C .25,2.9 4.1,4.3 4.1,1.85 C 4.1,.7 3.2,0 2.1,0 C 1.2,0 .5,.4 0,1.3"),
        ['T'] = StrokeGlyph.Parse(4.8f, "M 0,7 L 4.8,7 M 2.4,7 L 2.4,0"),
        ['U'] = StrokeGlyph.Parse(4.6f, "M 0,7 L 0,2.3 A 2.3,2.3,2.3,2.3,180,360 L 4.6,7"),
        ['V'] = StrokeGlyph.Parse(4.8f, "M 0,7 L 2.4,0 L 4.8,7"),
        ['W'] = StrokeGlyph.Parse(7, "M 0,7 L 1.75,0 L 3.5,6 L 5.25,0 L 7,7"),
        ['X'] = StrokeGlyph.Parse(4.5f, "M 0,7 L 4.5,0 M 4.5,7 L 0,0"),
        ['Y'] = StrokeGlyph.Parse(4.6f, "M 0,7 L 2.3,3.3 L 4.6,7 M 2.3,3.3 L 2.3,0"),
        ['Z'] = StrokeGlyph.Parse(4.3f, "M 0,7 L 4.3,7 L 0,0 L 4.3,0"),
        ['a'] = StrokeGlyph.Parse(3.5f, "M 0.35,4.3 C .8,4.8 1.3,5 1.9,5 C 3,5 3.5,4.3 3.5,3.4 L 3.5,0 M 3.5,2.85 L 1.7,2.85 C .5,2.85 0,2.2 0,1.4 C 0,.5 .7,0 1.5,0 C 2.4,0 3.2,.5 3.5,1.3"),
        ['b'] = StrokeGlyph.Parse(3.8f, "M 0,7.2 L 0,0 O 1.9,2.5,1.9,2.5"),
        ['c'] = StrokeGlyph.Parse(3.3f, "A 1.95,2.5,1.95,2.5,48,312"),
        ['d'] = StrokeGlyph.Parse(3.8f, "O 1.9,2.5,1.9,2.5 M 3.8,7.2 L 3.8,0"),
        ['e'] = StrokeGlyph.Parse(3.9f, "M 0,2.6 L 3.9,2.6 A 1.95,2.5,1.95,2.5,0,312"),
        ['f'] = StrokeGlyph.Parse(2.3f, "M 2.6,7.1 C 1.6,7.4 .9,6.8 .9,5.6 L .9,0 M 0,4.8 L 2.3,4.8"),
        ['g'] = StrokeGlyph.Parse(3.8f, "O 1.9,2.5,1.9,2.5 M 3.8,5 L 3.8,-.3 A 1.9,-.3,1.9,1.8,0,-145"),
        ['h'] = StrokeGlyph.Parse(3.6f, "M 0,7.2 L 0,0 M 0,3 A 1.8,3.1,1.8,1.9,180,0 L 3.6,0"),
        ['i'] = StrokeGlyph.Parse(0, "M 0,5 L 0,0 D 0,6.8"),
        ['j'] = StrokeGlyph.Parse(.8f, "M .8,5 L .8,-.7 C .8,-1.8 .4,-2.1 -.4,-2 D .8,6.8"),
        ['k'] = StrokeGlyph.Parse(3.4f, "M 0,7.2 L 0,0 M 3.2,5 L 0,1.8 M 1.2,3 L 3.5,0"),
        ['l'] = StrokeGlyph.Parse(0, "M 0,7.2 L 0,0"),
        ['m'] = StrokeGlyph.Parse(6.2f, "M 0,5 L 0,0 M 0,3.3 A 1.55,3.4,1.55,1.6,180,0 L 3.1,0 M 3.1,3.3 A 4.65,3.4,1.55,1.6,180,0 L 6.2,0"),
        ['n'] = StrokeGlyph.Parse(3.6f, "M 0,5 L 0,0 M 0,3 A 1.8,3.1,1.8,1.9,180,0 L 3.6,0"),
        ['o'] = StrokeGlyph.Parse(4, "O 2,2.5,2,2.5"),
        ['p'] = StrokeGlyph.Parse(3.8f, "M 0,5 L 0,-2.1 O 1.9,2.5,1.9,2.5"),
        ['q'] = StrokeGlyph.Parse(3.8f, "O 1.9,2.5,1.9,2.5 M 3.8,5 L 3.8,-2.1"),
        ['r'] = StrokeGlyph.Parse(2.2f, "M 0,5 L 0,0 M 0,2.9 C .2,4.3 1.1,5 2.3,4.9"),
        ['s'] = StrokeGlyph.Parse(3.2f, "M 2.9,4.2 C 2.6,4.7 2.2,5 1.6,5 C .8,5 .25,4.5 .25,3.8 C .25,2.1 3.2,3.1 3.2,1.35 C 3.2,.5 2.5,0 1.65,0 C .9,0 .35,.3 0,.9"),
        ['t'] = StrokeGlyph.Parse(2.4f, "M .9,6.5 L .9,1.4 C .9,.3 1.5,-.1 2.5,.1 M 0,4.8 L 2.4,4.8"),
        ['u'] = StrokeGlyph.Parse(3.6f, "M 0,5 L 0,1.9 A 1.8,1.9,1.8,1.9,180,360 M 3.6,5 L 3.6,0"),
        ['v'] = StrokeGlyph.Parse(3.6f, "M 0,5 L 1.8,0 L 3.6,5"),
        ['w'] = StrokeGlyph.Parse(5.8f, "M 0,5 L 1.45,0 L 2.9,4.5 L 4.35,0 L 5.8,5"),
        ['x'] = StrokeGlyph.Parse(3.4f, "M 0,5 L 3.4,0 M 3.4,5 L 0,0"),
        ['y'] = StrokeGlyph.Parse(3.6f, "M 0,5 L 1.9,.2 M 3.6,5 L 1.7,-.4 C 1.2,-1.7 .7,-2.1 -.1,-2"),
        ['z'] = StrokeGlyph.Parse(3.3f, "M 0,5 L 3.3,5 L 0,0 L 3.3,0"),
        ['.'] = StrokeGlyph.Parse(0, "D 0,0.1"),
        [','] = StrokeGlyph.Parse(0, "M .1,.1 L -.3,-1.2"),
        [':'] = StrokeGlyph.Parse(0, "D 0,0.1 D 0,4.4"),
        [';'] = StrokeGlyph.Parse(0, "M .1,.1 L -.3,-1.2 D 0,4.4"),
        ['!'] = StrokeGlyph.Parse(0, "M 0,7 L 0,2.1 D 0,0.1"),
        ['?'] = StrokeGlyph.Parse(3.4f, "A 1.7,5.2,1.7,1.8,165,-45 C 2,3.2 1.6,2.9 1.6,2.1 D 1.6,0.1"),
        ['\''] = StrokeGlyph.Parse(0, "M 0,7.2 L 0,5.4"),
        ['"'] = StrokeGlyph.Parse(1.4f, "M 0,7.2 L 0,5.4 M 1.4,7.2 L 1.4,5.4"),
        ['('] = StrokeGlyph.Parse(1.4f, "M 1.4,7.6 C -.4,5.4 -.4,1 1.4,-1.3"),
        [')'] = StrokeGlyph.Parse(1.4f, "M 0,7.6 C 1.8,5.4 1.8,1 0,-1.3"),
        ['['] = StrokeGlyph.Parse(1.3f, "M 1.3,7.6 L 0,7.6 L 0,-1.2 L 1.3,-1.2"),
        [']'] = StrokeGlyph.Parse(1.3f, "M 0,7.6 L 1.3,7.6 L 1.3,-1.2 L 0,-1.2"),
        ['/'] = StrokeGlyph.Parse(2.8f, "M 0,-.8 L 2.8,7.4"),
        ['\\'] = StrokeGlyph.Parse(2.8f, "M 0,7.4 L 2.8,-.8"),
        ['|'] = StrokeGlyph.Parse(0, "M 0,7.6 L 0,-1.2"),
        ['_'] = StrokeGlyph.Parse(4, "M 0,-.6 L 4,-.6"),
        ['-'] = StrokeGlyph.Parse(2, "M 0,2.6 L 2,2.6"),
        ['–'] = StrokeGlyph.Parse(3.4f, "M 0,2.6 L 3.4,2.6"),
        ['—'] = StrokeGlyph.Parse(5.4f, "M 0,2.6 L 5.4,2.6"),
        ['−'] = StrokeGlyph.Parse(4, "M 0,3.2 L 4,3.2"),
        ['+'] = StrokeGlyph.Parse(4, "M 0,3.2 L 4,3.2 M 2,5.2 L 2,1.2"),
        ['='] = StrokeGlyph.Parse(4, "M 0,4.2 L 4,4.2 M 0,2.2 L 4,2.2"),
        ['<'] = StrokeGlyph.Parse(3.8f, "M 3.8,5.4 L 0,3.2 L 3.8,1"),
        ['>'] = StrokeGlyph.Parse(3.8f, "M 0,5.4 L 3.8,3.2 L 0,1"),
        ['≤'] = StrokeGlyph.Parse(3.8f, "M 3.8,6.2 L 0,4.2 L 3.8,2.2 M 0,.6 L 3.8,.6"),
        ['≥'] = StrokeGlyph.Parse(3.8f, "M 0,6.2 L 3.8,4.2 L 0,2.2 M 0,.6 L 3.8,.6"),
        ['×'] = StrokeGlyph.Parse(3.2f, "M 0,4.6 L 3.2,1.4 M 3.2,4.6 L 0,1.4"),
        ['±'] = StrokeGlyph.Parse(4, "M 0,4.2 L 4,4.2 M 2,6.2 L 2,2.2 M 0,.6 L 4,.6"),
        ['*'] = StrokeGlyph.Parse(2.6f, "M 1.3,7.2 L 1.3,4.2 M 0,6.4 L 2.6,5 M 2.6,6.4 L 0,5"),
        ['·'] = StrokeGlyph.Parse(0, "D 0,2.9"),
        ['…'] = StrokeGlyph.Parse(4.4f, "D 0,0.1 D 2.2,0.1 D 4.4,0.1"),
        ['°'] = StrokeGlyph.Parse(2, "O 1,6.2,1,1"),
        ['%'] = StrokeGlyph.Parse(6, "O 1.2,5.7,1.2,1.3 O 4.8,1.3,1.2,1.3 M 4.9,7 L 1.1,0"),
        ['#'] = StrokeGlyph.Parse(4.4f, "M 1.6,7 L 0.9,0 M 3.7,7 L 3,0 M .2,4.8 L 4.6,4.8 M 0,2.2 L 4.4,2.2"),
        ['&'] = StrokeGlyph.Parse(5, "M 5,0 L 1,5 C .4,6 1,7 2.1,7 C 3.2,7 3.7,5.9 3,5 C 2.4,4.2 .1,3.6 .1,1.8 C .1,.7 1,0 2.1,0 C 3.6,0 4.7,1.3 4.9,3.2"),
        ['@'] = StrokeGlyph.Parse(6, "O 3,2.9,1.4,1.5 M 4.4,4.4 L 4.4,2.2 C 4.4,1 6,1.2 6,3.2 A 3,3.2,3,3.4,0,300"),
        ['$'] = StrokeGlyph.Parse(4.1f, "M 3.8,5.7 C 3.3,6.3 2.7,6.5 2.05,6.5 C 1,6.5 .25,6 .25,5.1 C .25,2.9 4.1,4.1 4.1,2 C 4.1,1 3.2,.4 2.1,.4 C 1.2,.4 .5,.8 0,1.5 M 2.1,7.6 L 2.1,-.7"),
        ['`'] = StrokeGlyph.Parse(1.2f, "M 0,7 L 1.2,5.8"),
        ['^'] = StrokeGlyph.Parse(3, "M 0,4.8 L 1.5,7 L 3,4.8"),
        ['~'] = StrokeGlyph.Parse(4, "M 0,2.7 C 1,4.4 3,1.8 4,3.6"),
        ['{'] = StrokeGlyph.Parse(1.8f, "M 1.8,7.6 C .2,7.6 1.4,3.2 0,3.2 C 1.4,3.2 .2,-1.2 1.8,-1.2"),
        ['}'] = StrokeGlyph.Parse(1.8f, "M 0,7.6 C 1.6,7.6 .4,3.2 1.8,3.2 C .4,3.2 1.6,-1.2 0,-1.2"),
        ['τ'] = StrokeGlyph.Parse(3.4f, "M 0,4.9 L 3.4,4.9 M 1.6,4.9 L 1.6,1.3 C 1.6,.3 2.2,-.1 3,.1"),
        ['σ'] = StrokeGlyph.Parse(4.2f, "O 1.95,2.4,1.95,2.4 M 1.95,4.8 L 4.3,4.8"),
        ['γ'] = StrokeGlyph.Parse(3.6f, "M 0,5 C 1,5 1.2,3 1.8,0 M 3.6,5 L 1.8,0 L 1.6,-2"),
        ['∞'] = StrokeGlyph.Parse(6, "O 1.5,2.6,1.5,1.6 O 4.5,2.6,1.5,1.6"),
        ['→'] = StrokeGlyph.Parse(5, "M 0,3 L 5,3 M 3.2,4.8 L 5,3 L 3.2,1.2"),
    };

    /// <summary>The glyph of a character; a box for those that are not drawn.</summary>
    public static StrokeGlyph Of(char character) => Glyphs.GetValueOrDefault(character, Missing);

    /// <summary>How far the pen moves on after a character, in pixels for a capital height in pixels.</summary>
    public static float Advance(char character, float capHeight) => (Of(character).Width + (2 * SideBearing)) * capHeight / CapHeight;

    /// <summary>The space left of a glyph, in pixels.</summary>
    public static float Bearing(float capHeight) => SideBearing * capHeight / CapHeight;

    /// <summary>Half of the pen's width in pixels.</summary>
    public static float HalfPen(float capHeight, FontWeight weight) => Math.Max(0.5f, capHeight * (weight == FontWeight.Bold ? 0.092f : 0.062f));

    /// <summary>The width of a text in pixels.</summary>
    public static float Measure(string text, float capHeight)
    {
        var width = 0f;
        foreach (var character in text)
        {
            width += Advance(character, capHeight);
        }

        return width;
    }
}
