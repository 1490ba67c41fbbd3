/* The index of vulnerabilities is the gate's own file: it is mapped before the worker confines itself, because below the repository's folder of
 * the gate nothing can be opened afterwards. Its pages are read only when a lockfile changed. */
#include "worker/work.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int map(int fd, const char *path, struct gate_osv *out, struct gate_err *err)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) < 0)
		return gate_err_errno(err, "%s", path);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return gate_err_errno(err, "%s", path);
	return gate_osv_open(p, (size_t)st.st_size, out, err);
}

int gate_work_map_osv(const struct gate_ask *ask, struct gate_osv *out, struct gate_err *err)
{
	int fd, rc;

	*out = (struct gate_osv){ 0 };
	if (!ask->osv[0])
		return 0;
	fd = open(ask->osv, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return gate_err_errno(err, "%s", ask->osv);
	rc = map(fd, ask->osv, out, err);
	close(fd);
	return rc;
}
