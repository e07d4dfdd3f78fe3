/* message.c -- the table of messages, and how wide their characters are. */
#include "show/message.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/utf8.h"

static const char *const texts[MESSAGE_COUNT][LANGUAGE_COUNT] = {
#define MESSAGE(ID, english, chinese) { english, chinese },
#include "show/messages.def"
};

const char *message(Language language, MessageId id)
{
    return texts[id][language];
}

/* Wide are the blocks that these tables use: CJK symbols, ideographs, full-width forms (Unicode, East Asian Width W and F). */
static size_t width_of(uint32_t c)
{
    bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
                (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x20000 && c <= 0x3FFFD);
    bool combining = c >= 0x300 && c <= 0x36F;

    return combining ? 0 : wide ? 2 : 1;
}

size_t message_width(const char *text)
{
    size_t width = 0;

    for (uint32_t c; (c = utf8_next(&text)) != 0;)
        width += width_of(c);
    return width;
}
