/* message.c -- every message is there in both languages, with the same conversions in the same order. */
#include "show/message.h"

#include <stdio.h>
#include <string.h>

/* The conversions of a format, one behind the other: "%zu%s". */
static void conversions(const char *format, char *out)
{
    for (const char *at = format; (at = strchr(at, '%')) != NULL;) {
        size_t size;

        if (at[1] == '%') {
            at += 2;
            continue;
        }
        size = 1 + strcspn(at + 1, "diouxXeEfFgGaAcspn") + 1;
        memcpy(out, at, size);
        out += size;
        at += size;
    }
    *out = '\0';
}

int main(void)
{
    for (unsigned id = 0; id < MESSAGE_COUNT; id++) {
        char english[1000], chinese[1000];

        conversions(message(LANGUAGE_EN, (MessageId)id), english);
        conversions(message(LANGUAGE_ZH, (MessageId)id), chinese);
        if (strcmp(english, chinese) == 0 && *message(LANGUAGE_ZH, (MessageId)id) != '\0')
            printf("PASS message %u\n", id);
        else
            printf("FAIL message %u: '%s' has '%s'\n", id, message(LANGUAGE_EN, (MessageId)id), chinese);
    }
    printf("%s width\n", message_width("值 x") == 4 && message_width("d\xc3\xa9") == 2 ? "PASS" : "FAIL");
    return 0;
}
