/* foreign.c -- characters beyond ASCII that are typed or pasted into formulas, with their spelling in the language. */
#include "front/parse.h"

typedef struct {
    uint32_t code;
    uint8_t kind;
    const char *ascii;
} Spelling;

#define NAME     FOREIGN_NAME
#define OPERAND  FOREIGN_OPERAND
#define OPERATOR FOREIGN_OPERATOR

/* Ascending. */
static const Spelling spellings[] = {
    { 0x00A0, FOREIGN_BLANK, "" },
    { 0x00AC, OPERATOR, "!" },
    { 0x00AD, FOREIGN_INVISIBLE, "" },
    { 0x00B2, OPERAND, "^2" },
    { 0x00B3, OPERAND, "^3" },
    { 0x00B4, OPERAND, "'" },
    { 0x00B5, NAME, "mu" },
    { 0x00B7, OPERATOR, "*" },
    { 0x00B9, OPERAND, "^1" },
    { 0x00BC, OPERAND, "1/4" },
    { 0x00BD, OPERAND, "1/2" },
    { 0x00BE, OPERAND, "3/4" },
    { 0x00D7, OPERATOR, "*" },
    { 0x00F7, OPERATOR, "/" },
    { 0x0391, NAME, "Alpha" },
    { 0x0392, NAME, "Beta" },
    { 0x0393, NAME, "Gamma" },
    { 0x0394, NAME, "Delta" },
    { 0x0395, NAME, "Epsilon" },
    { 0x0396, NAME, "Zeta" },
    { 0x0397, NAME, "Eta" },
    { 0x0398, NAME, "Theta" },
    { 0x0399, NAME, "Iota" },
    { 0x039A, NAME, "Kappa" },
    { 0x039B, NAME, "Lambda" },
    { 0x039C, NAME, "Mu" },
    { 0x039D, NAME, "Nu" },
    { 0x039E, NAME, "Xi" },
    { 0x039F, NAME, "Omicron" },
    { 0x03A0, NAME, "Pi" },
    { 0x03A1, NAME, "Rho" },
    { 0x03A3, NAME, "Sigma" },
    { 0x03A4, NAME, "Tau" },
    { 0x03A5, NAME, "Upsilon" },
    { 0x03A6, NAME, "Phi" },
    { 0x03A7, NAME, "Chi" },
    { 0x03A8, NAME, "Psi" },
    { 0x03A9, NAME, "Omega" },
    { 0x03B1, NAME, "alpha" },
    { 0x03B2, NAME, "beta" },
    { 0x03B3, NAME, "gamma" },
    { 0x03B4, NAME, "delta" },
    { 0x03B5, NAME, "epsilon" },
    { 0x03B6, NAME, "zeta" },
    { 0x03B7, NAME, "eta" },
    { 0x03B8, NAME, "theta" },
    { 0x03B9, NAME, "iota" },
    { 0x03BA, NAME, "kappa" },
    { 0x03BB, NAME, "lambda" },
    { 0x03BC, NAME, "mu" },
    { 0x03BD, NAME, "nu" },
    { 0x03BE, NAME, "xi" },
    { 0x03BF, NAME, "omicron" },
    { 0x03C0, NAME, "pi" },
    { 0x03C1, NAME, "rho" },
    { 0x03C2, NAME, "sigma" },
    { 0x03C3, NAME, "sigma" },
    { 0x03C4, NAME, "tau" },
    { 0x03C5, NAME, "upsilon" },
    { 0x03C6, NAME, "phi" },
    { 0x03C7, NAME, "chi" },
    { 0x03C8, NAME, "psi" },
    { 0x03C9, NAME, "omega" },
    { 0x03D1, NAME, "theta" },
    { 0x03D5, NAME, "phi" },
    { 0x03D6, NAME, "pi" },
    { 0x03F0, NAME, "kappa" },
    { 0x03F1, NAME, "rho" },
    { 0x03F5, NAME, "epsilon" },
    { 0x1D40, OPERAND, "'" },
    { 0x2010, FOREIGN_MINUS, "" },
    { 0x2011, FOREIGN_MINUS, "" },
    { 0x2012, FOREIGN_MINUS, "" },
    { 0x2013, FOREIGN_MINUS, "" },
    { 0x2014, FOREIGN_MINUS, "" },
    { 0x2015, FOREIGN_MINUS, "" },
    { 0x2016, OPERAND, "norm(x)" },
    { 0x2018, FOREIGN_QUOTE, "" },
    { 0x2019, OPERAND, "'" },
    { 0x201C, FOREIGN_QUOTE, "" },
    { 0x201D, FOREIGN_QUOTE, "" },
    { 0x201E, FOREIGN_QUOTE, "" },
    { 0x2022, OPERATOR, "*" },
    { 0x2026, OPERATOR, ".." },
    { 0x2032, OPERAND, "'" },
    { 0x2044, OPERATOR, "/" },
    { 0x2070, OPERAND, "^0" },
    { 0x2074, OPERAND, "^4" },
    { 0x2075, OPERAND, "^5" },
    { 0x2076, OPERAND, "^6" },
    { 0x2077, OPERAND, "^7" },
    { 0x2078, OPERAND, "^8" },
    { 0x2079, OPERAND, "^9" },
    { 0x207A, OPERAND, "^" },
    { 0x207B, OPERAND, "^-" },
    { 0x207F, OPERAND, "^n" },
    { 0x2080, OPERAND, "x0 or x[0]" },
    { 0x2081, OPERAND, "x1 or x[1]" },
    { 0x2082, OPERAND, "x2 or x[2]" },
    { 0x2083, OPERAND, "x3 or x[3]" },
    { 0x2084, OPERAND, "x4 or x[4]" },
    { 0x2085, OPERAND, "x5 or x[5]" },
    { 0x2086, OPERAND, "x6 or x[6]" },
    { 0x2087, OPERAND, "x7 or x[7]" },
    { 0x2088, OPERAND, "x8 or x[8]" },
    { 0x2089, OPERAND, "x9 or x[9]" },
    { 0x2107, NAME, "e" },
    { 0x2113, NAME, "l" },
    { 0x2126, NAME, "Omega" },
    { 0x212F, NAME, "e" },
    { 0x2190, OPERATOR, "=" },
    { 0x21D2, OPERATOR, "? :" },
    { 0x2202, NAME, "d" },
    { 0x2206, NAME, "Delta" },
    { 0x2207, OPERAND, "grad(f, x)" },
    { 0x2208, OPERATOR, "in" },
    { 0x220F, OPERAND, "prod(... for i in 0..n)" },
    { 0x2211, OPERAND, "sum(... for i in 0..n)" },
    { 0x2212, FOREIGN_MINUS, "" },
    { 0x2213, FOREIGN_MINUS, "" },
    { 0x2215, OPERATOR, "/" },
    { 0x2217, OPERATOR, "*" },
    { 0x2218, OPERATOR, "*" },
    { 0x2219, OPERATOR, "*" },
    { 0x221A, OPERAND, "sqrt(x)" },
    { 0x221B, OPERAND, "cbrt(x)" },
    { 0x2223, OPERAND, "abs(x)" },
    { 0x2225, OPERAND, "norm(x)" },
    { 0x2227, OPERATOR, "&&" },
    { 0x2228, OPERATOR, "||" },
    { 0x2236, OPERATOR, ":" },
    { 0x2254, OPERATOR, "=" },
    { 0x2260, OPERATOR, "!=" },
    { 0x2261, OPERATOR, "==" },
    { 0x2264, OPERATOR, "<=" },
    { 0x2265, OPERATOR, ">=" },
    { 0x2266, OPERATOR, "<=" },
    { 0x2267, OPERATOR, ">=" },
    { 0x2297, OPERAND, "outer(x, y)" },
    { 0x2299, OPERATOR, "*" },
    { 0x22A4, OPERAND, "'" },
    { 0x22C5, OPERATOR, "*" },
    { 0x2A7D, OPERATOR, "<=" },
    { 0x2A7E, OPERATOR, ">=" },
    { 0x3000, FOREIGN_BLANK, "" },
    { 0xFEFF, FOREIGN_INVISIBLE, "" },
};

static bool is_blank(uint32_t code)
{
    return (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F ||
           code == 0x0085;
}

static bool is_invisible(uint32_t code)
{
    return (code >= 0x200B && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
           (code >= 0x2060 && code <= 0x206F);
}

/* Full-width forms lie in the order of ASCII. */
static bool in_range(uint32_t code, Foreign *found)
{
    if (code >= 0xFF01 && code <= 0xFF5E)
        *found = (Foreign){ .kind = FOREIGN_WIDE, .ascii = "", .wide = (char)(code - 0xFF01 + '!') };
    else if (is_blank(code))
        *found = (Foreign){ .kind = FOREIGN_BLANK, .ascii = "" };
    else if (is_invisible(code))
        *found = (Foreign){ .kind = FOREIGN_INVISIBLE, .ascii = "" };
    else
        return false;
    return true;
}

Foreign foreign_character(uint32_t code)
{
    Foreign found = { .kind = FOREIGN_UNKNOWN, .ascii = "" };

    if (in_range(code, &found))
        return found;
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0] && spellings[i].code <= code; i++)
        if (spellings[i].code == code)
            return (Foreign){ .kind = (ForeignKind)spellings[i].kind, .ascii = spellings[i].ascii };
    return found;
}
