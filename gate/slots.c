#include "gate/slots.h"

#include "base/crypto.h"
#include "base/io.h"
#include "base/when.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define ACTOR_KINDS 64

/* Each judges in two processes, so as many as there are processors keep all of them busy; fewer than four would let one slow push stand
 * in everybody's way. */
static long slots(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 4 ? 4 : n;
}

static int try_slot(const struct gate_server *s, const char *name, struct gate_err *err)
{
	gate_autofree char *path = gate_fmt("%s/slots/%s", s->repo.gate, name);
	gate_autoclose int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;

	if (fd < 0 && errno == ENOENT) {
		gate_autofree char *dir = gate_server_path(s, "slots");

		if (dir && (mkdir(dir, 0700) == 0 || errno == EEXIST))
			fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	}
	if (fd < 0)
		return gate_err_errno(err, "refgate/slots");
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -1 : gate_err_errno(err, "refgate/slots");
	return gate_steal_fd(&fd);
}

/* One of n slots whose names begin like this. */
static int wait_for(const struct gate_server *s, const char *kind, long n, int64_t until, int *out, struct gate_err *err)
{
	for (;;) {
		for (long i = 0; i < n; i++) {
			char name[64];

			snprintf(name, sizeof(name), "%s%ld", kind, i);
			*out = try_slot(s, name, err);
			if (*out >= 0 || err->code != GATE_OK)
				return err->code == GATE_OK ? 0 : -(int)err->code;
		}
		if (gate_monotonic_ms() >= until)
			return gate_err_set(err, GATE_E_TIMEOUT, "too many pushes are judged at once; push again in a moment");
		poll(NULL, 0, 2);
	}
}

void gate_slot_clear(struct gate_slot *slot)
{
	gate_mem_closep(&slot->own);
	gate_mem_closep(&slot->any);
}

int gate_slot_take(const struct gate_server *s, const char *actor, int ms, struct gate_slot *out, struct gate_err *err)
{
	int64_t until = gate_monotonic_ms() + ms;
	char hex[GATE_SHA256_HEX], kind[16];
	long n = slots();

	/* The own one first: who waits for it holds nothing that others wait for. */
	gate_sha256_hex(actor, strlen(actor), hex);
	snprintf(kind, sizeof(kind), "of-%02lx-", strtoul((char[]){ hex[0], hex[1], '\0' }, NULL, 16) % ACTOR_KINDS);
	if (wait_for(s, kind, n / 2, until, &out->own, err) < 0 || wait_for(s, "", n, until, &out->any, err) < 0)
		return -(int)err->code;
	return 0;
}
