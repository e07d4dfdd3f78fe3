/* table.c -- tables as text, CSV, JSON and LaTeX; escaping; UTF-8 that is none. */
#include "base/utf8.h"
#include "show/escape.h"
#include "show/table.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    Arena *arena;
    unsigned passed, failed;
} Test;

static void expect(Test *t, const char *what, const char *got, const char *wanted)
{
    if (strcmp(got, wanted) == 0) {
        t->passed++;
        return;
    }
    t->failed++;
    printf("FAIL %s:\n%s\ninstead of\n%s\n", what, got, wanted);
}

typedef void Escape(Text *out, const char *text);

static void escaped(Test *t, Escape *escape, const char *text, const char *wanted)
{
    Text out;

    text_init(&out, t->arena);
    escape(&out, text);
    expect(t, text, text_string(&out), wanted);
}

static void test_escapes(Test *t)
{
    escaped(t, escape_csv, "plain", "plain");
    escaped(t, escape_csv, "a,b", "\"a,b\"");
    escaped(t, escape_csv, "say \"x\"", "\"say \"\"x\"\"\"");
    escaped(t, escape_csv, "two\nlines", "\"two\nlines\"");
    escaped(t, escape_csv, " x", "\" x\"");
    escaped(t, escape_csv, "", "");
    escaped(t, escape_json, "a\"b\\c\nd\te", "\"a\\\"b\\\\c\\nd\\u0009e\"");
    escaped(t, escape_json, "\xe5\x80\xbc \xf0\x9f\x98\x80", "\"\xe5\x80\xbc \xf0\x9f\x98\x80\"");
    escaped(t, escape_json, "\xff\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    escaped(t, escape_tex, "a_b & 50% of #1 {x}~^\\$", "a\\_b \\& 50\\% of \\#1 \\{x\\}\\textasciitilde{}\\textasciicircum{}\\textbackslash{}\\$");
    escaped(t, escape_tex, "--x <y>\n\xc3\xa9", "-{}-{}x $<$y$>$ \xc3\xa9");
}

/* Every character comes back, and nothing else does. */
static void test_utf8(Test *t)
{
    static const char *const bad[] = { "\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe5\x80" };
    unsigned wrong = 0;

    for (uint32_t c = 1; c < 0x110000; c += c < 0x3000 ? 1 : 61) {
        Text text;
        const char *at;

        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        text_init(&text, t->arena);
        utf8_add(&text, c);
        at = text_string(&text);
        wrong += utf8_next(&at) != c || *at != '\0';
    }
    expect(t, "characters", wrong == 0 ? "same" : "other", "same");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *at = bad[i];

        expect(t, "not UTF-8", utf8_next(&at) == UTF8_REPLACEMENT && at == bad[i] + 1 ? "U+FFFD" : "accepted", "U+FFFD");
    }
}

static void test_numbers(Test *t)
{
    static const char *const good[] = { "0", "-1", "12.50", "1e-20", "-3.5E+7", "46707769343" },
                      *const bad[] = { "", "-", "01", "1.", ".5", "1e", "nan", "inf", "0x1", "1 " };

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        expect(t, good[i], escape_is_number(good[i]) ? "number" : "text", "number");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect(t, bad[i], escape_is_number(bad[i]) ? "number" : "text", "text");
}

static void fill(Table *table, Arena *arena)
{
    table_init(table, arena, "Sizes & more");
    table_column(table, (TableColumn){ .key = "name", .title = "\xe5\x90\x8d" });
    table_column(table, (TableColumn){ .key = "size", .title = "\xe5\x87\xbd\xe6\x95\xb0\xe7\x9a\x84\n\xe5\xa4\xa7\xe5\xb0\x8f", .number = true });
    table_column(table, (TableColumn){ .key = "hidden", .title = "a long title", .only_data = true });
    table_column(table, (TableColumn){ .key = "time", .title = "ms", .number = true, .only_text = true });
    table_column(table, (TableColumn){ .key = "bar", .title = "" });
    table_cell(table, "%s", "a,\"b\"");
    table_cell_exact(table, "-5", "-5.25");
    table_cell(table, "h");
    table_cell(table, "0.1");
    table_cell(table, "##");
    table_rule(table);
    table_cell(table, "%s", "\xe9\x93\xbe\xe5\xbc\x8f");
    table_cell(table, "-");
    table_cell(table, "%s", "");
    table_cell(table, "12");
    table_cell(table, "%s", "");
    table_note(table, "One note.");
}

static void test_table(Test *t)
{
    Table table;
    Text out;

    fill(&table, t->arena);
    text_init(&out, t->arena);
    table_text(&table, &out);
    expect(t, "text", text_string(&out), "Sizes & more\n\n"
           "       \xe5\x87\xbd\xe6\x95\xb0\xe7\x9a\x84\n"
           "\xe5\x90\x8d       \xe5\xa4\xa7\xe5\xb0\x8f   ms\n"
           "----------------------\n"
           "a,\"b\"      -5  0.1  ##\n"
           "----------------------\n"
           "\xe9\x93\xbe\xe5\xbc\x8f        -   12\n"
           "\nOne note.\n");
    text_init(&out, t->arena);
    table_csv(&table, &out);
    expect(t, "csv", text_string(&out), "name,size,hidden,bar\n\"a,\"\"b\"\"\",-5.25,h,##\n\xe9\x93\xbe\xe5\xbc\x8f,,,\n");
    text_init(&out, t->arena);
    table_json(&table, &out);
    expect(t, "json", text_string(&out), "{\n"
           "    \"title\": \"Sizes & more\",\n"
           "    \"columns\": [{\"key\": \"name\", \"title\": \"\xe5\x90\x8d\"}, {\"key\": \"size\", \"title\": \"\xe5\x87\xbd\xe6\x95\xb0\xe7\x9a\x84 \xe5\xa4\xa7\xe5\xb0\x8f\"}, "
           "{\"key\": \"hidden\", \"title\": \"a long title\"}, {\"key\": \"bar\", \"title\": \"\"}],\n"
           "    \"rows\": [\n"
           "        {\"name\": \"a,\\\"b\\\"\", \"size\": -5.25, \"hidden\": \"h\", \"bar\": \"##\"},\n"
           "        {\"name\": \"\xe9\x93\xbe\xe5\xbc\x8f\", \"size\": null, \"hidden\": \"\", \"bar\": \"\"}\n"
           "    ],\n"
           "    \"notes\": [\"One note.\"]\n"
           "}");
    text_init(&out, t->arena);
    table_tex(&table, &out);
    expect(t, "tex", text_string(&out), "\\noindent Sizes \\& more\n\n\\medskip\n"
           "\\noindent\\begin{tabular}{lrl}\n\\hline\n"
           "\xe5\x90\x8d & \\shortstack[r]{\\strut \xe5\x87\xbd\xe6\x95\xb0\xe7\x9a\x84\\\\\xe5\xa4\xa7\xe5\xb0\x8f} &  \\\\\n\\hline\\noalign{\\smallskip}\n"
           "a,\\char34{}b\\char34{} & $-5$ & \\#\\# \\\\\n\\hline\\noalign{\\smallskip}\n"
           "\xe9\x93\xbe\xe5\xbc\x8f & -{} &  \\\\\n\\hline\n\\end{tabular}\n"
           "\n\\medskip\nOne note.\n");
}

static void test_paragraphs(Test *t)
{
    Text out;

    text_init(&out, t->arena);
    table_paragraph(&out, "a word and another  one", 10);
    expect(t, "words", text_string(&out), "a word and\nanother\none\n");
    text_init(&out, t->arena);
    table_paragraph(&out, "\xe6\xa0\x91\xe4\xbc\x9a\xe8\x86\xa8\xe8\x83\x80\xef\xbc\x8c\xe5\x9b\xbe\xe4\xb8\x8d\xe4\xbc\x9a", 8);
    expect(t, "Chinese", text_string(&out), "\xe6\xa0\x91\xe4\xbc\x9a\xe8\x86\xa8\n\xe8\x83\x80\xef\xbc\x8c\xe5\x9b\xbe\xe4\xb8\x8d\n\xe4\xbc\x9a\n");
    text_init(&out, t->arena);
    table_paragraph(&out, "\xe6\xa0\x91\xe4\xbc\x9a\xef\xbc\x88Laue\xef\xbc\x89\xe8\x83\x80", 7);
    expect(t, "brackets", text_string(&out), "\xe6\xa0\x91\xe4\xbc\x9a\n\xef\xbc\x88Laue\xef\xbc\x89\n\xe8\x83\x80\n");
    text_init(&out, t->arena);
    table_paragraph(&out, "averylongword x", 4);
    expect(t, "long word", text_string(&out), "averylongword\nx\n");
}

int main(void)
{
    Heap heap = { 0 };
    Test t = { .arena = NULL };

    if (setjmp(heap.on_failure) != 0)
        return 1;
    t.arena = heap_arena(&heap);
    test_escapes(&t);
    test_utf8(&t);
    test_numbers(&t);
    test_table(&t);
    test_paragraphs(&t);
    heap_free(&heap);
    printf("table: %u passed, %u failed\n", t.passed, t.failed);
    return t.failed != 0;
}
