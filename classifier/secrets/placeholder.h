/* Whether a value that looks like a credential is none: a reference, a placeholder, a word, a pattern. General properties, no
 * list of projects. Used for types that have no proof of their own; docs/RULES.secrets.md, `generic`. */
#ifndef GATE_CLASSIFIER_SECRETS_PLACEHOLDER_H
#define GATE_CLASSIFIER_SECRETS_PLACEHOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A form with holes: one character again and again, a count, "EXAMPLE", "your-...". True for any type. */
bool gate_placeholder_plain(const char *s, size_t n);
/* A name in a program (a.b, a->b, a::b), a call, a look-up. For types without a prefix and a checksum. */
bool gate_placeholder_reference(const char *s, size_t n);
/* What is no secret given to a secret's name: words, names, paths, calls, references. */
bool gate_placeholder_generic(const char *s, size_t n);
/* Shannon entropy of the bytes, in thousandths of a bit each. */
uint32_t gate_entropy_milli(const char *s, size_t n);

#endif
