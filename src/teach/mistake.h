/* mistake.h -- the classic mistakes of backpropagation that explain --break makes on purpose. */
#ifndef BPGEN_TEACH_MISTAKE_H
#define BPGEN_TEACH_MISTAKE_H

typedef enum {
    MISTAKE_NONE,
    MISTAKE_ASSIGN,    /* = for +=: the last branch of a fork overwrites the others */
    MISTAKE_TRANSPOSE, /* a matrix product passes its gradient on through W instead of its transpose */
    MISTAKE_SOFTMAX    /* outputs of a softmax are treated as independent of one another */
} Mistake;

#endif
