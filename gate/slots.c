#include "gate/slots.h"

#include "base/io.h"
#include "base/when.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>

/* Each judges in two processes, so as many as there are processors keep all of them busy; fewer than four would let one slow push stand
 * in everybody's way. */
static long slots(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 4 ? 4 : n;
}

static int try_slot(const struct gate_server *s, long i, struct gate_err *err)
{
	gate_autofree char *path = gate_fmt("%s/slots/%ld", s->repo.gate, i);
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

int gate_slot_take(const struct gate_server *s, int ms, struct gate_err *err)
{
	int64_t until = gate_monotonic_ms() + ms;
	long n = slots();

	for (;;) {
		for (long i = 0; i < n; i++) {
			int fd = try_slot(s, i, err);

			if (fd >= 0 || err->code != GATE_OK)
				return err->code == GATE_OK ? fd : -(int)err->code;
		}
		if (gate_monotonic_ms() >= until)
			return gate_err_set(err, GATE_E_TIMEOUT, "too many pushes are judged at once; push again in a moment");
		poll(NULL, 0, 2);
	}
}
