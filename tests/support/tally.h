/* tally.h -- counts the cases of a test program and says which of them are wrong, in the form that tests/run.sh reads. */
#ifndef BPGEN_TESTS_TALLY_H
#define BPGEN_TESTS_TALLY_H

#include <stdbool.h>

typedef struct {
    unsigned passed, failed;
} Tally;

/* A case; what it is about is printed if it is wrong: "failed: ...". */
void expect(Tally *tally, bool right, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Prints "name: N passed, M failed"; the exit status of the program. */
int tally_close(const Tally *tally, const char *name);

#endif
