#include "ringlog.h"
#include <string.h>

int ringlog_init(struct ringlog *log, void *bytes, size_t size)
{
	if (!bytes || size < 8)
		return -1;
	memset(log, 0, sizeof(*log));
	log->bytes = bytes;
	log->size = size;
	return 0;
}

static uint8_t at(const struct ringlog *log, size_t i)
{
	return log->bytes[(log->head + i) % log->size];
}

int ringlog_put(struct ringlog *log, const void *record, size_t len)
{
	const uint8_t *from = record;

	if (len == 0 || len > 255 || len + 1 > log->size)
		return -1;
	while (log->size - log->used < len + 1) {
		size_t old = at(log, 0) + 1;
		log->head = (log->head + old) % log->size;
		log->used -= old;
	}
	log->bytes[(log->head + log->used++) % log->size] = (uint8_t)len;
	while (len--)
		log->bytes[(log->head + log->used++) % log->size] = *from++;
	return 0;
}

size_t ringlog_get(struct ringlog *log, void *record, size_t cap)
{
	size_t len, i;

	if (!log->used)
		return 0;
	len = at(log, 0);
	if (len > cap)
		return 0;
	for (i = 0; i < len; i++)
		((uint8_t *)record)[i] = at(log, i + 1);
	log->head = (log->head + len + 1) % log->size;
	log->used -= len + 1;
	return len;
}
