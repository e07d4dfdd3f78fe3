/* message.h -- the words of the teaching outputs, in English and Chinese. */
#ifndef BPGEN_SHOW_MESSAGE_H
#define BPGEN_SHOW_MESSAGE_H

#include <stddef.h>

typedef enum { LANGUAGE_EN, LANGUAGE_ZH, LANGUAGE_COUNT } Language;

typedef enum {
#define MESSAGE(ID, english, chinese) MESSAGE_##ID,
#include "show/messages.def"
    MESSAGE_COUNT
} MessageId;

/* The text, or the format for text_printf. */
const char *message(Language language, MessageId id);

/* How many columns of a terminal UTF-8 text takes: Chinese characters take two. */
size_t message_width(const char *text);

#endif
