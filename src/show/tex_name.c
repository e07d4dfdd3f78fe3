/* tex_name.c -- names of models in LaTeX. */
#include <string.h>

#include "show/tex_expr.h"

static const char greek[] = " alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon "
                            "phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ";

static bool is_greek(const char *word, size_t size)
{
    for (const char *at = greek; (at = strchr(at, ' ')) != NULL && at[1] != '\0';) {
        at++;
        if (strncmp(at, word, size) == 0 && at[size] == ' ')
            return true;
    }
    return false;
}

/* More than `most` letters are a word. */
static void add_word(const char *word, size_t size, size_t most, const char *font, Text *out)
{
    if (size > 1 && is_greek(word, size)) {
        text_add(out, "\\");
        text_bytes(out, word, size);
    } else if (size > most && strspn(word, "0123456789") < size) {
        text_printf(out, "\\%s{", font);
        text_bytes(out, word, size);
        text_add(out, "}");
    } else {
        text_bytes(out, word, size);
    }
}

/* The words between underscores, with commas. */
static void add_subscript(const char *rest, size_t length, Text *out)
{
    const char *end = rest + length;
    bool first = true;

    text_add(out, "_{");
    while (rest < end) {
        size_t size = strcspn(rest, "_");

        if (size > 0) {
            text_add(out, first ? "" : ",");
            add_word(rest, size, 2, "mathrm", out);
            first = false;
        }
        rest += size + (rest[size] == '_');
    }
    text_add(out, "}");
}

void tex_name(const char *name, Text *out)
{
    size_t head = strcspn(name, "_0123456789");
    const char *end = name + strlen(name);

    if (head == 0) { /* begins with an underscore */
        text_add(out, "\\mathit{");
        for (const char *at = name; *at != '\0'; at++)
            text_printf(out, *at == '_' ? "\\%c" : "%c", *at);
        text_add(out, "}");
        return;
    }
    add_word(name, head, 1, "mathit", out);
    while (end > name + head && end[-1] == '_')
        end--;
    if (end > name + head)
        add_subscript(name + head, (size_t)(end - name) - head, out);
    for (; *end != '\0'; end++)
        text_add(out, "'");
}
