#ifndef RINGLOG_H
#define RINGLOG_H

#include <stddef.h>
#include <stdint.h>

/* A log in a fixed buffer; the oldest record falls out. */
struct ringlog {
	uint8_t *bytes;
	size_t size;
	size_t head;
	size_t used;
};

int ringlog_init(struct ringlog *log, void *bytes, size_t size);
int ringlog_put(struct ringlog *log, const void *record, size_t len);
size_t ringlog_get(struct ringlog *log, void *record, size_t cap);
uint32_t ringlog_crc(const void *bytes, size_t len);

#endif
