#include "classifier/values/place.h"

#include <stdlib.h>
#include <strings.h>

#define BUCKETS 1024u
#define NONE UINT32_MAX

struct entry {
	const char *glob;
	uint32_t ref, next;
};

struct gate_value_places {
	struct gate_value_ref *refs, *flags;
	size_t n_refs, n_flags;
	struct entry *v;
	uint32_t n;
	uint32_t head[BUCKETS]; /* by the last component, when it is literal, or by its ending */
	uint32_t always;
	struct gate_value_ref *hits;
	uint32_t *stamp, now;
	uint32_t *order;
};

static uint32_t bucket(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] + 32 : s[i])) * 0x100000001b3u;
	return (uint32_t)(h ^ h >> 31) % BUCKETS;
}

static void file_glob(struct gate_value_places *x, const char *glob, uint32_t ref)
{
	const char *last = gate_path_last(glob), *dot = strrchr(last, '.');
	uint32_t *head = &x->always;

	if (!strpbrk(last, "*?["))
		head = &x->head[bucket(last, strlen(last))];
	else if (dot && !strpbrk(dot, "*?["))
		head = &x->head[bucket(dot, strlen(dot))];
	x->v[x->n] = (struct entry){ glob, ref, *head };
	*head = x->n++;
}

static void count(const struct gate_policy *p, size_t *rows, size_t *globs)
{
	for (size_t i = 0; i < p->n_rules; i++) {
		*rows += p->rules[i].n_values;
		for (size_t k = 0; k < p->rules[i].n_values; k++)
			*globs += p->rules[i].values[k].files.n;
	}
}

static void file_rows(struct gate_value_places *x, const struct gate_rule *r)
{
	for (size_t k = 0; k < r->n_values && !r->off; k++) {
		const struct gate_value_row *row = &r->values[k];
		struct gate_value_ref ref = { r, row };

		if (row->flags.n) {
			x->flags[x->n_flags++] = ref;
			continue;
		}
		for (size_t g = 0; g < row->files.n; g++)
			file_glob(x, row->files.v[g], (uint32_t)x->n_refs);
		x->refs[x->n_refs++] = ref;
	}
}

struct gate_value_places *gate_value_places_new(const struct gate_policy *p, struct gate_err *err)
{
	struct gate_value_places *x = calloc(1, sizeof(*x));
	size_t rows = 0, globs = 0;

	count(p, &rows, &globs);
	if (x) {
		memset(x->head, 0xff, sizeof(x->head));
		x->always = NONE;
		x->refs = calloc(rows + 1, sizeof(*x->refs));
		x->flags = calloc(rows + 1, sizeof(*x->flags));
		x->hits = calloc(rows + 1, sizeof(*x->hits));
		x->stamp = calloc(rows + 1, sizeof(*x->stamp));
		x->v = calloc(globs + 1, sizeof(*x->v));
	}
	if (!x || !x->refs || !x->flags || !x->hits || !x->stamp || !x->v) {
		gate_value_places_free(x);
		gate_err_set(err, GATE_E_NOMEM, "out of memory");
		return NULL;
	}
	for (size_t i = 0; i < p->n_rules; i++)
		file_rows(x, &p->rules[i]);
	return x;
}

void gate_value_places_free(struct gate_value_places *x)
{
	if (!x)
		return;
	free(x->refs);
	free(x->flags);
	free(x->hits);
	free(x->stamp);
	free(x->v);
	free(x);
}

static void try_chain(struct gate_value_places *x, uint32_t at, const char *path, size_t *n)
{
	const char *last = gate_path_last(path);

	for (; at != NONE; at = x->v[at].next) {
		const struct entry *e = &x->v[at];
		const char *what = strchr(e->glob, '/') || strcmp(e->glob, "**") == 0 ? path : last;

		if (x->stamp[e->ref] == x->now || !gate_glob_match(*e->glob == '/' ? e->glob + 1 : e->glob, what, strlen(what), true))
			continue;
		if (gate_globs_match(&x->refs[e->ref].rule->not_paths, path, strlen(path)))
			continue;
		x->stamp[e->ref] = x->now;
		x->hits[(*n)++] = x->refs[e->ref];
	}
}

size_t gate_value_places_find(struct gate_value_places *x, const char *path, const struct gate_value_ref **refs)
{
	const char *last = gate_path_last(path), *dot = strrchr(last, '.');
	uint32_t first = bucket(last, strlen(last)), second = dot ? bucket(dot, strlen(dot)) : first;
	size_t n = 0;

	if (++x->now == 0) {
		memset(x->stamp, 0, (x->n_refs + 1) * sizeof(*x->stamp));
		x->now = 1;
	}
	try_chain(x, x->head[first], path, &n);
	if (second != first)
		try_chain(x, x->head[second], path, &n);
	try_chain(x, x->always, path, &n);
	*refs = x->hits;
	return n;
}

size_t gate_value_places_flags(const struct gate_value_places *x, const struct gate_value_ref **refs)
{
	*refs = x->flags;
	return x->n_flags;
}

static const struct {
	const char *glob;
	enum gate_commands how;
	const char *select;
} command_files[] = {
	{ "package.json", GATE_COMMANDS_TREE, "{scripts,lint-staged,husky,pre-commit,wireit,nx,tap}" },
	{ "composer.json", GATE_COMMANDS_TREE, "scripts" },
	{ "deno.json", GATE_COMMANDS_TREE, "tasks" },
	{ "deno.jsonc", GATE_COMMANDS_TREE, "tasks" },
	{ ".lintstagedrc*", GATE_COMMANDS_TREE, NULL },
	{ "pyproject.toml", GATE_COMMANDS_TREE,
	  "tool.{pytest,poe,taskipy,hatch,pdm,tox,rye,pixi,nox,cibuildwheel,poetry_scripts,mutmut,ruff_cli}" },
	{ "pytest.toml", GATE_COMMANDS_TREE, NULL },
	{ "hatch.toml", GATE_COMMANDS_TREE, NULL },
	{ "tox.toml", GATE_COMMANDS_TREE, NULL },
	{ "pytest.ini", GATE_COMMANDS_TREE, NULL },
	{ ".pytest.ini", GATE_COMMANDS_TREE, NULL },
	{ "tox.ini", GATE_COMMANDS_TREE, NULL },
	{ "setup.cfg", GATE_COMMANDS_TREE, "{tool:pytest,aliases,mutmut,testenv*,tox*}" },
	{ ".cargo/config.toml", GATE_COMMANDS_TREE, NULL },
	{ "**/.cargo/config.toml", GATE_COMMANDS_TREE, NULL },
	{ "Makefile.toml", GATE_COMMANDS_TREE, NULL },
	{ "Taskfile.y*ml", GATE_COMMANDS_TREE, NULL },
	{ ".pre-commit-config.yaml", GATE_COMMANDS_TREE, NULL },
	{ "lefthook.y*ml", GATE_COMMANDS_TREE, NULL },
	{ ".mocharc*", GATE_COMMANDS_TREE, NULL },
	{ ".github/**/*.y*ml", GATE_COMMANDS_TREE, NULL },
	{ ".forgejo/**/*.y*ml", GATE_COMMANDS_TREE, NULL },
	{ ".gitea/**/*.y*ml", GATE_COMMANDS_TREE, NULL },
	{ ".gitlab/**/*.y*ml", GATE_COMMANDS_TREE, NULL },
	{ ".circleci/*.y*ml", GATE_COMMANDS_TREE, NULL },
	{ ".buildkite/**/*.y*ml", GATE_COMMANDS_TREE, NULL },
	{ "*.gitlab-ci.y*ml", GATE_COMMANDS_TREE, NULL },
	{ ".travis.yml", GATE_COMMANDS_TREE, NULL },
	{ "action.y*ml", GATE_COMMANDS_TREE, NULL },
	{ "azure-pipelines*.y*ml", GATE_COMMANDS_TREE, NULL },
	{ "bitbucket-pipelines.yml", GATE_COMMANDS_TREE, NULL },
	{ "*appveyor.yml", GATE_COMMANDS_TREE, NULL },
	{ ".drone.y*ml", GATE_COMMANDS_TREE, NULL },
	{ ".woodpecker*.y*ml", GATE_COMMANDS_TREE, NULL },
	{ ".woodpecker/*.y*ml", GATE_COMMANDS_TREE, NULL },
	{ ".cirrus.yml", GATE_COMMANDS_TREE, NULL },
	{ "cloudbuild.y*ml", GATE_COMMANDS_TREE, NULL },
	{ "buildspec*.y*ml", GATE_COMMANDS_TREE, NULL },
	{ ".semaphore/*.y*ml", GATE_COMMANDS_TREE, NULL },
	{ "docker-compose*.y*ml", GATE_COMMANDS_TREE, NULL },
	{ "compose*.y*ml", GATE_COMMANDS_TREE, NULL },
	{ "project.json", GATE_COMMANDS_TREE, NULL },
	{ "*Makefile*", GATE_COMMANDS_TEXT, NULL },
	{ "*.mk", GATE_COMMANDS_TEXT, NULL },
	{ "*.sh", GATE_COMMANDS_TEXT, NULL },
	{ "*.bash", GATE_COMMANDS_TEXT, NULL },
	{ "justfile", GATE_COMMANDS_TEXT, NULL },
	{ ".justfile", GATE_COMMANDS_TEXT, NULL },
	{ "*Dockerfile*", GATE_COMMANDS_TEXT, NULL },
	{ "Jenkinsfile*", GATE_COMMANDS_TEXT, NULL },
	{ "Rakefile", GATE_COMMANDS_TEXT, NULL },
	{ "noxfile.py", GATE_COMMANDS_TEXT, NULL },
	{ "tasks.py", GATE_COMMANDS_TEXT, NULL },
	{ "dodo.py", GATE_COMMANDS_TEXT, NULL },
	{ "CMakeLists.txt", GATE_COMMANDS_TEXT, NULL },
	{ "*.cmake", GATE_COMMANDS_TEXT, NULL },
	{ "meson.build", GATE_COMMANDS_TEXT, NULL },
	{ "configure.ac", GATE_COMMANDS_TEXT, NULL },
	{ "*.bazelrc", GATE_COMMANDS_TEXT, NULL },
	{ "mocha.opts", GATE_COMMANDS_TEXT, NULL },
	{ ".rspec", GATE_COMMANDS_TEXT, NULL },
	{ "*.gradle", GATE_COMMANDS_TEXT, NULL },
	{ "*.gradle.kts", GATE_COMMANDS_TEXT, NULL },
	{ ".husky/*", GATE_COMMANDS_TEXT, NULL },
	{ "{ci,script,scripts,bin}/*", GATE_COMMANDS_TEXT, NULL },
	{ "ci/*", GATE_COMMANDS_TEXT, NULL },
	{ "script/*", GATE_COMMANDS_TEXT, NULL },
	{ "scripts/*", GATE_COMMANDS_TEXT, NULL },
	{ "bin/*", GATE_COMMANDS_TEXT, NULL },
	{ "*.ps1", GATE_COMMANDS_TEXT, NULL },
	{ "*.bat", GATE_COMMANDS_TEXT, NULL },
};

enum gate_commands gate_value_commands(const char *path, const char **select)
{
	const char *last = gate_path_last(path);

	*select = NULL;
	for (size_t i = 0; i < GATE_ARRAY_LEN(command_files); i++) {
		const char *what = strchr(command_files[i].glob, '/') ? path : last;

		if (!gate_glob_match(command_files[i].glob, what, strlen(what), true))
			continue;
		*select = command_files[i].select;
		return command_files[i].how;
	}
	return GATE_COMMANDS_NONE;
}

static const struct {
	const char *glob;
	int format;
} formats[] = {
	{ "package.json", GATE_FORMAT_JSON },
	{ "composer.json", GATE_FORMAT_JSON },
	{ "*.json", GATE_FORMAT_JSONC },
	{ "*.json5", GATE_FORMAT_JSONC },
	{ "*.jsonc", GATE_FORMAT_JSONC },
	{ "*.json.dist", GATE_FORMAT_JSONC },
	{ "*.json5.dist", GATE_FORMAT_JSONC },
	{ "*.code-workspace", GATE_FORMAT_JSONC },
	{ "*.xctestplan", GATE_FORMAT_JSONC },
	{ "*.yml", GATE_FORMAT_YAML },
	{ "*.yaml", GATE_FORMAT_YAML },
	{ "*.yml.dist", GATE_FORMAT_YAML },
	{ ".taprc", GATE_FORMAT_YAML },
	{ ".clang-tidy", GATE_FORMAT_YAML },
	{ "*.toml", GATE_FORMAT_TOML },
	{ "*.ini", GATE_FORMAT_INI },
	{ "*.cfg", GATE_FORMAT_INI },
	{ ".coveragerc", GATE_FORMAT_INI },
	{ ".flake8", GATE_FORMAT_INI },
	{ ".pylintrc", GATE_FORMAT_INI },
	{ "pylintrc", GATE_FORMAT_INI },
	{ ".isort.cfg", GATE_FORMAT_INI },
	{ ".lcovrc", GATE_FORMAT_PROPERTIES },
	{ "*.properties", GATE_FORMAT_PROPERTIES },
	{ "*.xml", GATE_FORMAT_XML },
	{ "*.xml.dist", GATE_FORMAT_XML },
	{ "*.csproj", GATE_FORMAT_XML },
	{ "*.fsproj", GATE_FORMAT_XML },
	{ "*.vbproj", GATE_FORMAT_XML },
	{ "*.props", GATE_FORMAT_XML },
	{ "*.targets", GATE_FORMAT_XML },
	{ "*.runsettings", GATE_FORMAT_XML },
	{ "*.tf", GATE_FORMAT_HCL },
	{ "*.hcl", GATE_FORMAT_HCL },
	{ "*.js", GATE_VALUE_JS },
	{ "*.mjs", GATE_VALUE_JS },
	{ "*.cjs", GATE_VALUE_JS },
	{ "*.ts", GATE_VALUE_JS },
	{ "*.mts", GATE_VALUE_JS },
	{ "*.cts", GATE_VALUE_JS },
};

int gate_value_format_of(const char *path, const char *bytes, size_t len)
{
	const char *last = gate_path_last(path);
	size_t i;

	for (i = 0; i < GATE_ARRAY_LEN(formats); i++) {
		if (gate_glob_match(formats[i].glob, last, strlen(last), true))
			return formats[i].format;
	}
	/* .nycrc, .eslintrc: JSON or YAML */
	for (i = 0; i < len && strchr(" \t\r\n", bytes[i]); i++)
		;
	return i < len && (bytes[i] == '{' || bytes[i] == '[' || bytes[i] == '/') ? GATE_FORMAT_JSONC : GATE_FORMAT_YAML;
}
