/* c_words.c -- the words that C, C++ and their libraries own. tests/inject takes them from the compiler and asks for each. */
#include "emit/c_words.h"

#include <string.h>

/* Keywords of C99, C11, C23 and C++20; C++ alternative tokens; what gnu99 predefines, there or elsewhere. */
static const char keywords[] =
    "alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t class compl const "
    "const_cast constexpr continue decltype default delete do double dynamic_cast else enum explicit export extern "
    "false final float for friend goto if inline int long mutable namespace new noexcept not not_eq nullptr operator "
    "or or_eq override private protected public register reinterpret_cast restrict return short signed sizeof static "
    "static_assert static_cast struct switch template this thread_local throw true try typedef typeid typename typeof "
    "union unsigned using virtual void volatile wchar_t while xor xor_eq concept requires consteval constinit "
    "co_await co_return co_yield char8_t linux unix i386 main near far huge interrupt typeof_unqual mips sparc "
    "hppa m68k PPC AVR WIN32 WIN64 WINNT";

/* Macros and types of <math.h>, <complex.h>, <stdint.h>, <stddef.h>, <stdio.h> and of others in front of a header. */
static const char macros[] =
    "I complex imaginary _Complex_I _Imaginary_I CMPLX CMPLXF NAN INFINITY HUGE_VAL HUGE_VALF HUGE_VALL MATH_ERRNO "
    "MATH_ERREXCEPT math_errhandling isnan isinf isfinite isnormal signbit fpclassify isgreater isless islessequal "
    "isgreaterequal islessgreater isunordered NULL EOF BUFSIZ errno offsetof size_t ptrdiff_t int8_t int16_t int32_t "
    "int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t intmax_t uintmax_t float_t double_t stdin stdout "
    "stderr FILE DOMAIN SING OVERFLOW UNDERFLOW PLOSS TLOSS MAXFLOAT assert signgam exception matherr";

/* Constants of the other headers that belong to no family below. */
static const char limits[] =
    "CHAR_BIT CHAR_MAX CHAR_MIN LLONG_MAX LLONG_MIN LONG_MAX LONG_MIN MB_LEN_MAX SCHAR_MAX SCHAR_MIN SHRT_MAX "
    "SHRT_MIN UCHAR_MAX ULLONG_MAX ULONG_MAX USHRT_MAX PTRDIFF_MAX PTRDIFF_MIN SIG_ATOMIC_MAX SIG_ATOMIC_MIN SIZE_MAX "
    "WCHAR_MAX WCHAR_MIN WINT_MAX WINT_MIN WEOF FILENAME_MAX FOPEN_MAX L_tmpnam TMP_MAX SEEK_SET SEEK_CUR SEEK_END "
    "EXIT_SUCCESS EXIT_FAILURE RAND_MAX MB_CUR_MAX CLOCKS_PER_SEC DECIMAL_DIG";

/* Of <errno.h> and <signal.h>: no families, because models have names such as ENERGY and SIGMA. */
static const char errors[] =
    "E2BIG EACCES EADDRINUSE EADDRNOTAVAIL EADV EAFNOSUPPORT EAGAIN EALREADY EBADE EBADF EBADFD EBADMSG EBADR EBADRQC "
    "EBADSLT EBFONT EBUSY ECANCELED ECHILD ECHRNG ECOMM ECONNABORTED ECONNREFUSED ECONNRESET EDEADLK EDEADLOCK "
    "EDESTADDRREQ EDOM EDOTDOT EDQUOT EEXIST EFAULT EFBIG EHOSTDOWN EHOSTUNREACH EHWPOISON EIDRM EILSEQ EINPROGRESS "
    "EINTR EINVAL EIO EISCONN EISDIR EISNAM EKEYEXPIRED EKEYREJECTED EKEYREVOKED EL2HLT EL2NSYNC EL3HLT EL3RST "
    "ELIBACC ELIBBAD ELIBEXEC ELIBMAX ELIBSCN ELNRNG ELOOP EMEDIUMTYPE EMFILE EMLINK EMSGSIZE EMULTIHOP ENAMETOOLONG "
    "ENAVAIL ENETDOWN ENETRESET ENETUNREACH ENFILE ENOANO ENOBUFS ENOCSI ENODATA ENODEV ENOENT ENOEXEC ENOKEY ENOLCK "
    "ENOLINK ENOMEDIUM ENOMEM ENOMSG ENONET ENOPKG ENOPROTOOPT ENOSPC ENOSR ENOSTR ENOSYS ENOTBLK ENOTCONN ENOTDIR "
    "ENOTEMPTY ENOTNAM ENOTRECOVERABLE ENOTSOCK ENOTSUP ENOTTY ENOTUNIQ ENXIO EOPNOTSUPP EOVERFLOW EOWNERDEAD EPERM "
    "EPFNOSUPPORT EPIPE EPROTO EPROTONOSUPPORT EPROTOTYPE ERANGE EREMCHG EREMOTE EREMOTEIO ERESTART ERFKILL EROFS "
    "ESHUTDOWN ESOCKTNOSUPPORT ESPIPE ESRCH ESRMNT ESTALE ESTRPIPE ETIME ETIMEDOUT ETOOMANYREFS ETXTBSY EUCLEAN "
    "EUNATCH EUSERS EWOULDBLOCK EXDEV EXFULL SIGABRT SIGALRM SIGBUS SIGCHLD SIGCLD SIGCONT SIGFPE SIGHUP SIGILL "
    "SIGINT SIGIO SIGIOT SIGKILL SIGPIPE SIGPOLL SIGPROF SIGPWR SIGQUIT SIGRTMAX SIGRTMIN SIGSEGV SIGSTKFLT SIGSTOP "
    "SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ SIG_DFL "
    "SIG_ERR SIG_IGN";

/* Functions of libm, the POSIX ones included; each may also end in f or l. */
static const char functions[] =
    "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1 fabs fdim floor fma "
    "fmax fmin fmod frexp hypot ilogb ldexp lgamma llrint llround log log10 log1p log2 logb lrint lround modf nan "
    "nearbyint nextafter nexttoward pow remainder remquo rint round scalbln scalbn sin sinh sqrt tan tanh tgamma "
    "trunc gamma drem exp10 pow10 significand sincos finite scalb cexp clog csin ccos ctan csinh ccosh ctanh cpow "
    "csqrt cabs carg conj cproj creal cimag casin cacos catan";

/* Functions of the rest of the library and of the runtime; each may also end in f. */
static const char plain_functions[] =
    "j0 j1 jn y0 y1 yn abs labs llabs div ldiv lldiv abort exit atexit atof atoi atol strtod strtof strtol malloc "
    "calloc realloc free qsort bsearch rand srand random getenv system puts putchar printf fprintf sprintf snprintf "
    "scanf getchar gets remove rename memcpy memmove memset memcmp strlen strcpy strcat strcmp strchr strstr index "
    "time clock signal raise read write open close link pipe select step sign sig relu softplus silu gelu digamma "
    "trigamma min max clamp scale_of finite_or_zero";

/* Further functions of the library, which a variable may be called like, but no other function. */
static const char library[] =
    "std alloca asctime atoll bcmp bcopy btowc bzero cacosh cacoshf cacoshl casinh casinhf casinhl catanh catanhf catanhl "
    "clearerr ctime difftime fclose feclearexcept fegetenv fegetexceptflag fegetround feholdexcept feof feraiseexcept "
    "ferror fesetenv fesetexceptflag fesetround fetestexcept feupdateenv fflush ffs ffsl ffsll fgetc fgetpos fgets "
    "fgetwc fgetws fopen fputc fputc_unlocked fputs fputwc fputws fread freopen fscanf fseek fsetpos ftell fwide "
    "fwprintf fwrite fwrite_unlocked fwscanf getc getwc getwchar gmtime imaxabs imaxdiv isalnum isalpha isascii "
    "isblank iscntrl isdigit isgraph isinff isinfl islower isnanf isnanl isprint ispunct isspace isupper iswalnum "
    "iswalpha iswblank iswcntrl iswctype iswdigit iswgraph iswlower iswprint iswpunct iswspace iswupper iswxdigit "
    "isxdigit j0l j1l jnl lgamma_r lgammaf_r lgammal_r localeconv localtime longjmp mblen mbrlen mbrtowc mbsinit "
    "mbsrtowcs mbstowcs mbtowc memccpy memchr mktime perror posix_memalign putc putc_unlocked putchar_unlocked putwc "
    "putwchar rewind rindex setbuf setjmp setlocale setvbuf sscanf stpcpy stpncpy strcasecmp strcoll strcspn strdup "
    "strerror strftime strncasecmp strncat strncmp strncpy strndup strnlen strpbrk strrchr strspn strtoimax strtok "
    "strtold strtoll strtoul strtoull strtoumax strxfrm swprintf swscanf tmpfile tmpnam toascii tolower toupper "
    "towctrans towlower towupper ungetc ungetwc vfprintf vfscanf vfwprintf vfwscanf vprintf vscanf vsnprintf vsprintf "
    "vsscanf vswprintf vswscanf vwprintf vwscanf wcrtomb wcscat wcschr wcscmp wcscoll wcscpy wcscspn wcsftime wcslen "
    "wcsncat wcsncmp wcsncpy wcspbrk wcsrchr wcsrtombs wcsspn wcsstr wcstod wcstof wcstoimax wcstok wcstol wcstold "
    "wcstoll wcstombs wcstoul wcstoull wcstoumax wcsxfrm wctob wctomb wctrans wctype wmemchr wmemcmp wmemcpy wmemmove "
    "wmemset wprintf wscanf y0l y1l ynl";

const CWords c_words[] = {
    { keywords, "" }, { macros, "" }, { limits, "" }, { errors, "" }, { functions, "" }, { functions, "f" }, { functions, "l" },
    { plain_functions, "" }, { plain_functions, "f" }, { NULL, NULL },
};

static bool begins(const char *word, const char *with)
{
    return strncmp(word, with, strlen(with)) == 0;
}

static bool ends(const char *word, const char *with)
{
    size_t size = strlen(word), last = strlen(with);

    return size >= last && strcmp(word + size - last, with) == 0;
}

/* INT32_MAX, UINT_FAST8_MAX, ... (C99 7.26.8) */
static bool is_limit(const char *word)
{
    return (begins(word, "INT") || begins(word, "UINT")) && (ends(word, "_MAX") || ends(word, "_MIN") || ends(word, "_C"));
}

/* PRId32, SCNxMAX, ... (C99 7.26.4) */
static bool is_format(const char *word)
{
    return (begins(word, "PRI") || begins(word, "SCN")) && ((word[3] >= 'a' && word[3] <= 'z') || word[3] == 'X');
}

bool c_word_is_of_a_family(const char *word)
{
    static const char *const beginnings[] = { "M_", "FP_", "FE_", "FLT_", "DBL_", "LDBL_", "LC_", "BPGEN_", "bpgen_" };

    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (begins(word, beginnings[i]))
            return true;
    return is_limit(word) || is_format(word);
}

bool c_word_is_implementations(const char *word)
{
    return word[0] == '_' && (word[1] == '_' || (word[1] >= 'A' && word[1] <= 'Z'));
}

bool c_word_is_of_the_library(const char *word)
{
    size_t size = strlen(word);

    for (const char *at = library; *at != '\0'; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");

        if (length == size && memcmp(at, word, size) == 0)
            return true;
        at += length;
    }
    return false;
}
