/* The four hooks of git with nothing in them, as a small static program: what a push with hooks costs at the least. Named by the
 * file it is started as; proc-receive lets every ref fall through to git, as refgate does for what it accepts. */
#include <errno.h>
#include <unistd.h>

static size_t read_exactly(char *to, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = read(0, to + done, n - done);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			break;
		done += (size_t)r;
	}
	return done;
}

/* The payload of one pkt-line, ended by NUL; 0 for a flush, -1 at the end. */
static int read_packet(char payload[65536])
{
	char head[5] = { 0 };
	unsigned long len;

	if (read_exactly(head, 4) != 4)
		return -1;
	len = strtoul(head, NULL, 16);
	if (len < 4)
		return 0;
	if (read_exactly(payload, len - 4) != len - 4)
		return -1;
	payload[len - 4] = '\0';
	return (int)len - 4;
}

static void put_packet(const char *text)
{
	printf("%04zx%s", strlen(text) + 4, text);
}

static int proc_receive(void)
{
	static char payload[65536], line[65536];
	int n;

	while (read_packet(payload) > 0)
		;
	put_packet("version=1");
	fputs("0000", stdout);
	fflush(stdout);
	while ((n = read_packet(payload)) > 0) {
		if (n < 83)
			return 1;
		payload[strcspn(payload, "\n")] = '\0';
		snprintf(line, sizeof(line), "ok %.4000s", payload + 82);
		put_packet(line);
		put_packet("option fall-through");
	}
	fputs("0000", stdout);
	return fflush(stdout) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	char rest[4096];

	(void)argc;
	name = name ? name + 1 : argv[0];
	if (strcmp(name, "proc-receive") == 0)
		return proc_receive();
	/* pre-receive and post-receive get lines, which are read as any hook reads them */
	while (strcmp(name, "update") != 0 && read(0, rest, sizeof(rest)) > 0)
		;
	return 0;
}
