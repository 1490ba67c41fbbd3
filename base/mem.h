/* Scope cleanup: a handle declared with one of these marks is released when its scope ends, whatever the way out.
 * Ownership leaves a scope only through gate_steal() or gate_steal_fd(). */
#ifndef GATE_BASE_MEM_H
#define GATE_BASE_MEM_H

#include <stdlib.h>
#include <unistd.h>

static inline void gate_mem_freep(void *p)
{
	void **pp = p;

	free(*pp);
	*pp = NULL;
}

static inline void gate_mem_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static inline int gate_steal_fd(int *fd)
{
	int got = *fd;

	*fd = -1;
	return got;
}

static inline void *gate_mem_steal(void *p)
{
	void **pp = p;
	void *got = *pp;

	*pp = NULL;
	return got;
}

/* Gives the pointer and leaves NULL behind. */
#define gate_steal(pp) ((__typeof__(*(pp)))gate_mem_steal(pp))

#define gate_autofree __attribute__((cleanup(gate_mem_freep)))
#define gate_autoclose __attribute__((cleanup(gate_mem_closep)))
/* For a struct with a `_clear(struct x *)`: gate_auto(gate_buf) struct gate_buf b = {0}; */
#define gate_auto(name) __attribute__((cleanup(name##_clear)))

#define GATE_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
