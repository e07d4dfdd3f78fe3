/* c_names.c -- which words are taken, and what stands in for them. */
#include "emit/c_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ir/ops.h"

/* Identifiers are distinct in their first 63 characters (C99 5.2.4.1); longer ones end in a hash. */
enum { LONGEST_IDENTIFIER = 63, HASH_DIGITS = 9, ROOM_FOR_NUMBER = 8 };

/* Keywords of C99, C11 and C++17; C++ alternative tokens; names that are objects or types under gnu99. */
static const char keywords[] = "alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t "
                               "char32_t class compl const const_cast "
                               "constexpr continue decltype default delete do double dynamic_cast else enum explicit "
                               "export extern false final float for "
                               "friend goto if inline int long mutable namespace new noexcept not not_eq nullptr "
                               "operator or or_eq override private protected "
                               "public register reinterpret_cast restrict return short signed sizeof static "
                               "static_assert static_cast struct switch template "
                               "this thread_local throw true try typedef typeid typename typeof union unsigned using "
                               "virtual void volatile wchar_t while xor "
                               "xor_eq concept requires consteval constinit co_await co_return co_yield char8_t linux "
                               "unix i386 main near far huge interrupt";

/* Macros and types of <math.h>, <complex.h>, <stdint.h>, <stddef.h>, <float.h>, <stdio.h> that a file may meet. */
static const char macros[] = "I complex imaginary _Complex_I _Imaginary_I CMPLX CMPLXF NAN INFINITY HUGE_VAL HUGE_VALF "
                             "HUGE_VALL FP_NAN FP_INFINITE FP_ZERO "
                             "FP_NORMAL FP_SUBNORMAL MATH_ERRNO MATH_ERREXCEPT math_errhandling isnan isinf isfinite "
                             "isnormal signbit fpclassify isgreater "
                             "isless islessequal isgreaterequal islessgreater isunordered NULL EOF BUFSIZ errno "
                             "offsetof size_t ptrdiff_t int8_t int16_t int32_t "
                             "int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t intmax_t uintmax_t float_t "
                             "double_t stdin stdout stderr FILE "
                             "DOMAIN SING OVERFLOW UNDERFLOW PLOSS TLOSS MAXFLOAT assert signgam exception matherr";

/* Functions of libm and stdlib, the POSIX ones included; each may also end in f or l. */
static const char functions[] = "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 "
                                "expm1 fabs fdim floor fma fmax fmin fmod "
                                "frexp hypot ilogb ldexp lgamma llrint llround log log10 log1p log2 logb lrint lround "
                                "modf nan nearbyint nextafter nexttoward "
                                "pow remainder remquo rint round scalbln scalbn sin sinh sqrt tan tanh tgamma trunc "
                                "gamma drem exp10 pow10 significand sincos "
                                "finite scalb cexp clog csin ccos ctan csinh ccosh ctanh cpow csqrt cabs carg conj "
                                "cproj creal cimag casin cacos catan";

static const char plain_functions[] =
    "j0 j1 jn y0 y1 yn abs labs llabs div ldiv lldiv abort exit atexit atof atoi atol strtod strtof strtol malloc "
    "calloc realloc free "
    "qsort bsearch rand srand random getenv system puts putchar printf fprintf sprintf snprintf scanf getchar gets "
    "remove rename "
    "memcpy memmove memset memcmp strlen strcpy strcat strcmp strchr strstr index time clock signal raise read write "
    "open close "
    "link pipe select step sign sig relu softplus silu gelu digamma trigamma min max clamp scale_of finite_or_zero";

static bool looks_temporary(const char *text)
{
    return text[0] == 't' && text[1] >= '1' && text[1] <= '9' && text[1 + strspn(text + 1, "0123456789")] == '\0';
}

static Name word_of(CNames *names, const char *text, size_t size)
{
    Name name = names_intern(&names->words, text, size);

    names->temporary_taken |= looks_temporary(text);

    while (names->uses.count <= name) {
        vec_push(names->words.arena, &names->uses, 0);
        vec_push(names->words.arena, &names->next, 2);
    }
    return name;
}

void c_names_reserve(CNames *names, const char *word)
{
    Name name = word_of(names, word, strlen(word));

    names->uses.at[name] = 2;
}

static void reserve_list(CNames *names, const char *list, const char *ending)
{
    char word[LONGEST_IDENTIFIER + 1];

    for (const char *at = list; *at != '\0'; at += strspn(at, " ")) {
        size_t size = strcspn(at, " ");

        memcpy(word, at, size);
        strcpy(word + size, ending);
        c_names_reserve(names, word);
        at += size;
    }
}

void c_names_init(CNames *names, Arena *arena)
{
    *names = (CNames){ 0 };
    names_init(&names->words, arena);
    reserve_list(names, keywords, "");
    reserve_list(names, macros, "");
    reserve_list(names, functions, "");
    reserve_list(names, functions, "f");
    reserve_list(names, functions, "l");
    reserve_list(names, plain_functions, "");
    reserve_list(names, plain_functions, "f");
}

/* M_PI and its family, and what an implementation keeps for itself: __x, _X. */
static bool is_of_a_family(const char *word)
{
    return strncmp(word, "M_", 2) == 0 || strncmp(word, "BPGEN_", 6) == 0 || strncmp(word, "bpgen_", 6) == 0;
}

static bool is_implementations(const char *word)
{
    return word[0] == '_' && (word[1] == '_' || (word[1] >= 'A' && word[1] <= 'Z'));
}

/* The word with what had to be changed before it can be an identifier at all: not too long, not the implementation's.
 */
static const char *legal_base(CNames *names, const char *base, Text *text)
{
    static const char digits[] = "0123456789abcdef";
    size_t size = strlen(base), most = LONGEST_IDENTIFIER - ROOM_FOR_NUMBER;
    uint64_t hash = hash_bytes(base, size);

    text_init(text, names->words.arena);
    if (size > most || is_implementations(base)) {
        if (is_implementations(base))
            text_add(text, "v");
        if (size > most) {
            text_bytes(text, base, most - HASH_DIGITS - 1);
            text_add(text, "_");
            for (int k = 1; k < HASH_DIGITS; k++, hash >>= 4)
                text_bytes(text, &digits[hash & 15], 1);
        } else {
            text_add(text, base);
        }
        return text_string(text);
    }
    return base;
}

static const char *take(CNames *names, Name name)
{
    names->uses.at[name]++;
    vec_push(names->words.arena, &names->taken, name);
    return names_text(&names->words, name);
}

/* t1, t2, ... that were given out may not be held as words. */
static bool is_given_out(const CNames *names, const char *base)
{
    unsigned long number = looks_temporary(base) ? strtoul(base + 1, NULL, 10) : 0;

    return number > names->kept && number <= names->temporaries;
}

void c_names_keep(CNames *names, const char *word)
{
    enum { MOST_KEPT = 1000000000 };
    unsigned long number = looks_temporary(word) ? strtoul(word + 1, NULL, 10) : 0;

    if (number > names->kept && number < MOST_KEPT)
        names->kept = names->temporaries = (uint32_t)number;
}

const char *c_names_take(CNames *names, const char *base)
{
    Text text;
    Name name, numbered;

    base = legal_base(names, base, &text);
    name = word_of(names, base, strlen(base));
    if (names->uses.at[name] == 0 && !is_of_a_family(base) && !is_given_out(names, base))
        return take(names, name);
    if (names->uses.at[name] > 1 || is_of_a_family(base)) {
        Name owned = names_format(&names->words, "%s_", base);

        owned = word_of(names, names_text(&names->words, owned), strlen(base) + 1);
        if (names->uses.at[owned] == 0)
            return take(names, owned);
    }
    do {
        const char *made =
            names_text(&names->words, names_format(&names->words, "%s_%u", base, names->next.at[name]++));

        numbered = word_of(names, made, strlen(made));
    } while (names->uses.at[numbered] != 0);
    return take(names, numbered);
}

bool c_names_is_free(CNames *names, const char *base)
{
    Name name = word_of(names, base, strlen(base));

    return names->uses.at[name] == 0;
}

/* Temporaries are many, and differ from each other anyway: they are not held as words. */
const char *c_names_temporary(CNames *names)
{
    char digits[16];
    uint32_t rest;
    size_t at;
    Name name;

    do {
        at = sizeof digits;
        for (rest = ++names->temporaries; rest > 0; rest /= 10)
            digits[--at] = (char)('0' + rest % 10);
        digits[--at] = 't';
    } while (names->temporary_taken && names_have(&names->words, digits + at, sizeof digits - at, &name) &&
             names->uses.at[name] != 0);
    return arena_copy(names->words.arena, digits + at, sizeof digits - at);
}

size_t c_names_enter(const CNames *names)
{
    return names->taken.count;
}

/* Numbers start again behind a base that is free again, so that every block counts on its own. */
void c_names_leave(CNames *names, size_t mark)
{
    while (names->taken.count > mark) {
        Name name = vec_pop(&names->taken);

        names->uses.at[name]--;
        names->next.at[name] = 2;
    }
}
