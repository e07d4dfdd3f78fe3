/* runtime_text.h -- the functions of runtime/bpgen_runtime.h as text, to be printed into emitted files.
 *
 * A line "@helper NAME: OTHERS" (as a C comment of its own) begins a function and names the helpers that it calls, all of
 * which stand before it; a line "@end" ends the last one. The float version has the names with f behind them.
 */
#ifndef BPGEN_RUNTIME_TEXT_H
#define BPGEN_RUNTIME_TEXT_H

extern const char runtime_text[];
extern const char runtime_text_float[];

#endif
