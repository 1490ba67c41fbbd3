/* osv import: dumps of osv.dev into the index that pushes are compared with. */
#include "base/when.h"
#include "cli/cli.h"
#include "gate/osv_import.h"
#include "gate/server.h"

#include <stdio.h>
#include <string.h>

static const struct gate_option options[] = {
	{ "--skip-broken", NULL, "import what can be read, and say how much could not" },
	{ NULL, NULL, NULL },
};

static void report(const struct gate_osv_counts *c)
{
	char when[GATE_WHEN_SIZE];

	gate_when_format(c->newest, when);
	printf("%llu records about %llu packages, the newest of %s", (unsigned long long)c->records, (unsigned long long)c->packages, when);
	if (c->broken)
		printf("; %llu could not be read", (unsigned long long)c->broken);
	printf("\n");
	for (size_t i = 0; i < c->first_broken.n; i++)
		fprintf(stderr, "refgate: %s\n", c->first_broken.v[i]);
}

static int run(const struct gate_args *a, struct gate_err *err)
{
	gate_auto(gate_server) struct gate_server s = { 0 };
	__attribute__((cleanup(gate_osv_counts_clear))) struct gate_osv_counts counts = { 0 };
	gate_auto(gate_strs) struct gate_strs sources = { 0 };
	gate_autofree char *index = NULL;

	if (strcmp(a->words.v[0], "import") != 0 || a->words.n < 2)
		return gate_err_set(err, GATE_E_USAGE, "usage: refgate osv import FILE|DIR...");
	if (gate_server_open(a->repo, &s, err) < 0)
		return -(int)err->code;
	for (size_t i = 1; i < a->words.n; i++) {
		if (gate_strs_add(&sources, a->words.v[i], err) < 0)
			return -(int)err->code;
	}
	index = gate_server_path(&s, "osv");
	if (!index)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_osv_import(&sources, index, gate_arg_has(a, "--skip-broken"), &counts, err) < 0)
		return -(int)err->code;
	report(&counts);
	return GATE_EXIT_OK;
}

const struct gate_command gate_cmd_osv = {
	.name = "osv",
	.run = run,
	.usage = "import FILE|DIR... [--skip-broken]",
	.options = options,
	.help = "take in a dump of known vulnerabilities",
	.example = "refgate osv import --repo /srv/git/app.git npm/all.zip PyPI/all.zip",
	.min_words = 1,
	.max_words = -1,
};
