/* The orders behind version.h, one function each, and what they share. Texts are printable ASCII, at most 512 bytes. */
#ifndef GATE_CLASSIFIER_DEPS_VERSION_ORDERS_H
#define GATE_CLASSIFIER_DEPS_VERSION_ORDERS_H

#include <stdbool.h>
#include <stddef.h>

/* As gate_version_compare. */
typedef int gate_version_order(const char *a, const char *b, int *cmp);
gate_version_order gate_order_semver, gate_order_pub, gate_order_nuget; /* version_semver.c */
gate_version_order gate_order_pep440;					/* version_pep440.c */
gate_version_order gate_order_maven;					/* version_maven.c */
gate_version_order gate_order_gem, gate_order_composer, gate_order_numbers; /* version_scripts.c */
gate_version_order gate_order_debian, gate_order_alpine, gate_order_rpm;	/* version_distro.c */

/* A part of a version. */
struct gate_span_text {
	const char *s;
	size_t len;
};

static inline bool gate_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool gate_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool gate_span_digits(struct gate_span_text t); /* one digit and more, nothing else */
/* Strings of digits by value; an empty one is 0. */
int gate_compare_digits(struct gate_span_text a, struct gate_span_text b);
/* Bytes, with letter case or without; the shorter one first. */
int gate_compare_texts(struct gate_span_text a, struct gate_span_text b, bool fold);
/* Takes the leading digits off *s. */
struct gate_span_text gate_take_digits(const char **s);

#endif
