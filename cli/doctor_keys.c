/* The keys that log in as the account that owns the repository: each must be tied to `refgate serve` (HOLES 26). sshd(8), AUTHORIZED_KEYS FILE
 * FORMAT; what cannot be read that way is told, because sshd might read it. */
#include "base/io.h"
#include "cli/doctor.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define FILE_MAX_BYTES ((size_t)16 << 20)

/* One line taken apart. */
struct entry {
	struct gate_buf command;
	size_t commands; /* how many command="" */
	bool restricted;
	unsigned no; /* bits of the no-... options below */
	struct gate_strs again; /* what restrict forbids and the line allows again, or worse */
	char comment[128];
	bool malformed;
};

static void entry_clear(struct entry *e)
{
	gate_buf_clear(&e->command);
	gate_strs_clear(&e->again);
}

static const char *const forbids[] = { "no-port-forwarding", "no-agent-forwarding", "no-x11-forwarding", "no-pty", "no-user-rc" };
static const char *const allows[] = { "port-forwarding", "agent-forwarding", "x11-forwarding", "pty", "user-rc", "environment" };

static void note_option(struct entry *e, const char *name, size_t len, const char *value, size_t value_len)
{
	struct gate_err ignored = { 0 };

	if (len == 8 && strncasecmp(name, "restrict", len) == 0)
		e->restricted = true;
	if (len == 7 && strncasecmp(name, "command", len) == 0 && e->commands++ == 0) {
		for (size_t i = 0; i < value_len; i++) {
			if (value[i] == '\\' && i + 1 < value_len && value[i + 1] == '"')
				i++;
			gate_buf_char(&e->command, value[i]);
		}
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(forbids); i++) {
		if (strlen(forbids[i]) == len && strncasecmp(name, forbids[i], len) == 0)
			e->no |= 1u << i;
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(allows); i++) {
		if (strlen(allows[i]) == len && strncasecmp(name, allows[i], len) == 0)
			gate_strs_add_new(&e->again, allows[i], &ignored);
	}
}

static bool is_type(const char *s)
{
	static const char *const types[] = { "ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(types); i++) {
		if (gate_starts_with(s, types[i]))
			return true;
	}
	return false;
}

/* Options up to a blank outside of quotes; gives where the key type begins. */
static const char *read_options(struct entry *e, const char *p)
{
	while (*p && *p != ' ' && *p != '\t' && !e->malformed) {
		const char *name = p, *value = "";
		size_t len = strcspn(p, "=, \t\""), value_len = 0;

		p += len;
		if (p[0] == '=' && p[1] == '"') {
			value = p += 2;
			while (*p && *p != '"')
				p += p[0] == '\\' && p[1] ? 2 : 1;
			value_len = (size_t)(p - value);
			e->malformed |= *p != '"';
			p += *p == '"';
		}
		note_option(e, name, len, value, value_len);
		e->malformed |= *p && !strchr(", \t", *p);
		p += *p == ',';
	}
	return p + strspn(p, " \t");
}

static void read_entry(struct entry *e, const char *line)
{
	const char *p = is_type(line) ? line : read_options(e, line);
	size_t n;

	e->malformed |= !is_type(p);
	for (int word = 0; word < 2; word++) {
		p += strcspn(p, " \t");
		p += strspn(p, " \t");
	}
	n = strcspn(p, "\r\n");
	snprintf(e->comment, sizeof(e->comment), "%.*s", (int)n, n ? p : "no comment");
}

/* Nothing that a shell would do more than start it: sshd hands the command to the account's shell. */
static bool is_serve(const struct gate_doctor *d, const char *command)
{
	const char *exe = gate_config_get(&d->server.config, "refgate.exe", "");
	size_t n = strcspn(command, " ");
	const char *base = memrchr(command, '/', n);
	size_t base_len = base ? (size_t)(command + n - base - 1) : n;
	bool ours = (n == strlen(exe) && memcmp(command, exe, n) == 0) || (base_len == 7 && memcmp(base ? base + 1 : command, "refgate", 7) == 0);

	return ours && gate_starts_with(command + n, " serve ") && strstr(command, " --as ") && strstr(command, " --root ") &&
	       !strpbrk(command, ";&|`$<>()\n\\*?[#~");
}

struct verdict {
	enum gate_grade grade;
	const char *found, *mend;
};

static struct verdict judge(const struct gate_doctor *d, const struct entry *e)
{
	static const char tie[] = "put restrict,command=\"refgate serve --as NAME --root DIR\" before the key, or let its owner in by another account";
	bool ssh = gate_doctor_has_identity(d, "serve") || gate_doctor_has_identity(d, "ssh-key");
	enum gate_grade around = ssh ? GATE_GRADE_BAD : GATE_GRADE_WARN;

	if (e->malformed || e->commands > 1)
		return (struct verdict){ around, "a line that refgate cannot read, and sshd perhaps can", "write it anew" };
	if (e->commands == 0)
		return (struct verdict){ around, "a shell as the owner of the repository, past the hooks", tie };
	if (!is_serve(d, gate_buf_cstr(&e->command)))
		return (struct verdict){ gate_doctor_has_identity(d, "serve") ? GATE_GRADE_BAD : GATE_GRADE_WARN,
					 "its forced command is not `refgate serve` alone, and may start git without the hooks", tie };
	if (!e->restricted && e->no != (1u << GATE_ARRAY_LEN(forbids)) - 1)
		return (struct verdict){ GATE_GRADE_WARN, "refgate serve, but without restrict: forwarding, a terminal and ~/.ssh/rc are allowed",
					 "put restrict before command=" };
	if (e->again.n)
		return (struct verdict){ GATE_GRADE_WARN, "refgate serve, but the line allows more again (pty, forwarding, user-rc, environment)",
					 "take these options out" };
	return (struct verdict){ GATE_GRADE_OK, "refgate serve, restricted", NULL };
}

static void look_at_line(struct gate_doctor *d, const char *file, unsigned number, const char *line)
{
	gate_auto(entry) struct entry e = { 0 };
	gate_autofree char *tried = NULL;
	struct verdict v;

	line += strspn(line, " \t");
	if (!*line || *line == '#' || *line == '\r')
		return;
	read_entry(&e, line);
	v = judge(d, &e);
	tried = gate_fmt("%s:%u (%s)", file, number, e.comment);
	gate_doctor_row(d, v.grade, "ssh: keys", tried, v.found, v.mend);
}

static void look_at_file(struct gate_doctor *d, const char *file, bool named)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err err = { 0 };
	unsigned number = 1;
	char *next;

	if (gate_read_file(file, FILE_MAX_BYTES, &b, &err) < 0) {
		bool absent = errno == ENOENT && !named;

		gate_doctor_row(d, absent ? GATE_GRADE_OK : GATE_GRADE_WARN, "ssh: keys", file, absent ? "not there: it lets nobody in" : err.text,
				absent ? NULL : "run doctor as an account that may read it");
		return;
	}
	for (char *p = b.len ? b.s : NULL; p && *p; p = next, number++) {
		next = p + strcspn(p, "\n");
		if (*next)
			*next++ = '\0';
		look_at_line(d, file, number, p);
	}
}

/* Asked of getent, because a static program has no name service of its own. Gives the sixth field, the home folder. */
static char *home_of(uid_t uid)
{
	gate_autofree char *id = gate_fmt("%u", (unsigned)uid);
	const char *argv[] = { "/usr/bin/getent", "passwd", id, NULL };
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	gate_auto(gate_proc) struct gate_proc p = { .argv = argv, .out = &out };
	struct gate_err ignored = { 0 };
	const char *field;

	if (!id || gate_proc_run(&p, 5000, &ignored) < 0 || gate_proc_exit(&p) != 0)
		return NULL;
	field = gate_buf_cstr(&out);
	for (int i = 0; i < 5 && field; i++)
		field = strchr(field, ':') ? strchr(field, ':') + 1 : NULL;
	return field && *field == '/' ? strndup(field, strcspn(field, ":\n")) : NULL;
}

void gate_doctor_keys(struct gate_doctor *d)
{
	static const char *const names[] = { "authorized_keys", "authorized_keys2" };
	gate_auto(gate_strs) struct gate_strs files = { 0 };
	gate_autofree char *home = NULL;
	struct gate_err err = { 0 };
	struct stat st;

	if (gate_arg_all(d->args, "--authorized-keys", &files, &err) == 0 && files.n) {
		for (size_t i = 0; i < files.n; i++)
			look_at_file(d, files.v[i], true);
		return;
	}
	home = stat(d->server.repo.dir, &st) == 0 ? home_of(st.st_uid) : NULL;
	if (!home)
		gate_doctor_row(d, GATE_GRADE_NOTE, "ssh: keys", NULL, "the owner's home folder is not known; name the file with --authorized-keys", NULL);
	for (size_t i = 0; home && i < GATE_ARRAY_LEN(names); i++) {
		gate_autofree char *file = gate_fmt("%s/.ssh/%s", home, names[i]);

		if (file)
			look_at_file(d, file, false);
	}
}
