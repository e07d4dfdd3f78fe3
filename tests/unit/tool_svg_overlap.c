/* tool_svg_overlap.c -- reads a drawing of `bpgen graph` (SVG, standard input) and tells what overlaps: texts, wires, boxes.
 * For tests/teach/graph.sh. Understands what bpgen writes: one element a line. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 20000, MOST_PIECES = 400000, LONGEST = 100000, PIECES = 12 };

typedef struct {
    double left, top, right, bottom;
    int group;
} Frame;

typedef struct {
    char id[40], from[40], to[40];
} Group;

static Group groups[MOST];
static Frame texts[MOST], shapes[MOST], pieces[MOST_PIECES];
static size_t group_count = 1, text_count, shape_count, piece_count, faults;

static int overlap(const Frame *a, const Frame *b)
{
    return a->left < b->right - 0.02 && b->left < a->right - 0.02 && a->top < b->bottom - 0.02 && b->top < a->bottom - 0.02;
}

static double number(const char *line, const char *attribute)
{
    const char *at = strstr(line, attribute);

    return at == NULL ? 0 : strtod(at + strlen(attribute), NULL);
}

static void copy(const char *line, const char *attribute, char *out, size_t size)
{
    const char *at = strstr(line, attribute);
    size_t length = at == NULL ? 0 : strcspn(at += strlen(attribute), "\"");

    if (length >= size)
        length = size - 1;
    memcpy(out, at == NULL ? "" : at, length);
    out[length] = '\0';
}

/* Characters of the text in a line, wide ones twice. */
static double columns(const char *line)
{
    const char *at = strchr(line, '>');
    double count = 0;

    for (at = at == NULL ? "" : at + 1; *at != '\0' && *at != '<'; at++) {
        if (*at == '&')
            at += strcspn(at, ";");
        count += ((unsigned char)*at & 0xC0) == 0x80 ? 0 : (unsigned char)*at >= 0xE3 && (unsigned char)*at < 0xF0 ? 1.7 : 1;
    }
    return count;
}

static void add_text(const char *line)
{
    double size = number(line, "font-size=\""), x = number(line, " x=\""), y = number(line, " y=\"");
    double wide = 0.58 * size * columns(line);
    double left = strstr(line, "\"middle\"") != NULL ? x - wide / 2 : strstr(line, "\"end\"") != NULL ? x - wide : x;

    if (text_count < MOST)
        texts[text_count++] = (Frame){ left, y - 0.74 * size, left + wide, y + 0.2 * size, (int)group_count - 1 };
}

static void add_shape(Frame frame)
{
    frame.group = (int)group_count - 1;
    if (shape_count < MOST)
        shapes[shape_count++] = frame;
}

static void add_piece(double ax, double ay, double bx, double by)
{
    if (piece_count < MOST_PIECES)
        pieces[piece_count++] =
            (Frame){ fmin(ax, bx), fmin(ay, by) - 0.7, fmax(ax, bx), fmax(ay, by) + 0.7, (int)group_count - 1 };
}

static void add_curve(double x, double y, const double *c)
{
    double px = x, py = y;

    for (int k = 1; k <= PIECES; k++) {
        double t = (double)k / PIECES, u = 1 - t;
        double nx = u * u * u * x + 3 * u * u * t * c[0] + 3 * u * t * t * c[2] + t * t * t * c[4];
        double ny = u * u * u * y + 3 * u * u * t * c[1] + 3 * u * t * t * c[3] + t * t * t * c[5];

        add_piece(px, py, nx, ny);
        px = nx;
        py = ny;
    }
}

/* Wires are pieces, other paths shapes. */
static void add_path(const char *line)
{
    const char *at = strstr(line, " d=\"");
    int wire = groups[group_count - 1].from[0] != '\0';
    Frame frame = { 1e9, 1e9, -1e9, -1e9, 0 };
    double x = 0, y = 0, c[6];

    for (at = at == NULL ? "" : at + 4; *at != '\0' && *at != '"';) {
        char command = *at++;
        char *end = (char *)at;

        for (int k = 0; k < (command == 'C' ? 6 : command == 'Z' ? 0 : 2); k++)
            c[k] = strtod(end, &end);
        at = end;
        if (command == 'C' && wire)
            add_curve(x, y, c);
        if (command == 'L' && wire)
            add_piece(x, y, c[0], c[1]);
        if (command != 'Z') {
            x = c[command == 'C' ? 4 : 0];
            y = c[command == 'C' ? 5 : 1];
        }
        frame = (Frame){ fmin(frame.left, x), fmin(frame.top, y), fmax(frame.right, x), fmax(frame.bottom, y), 0 };
    }
    if (!wire)
        add_shape(frame);
}

static void begin_group(const char *line)
{
    if (group_count == MOST)
        return;
    copy(line, "id=\"", groups[group_count].id, sizeof groups->id);
    copy(line, "data-from=\"", groups[group_count].from, sizeof groups->from);
    copy(line, "data-to=\"", groups[group_count].to, sizeof groups->to);
    group_count++;
}

static void read_line(const char *line)
{
    double x = number(line, " x=\""), y = number(line, " y=\""), r = number(line, " r=\"");

    if (strncmp(line, "<g id=", 6) == 0)
        begin_group(line);
    else if (strncmp(line, "<text", 5) == 0)
        add_text(line);
    else if (strncmp(line, "<path", 5) == 0)
        add_path(line);
    else if (strncmp(line, "<rect", 5) == 0 && strstr(line, "page") == NULL)
        add_shape((Frame){ x, y, x + number(line, " width=\""), y + number(line, " height=\""), 0 });
    else if (strncmp(line, "<circle", 7) == 0) {
        x = number(line, "cx=\"");
        y = number(line, "cy=\"");
        add_shape((Frame){ x - r, y - r, x + r, y + r, 0 });
    }
}

static void fault(const char *what, const Frame *a, const Frame *b)
{
    if (faults++ < 5)
        printf("%s: %s at %.0f,%.0f and %s at %.0f,%.0f\n", what, groups[a->group].id, a->left, a->top, groups[b->group].id,
               b->left, b->top);
}

/* A wire may touch the boxes at its ends. */
static int is_end(const Frame *wire, const Frame *shape)
{
    const char *id = groups[shape->group].id;

    return strcmp(groups[wire->group].from, id) == 0 || strcmp(groups[wire->group].to, id) == 0;
}

static void check(void)
{
    for (size_t i = 0; i < text_count; i++) {
        for (size_t k = i + 1; k < text_count; k++)
            if (overlap(&texts[i], &texts[k]))
                fault("two texts", &texts[i], &texts[k]);
        for (size_t k = 0; k < piece_count; k++)
            if (overlap(&texts[i], &pieces[k]))
                fault("text and wire", &texts[i], &pieces[k]);
        for (size_t k = 0; k < shape_count; k++)
            if (texts[i].group != shapes[k].group && overlap(&texts[i], &shapes[k]))
                fault("text and box", &texts[i], &shapes[k]);
    }
    for (size_t i = 0; i < shape_count; i++) {
        for (size_t k = i + 1; k < shape_count; k++)
            if (overlap(&shapes[i], &shapes[k]))
                fault("two boxes", &shapes[i], &shapes[k]);
        for (size_t k = 0; k < piece_count; k++)
            if (!is_end(&pieces[k], &shapes[i]) && overlap(&pieces[k], &shapes[i]))
                fault("wire and box", &pieces[k], &shapes[i]);
    }
}

int main(void)
{
    static char line[LONGEST];

    while (fgets(line, sizeof line, stdin) != NULL)
        read_line(line);
    check();
    printf("%zu texts, %zu boxes, %zu pieces of wires: %zu overlap\n", text_count, shape_count, piece_count, faults);
    return faults > 0 || text_count == 0;
}
