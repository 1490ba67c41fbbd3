#include "classifier/control/shell.h"

#include "classifier/control/shell_program.h"
#include "formats/shell.h"

#include <ctype.h>
#include <string.h>

struct command {
	struct gate_buf *text;
	uint32_t line;
	int depth;   /* blocks around it */
	bool cond;   /* it is the condition of an if or while */
	enum gate_shell_join before, after;
};

struct reader {
	const struct gate_script *where;
	int depth;
	struct gate_buf last; /* the command before */
	struct gate_factbag *out;
	/* "|| {": what stands in the block decides */
	bool or_open, or_fails;
	int or_depth;
	struct gate_buf or_prev;
	bool errexit_back; /* set -e comes after set +e */
	struct gate_err *err;
};

static int add(struct reader *r, enum gate_fact_kind kind, enum gate_tier tier, const char *job, uint32_t line,
	       const char *key, const char *note)
{
	struct gate_fact f = {
		.kind = kind,
		.tier = tier,
		.line = line,
		.key = gate_lend(key),
		.job = gate_lend(job),
		.note = gate_lend(note),
	};

	return gate_factbag_add(r->out, &f, r->err);
}

/* What fails here does not fail the job. */
static int soft(struct reader *r, uint32_t line, const char *marker, const char *prev, enum gate_tier worst)
{
	gate_auto(gate_buf) struct gate_buf key = { 0 };
	const char *cls = gate_shell_checks(prev);
	size_t len = 0;
	const char *w = gate_shell_program(prev, &len);
	enum gate_tier t = cls || gate_shell_builds(prev) ? GATE_TIER_HIGH : gate_shell_cleans(prev) ? GATE_TIER_LOW : GATE_TIER_MEDIUM;

	if (t == GATE_TIER_LOW || r->where->off)
		return 0;
	gate_buf_fmt(&key, "%s after %.*s%s%s", marker, (int)(len > 40 ? 40 : len), w ? w : "", cls ? ": " : "", cls ? cls : "");
	if (gate_buf_check(&key, r->err) < 0)
		return -GATE_E_NOMEM;
	return add(r, GATE_FACT_SOFT, t < worst ? t : worst, "", line, key.s, marker);
}

static const struct {
	const char *word;
	enum gate_tier tier;
} soft_words[] = {
	{ "-DskipTests", GATE_TIER_HIGH },
	{ "-DskipTests=true", GATE_TIER_HIGH },
	{ "-DskipITs", GATE_TIER_HIGH },
	{ "-Dmaven.test.skip=true", GATE_TIER_HIGH },
	{ "-Dmaven.test.skip", GATE_TIER_HIGH },
	{ "-Dmaven.test.failure.ignore", GATE_TIER_HIGH },
	{ "-Dmaven.test.failure.ignore=true", GATE_TIER_HIGH },
	{ "-fn", GATE_TIER_HIGH },
	{ "--fail-never", GATE_TIER_HIGH },
	{ "-DfailIfNoTests=false", GATE_TIER_MEDIUM },
	{ "--no-verify", GATE_TIER_HIGH },
	{ "--exit-zero", GATE_TIER_HIGH },
	{ "--exit-code 0", GATE_TIER_HIGH },
	{ "--exit-code=0", GATE_TIER_HIGH },
	{ "--soft-fail", GATE_TIER_HIGH },
	{ "--allow-failure", GATE_TIER_HIGH },
	{ "--passWithNoTests", GATE_TIER_HIGH },
	{ "--pass-with-no-tests", GATE_TIER_HIGH },
	{ "--no-fail", GATE_TIER_HIGH },
	{ "--no-error", GATE_TIER_HIGH },
	{ "--nofail", GATE_TIER_HIGH },
	{ "--no-fail-fast", GATE_TIER_LOW },
	{ "--ignore-failures", GATE_TIER_HIGH },
	{ "--continue-on-error", GATE_TIER_HIGH },
	{ "--suppress-tests-failed", GATE_TIER_HIGH },
	{ "--warn-only", GATE_TIER_HIGH },
	{ "--dry-run", GATE_TIER_LOW },
	{ "set +o errexit", GATE_TIER_HIGH },
	{ "returnStatus:", GATE_TIER_MEDIUM },
	{ "catchError", GATE_TIER_HIGH },
	{ "warnError", GATE_TIER_HIGH },
	{ "failFast false", GATE_TIER_MEDIUM },
	{ "propagate: false", GATE_TIER_HIGH },
	{ "ignore_errors", GATE_TIER_HIGH },
	{ "-x test", GATE_TIER_HIGH },
	{ "-ErrorAction SilentlyContinue", GATE_TIER_MEDIUM },
};

static int soft_flags(struct reader *r, const struct command *c)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(soft_words); i++) {
		if (soft_words[i].tier > GATE_TIER_LOW && !r->where->off && gate_shell_word(c->text->s, soft_words[i].word))
			rc = add(r, GATE_FACT_SOFT, soft_words[i].tier, "", c->line, soft_words[i].word, soft_words[i].word);
	}
	return rc;
}

static const char *const strict_words[] = {
	"--strict",   "-Werror", "--max-warnings", "--check",	     "-race",	   "--locked",	  "--frozen-lockfile", "--frozen", "--immutable",
	"--workspace", "--all-targets", "--all-features", "--error-exitcode=1", "--cov-fail-under", "--fail-under", "--fail-on", "--exit-code 1",
	"--check-coverage", "--runInBand", "--audit-level", "--severity-threshold", "--failfast", "warnings", "--tests", "--require-hashes", NULL };
static const char *const loose_words[] = { "-k",	"--ignore", "--deselect", "--skip", "--exclude", "-short", "-run", "--lf",
					   "--testPathIgnorePatterns", "--exclude-dir", "--skip-tests", "--no-cov", "--no-coverage", "--ignore-path",
					   "--skip-dirs", "--ignore-unfixed", "--quiet-level", NULL };

static int flags(struct reader *r, const struct command *c, const char *cls)
{
	static const char *const *const lists[] = { strict_words, loose_words };
	int rc = 0;

	for (size_t k = 0; k < 2; k++) {
		for (const char *const *w = lists[k]; rc == 0 && *w; w++) {
			if (strcmp(*w, "--runInBand") != 0 && gate_shell_word(c->text->s, *w))
				rc = add(r, k ? GATE_FACT_LOOSE : GATE_FACT_STRICT, GATE_TIER_HIGH, "", c->line, *w, cls);
		}
	}
	return rc;
}

static const char *const prov_words[] = { "cosign sign", "cosign attest", "gpg --sign", "--detach-sign", "--clearsign", "gpg -s", "syft", "cyclonedx",
					  "--provenance", "--attest", "minisign", "signtool", "codesign", "jarsigner", "gh attestation", "slsa-verifier",
					  "cosign verify", "gpg --verify", "sha256sum -c", "sha256sum --check", "--sbom", "notation sign", "scorecard", "codeql", NULL };

static int provenance(struct reader *r, const struct command *c)
{
	int rc = 0;

	for (const char *const *w = prov_words; rc == 0 && *w && !r->where->off; w++) {
		if (strstr(c->text->s, *w) && !strstr(c->text->s, "install ") && !strstr(c->text->s, "=false"))
			rc = add(r, GATE_FACT_PROV, GATE_TIER_HIGH, "", c->line, *w, "");
	}
	return rc;
}

static bool fetches(const char *s)
{
	return gate_shell_word(s, "curl") || gate_shell_word(s, "wget") || strstr(s, "$(curl") || strstr(s, "<(curl") || strstr(s, "$(wget") || strstr(s, "<(wget") ||
	       strstr(s, "`curl") || strstr(s, "iwr ") || strstr(s, "Invoke-WebRequest") || strstr(s, "DownloadString") || strstr(s, "irm ");
}

static void host_of(const char *s, struct gate_buf *out)
{
	const char *p = strstr(s, "://");
	size_t n = p ? strcspn(p + 3, "/ \"'|)<>`") : 0;

	for (size_t i = 0; i < n && i < 100; i++) { /* what stands before an @ may be a password */
		if (p[3 + i] == '@')
			gate_buf_reset(out);
		else
			gate_buf_char(out, p[3 + i]);
	}
	gate_buf_char(out, ' ');
}

static int fetched(struct reader *r, const struct command *c)
{
	gate_auto(gate_buf) struct gate_buf key = { 0 };
	const char *s = c->text->s;
	bool in_place = fetches(s) && (strstr(s, "$(curl") || strstr(s, "<(curl") || strstr(s, "$(wget") || strstr(s, "<(wget") || strstr(s, "`curl")) &&
			(gate_shell_runs_input(s) || gate_starts_with(s, "eval ") || gate_starts_with(s, "source ") || gate_starts_with(s, ". "));
	bool piped = c->before == GATE_SHELL_PIPE && r->last.len && fetches(r->last.s) && gate_shell_runs_input(s);
	bool iex = (strstr(s, "iex") || strstr(s, "Invoke-Expression")) && fetches(s);

	if (in_place || piped || iex) {
		host_of(piped ? r->last.s : s, &key);
		gate_buf_str(&key, "downloaded and run");
	} else if (strstr(s, "http://") && !strstr(s, "http://localhost") && !strstr(s, "http://127.") && !strstr(s, "http://0.0.0.0") && fetches(s)) {
		host_of(s, &key);
		gate_buf_str(&key, "fetched over http://");
	} else {
		return 0;
	}
	if (gate_buf_check(&key, r->err) < 0)
		return -GATE_E_NOMEM;
	return add(r, GATE_FACT_CURL, in_place || piped || iex ? GATE_TIER_HIGH : GATE_TIER_MEDIUM, "", c->line, key.s, "");
}

/* Package managers and how one says an exact version to them. */
static const struct {
	const char *program, *verbs, *pin;
} adhoc[] = {
	{ "npm", " install i add ", "@" },	{ "yarn", " add ", "@" },	   { "pnpm", " add install i ", "@" },
	{ "pip", " install ", "==" },		{ "pip3", " install ", "==" },	   { "pipx", " install run ", "==" },
	{ "gem", " install ", "-v" },		{ "cargo", " install binstall ", "--version" }, { "go", " install ", "@v" },
	{ "npx", NULL, "@" },			{ "uvx", NULL, "@" },
};

static int installed(struct reader *r, const struct command *c)
{
	size_t len, n;
	const char *w = gate_shell_program(c->text->s, &len), *arg;
	bool package = false;

	for (size_t i = 0; w && i < GATE_ARRAY_LEN(adhoc); i++) {
		if (strlen(adhoc[i].program) != len || memcmp(w, adhoc[i].program, len) != 0)
			continue;
		arg = gate_shell_next(w + len, &n);
		if (!arg || (adhoc[i].verbs && !gate_shell_is(arg, n, adhoc[i].verbs)))
			return 0;
		for (const char *s = adhoc[i].verbs ? arg + n : arg; (arg = gate_shell_next(s, &n)) != NULL; s = arg + n) {
			if (gate_shell_is(arg, n, " -r -e -c --requirement --editable --path . pip setuptools wheel --no-install "))
				return 0;
			package |= *arg != '-' && *arg != '.' && *arg != '/' && *arg != '$' && !gate_shell_is(arg, n, " && ");
		}
		if (package && !gate_shell_checks(c->text->s) && !strstr(w, adhoc[i].pin) && !strstr(w, "--locked"))
			return add(r, GATE_FACT_CURL, GATE_TIER_MEDIUM, "", c->line, adhoc[i].program, "");
		return 0;
	}
	return 0;
}

static const char *const harmless_eval[] = { "ssh-agent", "brew shellenv", "opam env", "direnv", "minikube", "keychain", "luarocks path", "conda", "pyenv", "rbenv", "nodenv", "fnm env", "mise ", "docker-machine env", NULL };

static int hidden(struct reader *r, const struct command *c)
{
	const char *s = c->text->s;
	bool decodes = strstr(s, "base64 -d") || strstr(s, "base64 --decode") || strstr(s, "base64 -D") || strstr(s, "xxd -r") || strstr(s, "FromBase64String") ||
		       strstr(s, "b64decode") || strstr(s, "openssl base64 -d");
	bool decoded_and_run = c->before == GATE_SHELL_PIPE && r->last.len && (strstr(r->last.s, "base64 -d") || strstr(r->last.s, "base64 --decode") || strstr(r->last.s, "xxd -r")) &&
			       gate_shell_runs_input(s);
	size_t len;
	const char *w = gate_shell_program(s, &len);

	if (decoded_and_run)
		return add(r, GATE_FACT_OBF, GATE_TIER_HIGH, "", c->line, "decoded and run", "");
	if (decodes) { /* a key out of a variable is the everyday use; a literal is code that nobody reads */
		bool variable = strchr(s, '$') || (c->before == GATE_SHELL_PIPE && r->last.len && strchr(r->last.s, '$'));

		return add(r, GATE_FACT_OBF, variable ? GATE_TIER_MEDIUM : GATE_TIER_HIGH, "", c->line, "decoded text", "");
	}
	if (!w || !(gate_shell_is(w, len, " eval ") || strstr(s, " -EncodedCommand")))
		return 0;
	for (const char *const *h = harmless_eval; *h; h++) {
		if (strstr(s, *h))
			return 0;
	}
	return add(r, GATE_FACT_OBF, GATE_TIER_HIGH, "", c->line, "eval", "");
}

static int reaches(struct reader *r, const struct command *c)
{
	static const char *const words[] = { "--privileged", "/var/run/docker.sock", "--network=host", "--network host", "--net=host", "--pid=host", "--cap-add" };
	const char *s = c->text->s;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(words); i++) {
		if (strstr(s, words[i]) && strstr(s, "docker"))
			rc = add(r, GATE_FACT_HOST, i < 2 ? GATE_TIER_HIGH : GATE_TIER_MEDIUM, "", c->line, words[i], "");
	}
	if (rc == 0 && (strstr(s, "GITHUB_ENV") || strstr(s, "GITHUB_PATH")) && strstr(s, ">>"))
		rc = add(r, GATE_FACT_ENVFILE, r->where->exposed || strstr(s, "github.event") ? GATE_TIER_HIGH : GATE_TIER_MEDIUM, "", c->line,
			 strstr(s, "GITHUB_ENV") ? "GITHUB_ENV" : "GITHUB_PATH", "");
	if (rc == 0 && strstr(s, "secrets.") && strstr(s, "${{") && (gate_starts_with(s, "echo ") || gate_starts_with(s, "printf ")) &&
	    !strstr(s, ">"))
		rc = add(r, GATE_FACT_ECHO, GATE_TIER_HIGH, r->where->job, c->line, "a secret is printed", "");
	return rc;
}

static bool never_fails(const char *s)
{
	return strcmp(s, "true") == 0 || strcmp(s, ":") == 0 || strcmp(s, "/bin/true") == 0 || strcmp(s, "exit 0") == 0 || strcmp(s, "return 0") == 0 ||
	       gate_starts_with(s, "true ") || strcmp(s, "echo") == 0 || gate_starts_with(s, "echo ") || gate_starts_with(s, "printf ") || strcmp(s, "$true") == 0;
}

static bool fails(const char *s)
{
	return (gate_starts_with(s, "exit ") && strcmp(s, "exit 0") != 0) || (gate_starts_with(s, "return ") && strcmp(s, "return 0") != 0) || strcmp(s, "false") == 0 ||
	       strcmp(s, "exit") == 0 || strstr(s, "exit 1") != NULL;
}

static int lists(struct reader *r, const struct command *c)
{
	const char *s = c->text->s;
	int rc = 0;

	if (r->or_open && r->depth >= r->or_depth && fails(s))
		r->or_fails = true;
	if (c->before == GATE_SHELL_OR && never_fails(s) && !(c->after == GATE_SHELL_AND && s[0] == 'e'))
		rc = soft(r, c->line, gate_starts_with(s, "echo") || gate_starts_with(s, "printf") ? "|| echo" : "|| true", gate_buf_cstr(&r->last), GATE_TIER_HIGH);
	else if ((strcmp(s, "true") == 0 || strcmp(s, ":") == 0) && (c->before == GATE_SHELL_SEMICOLON || c->before == GATE_SHELL_LINE) && c->depth == 0 && r->last.len)
		rc = soft(r, c->line, "; true", gate_buf_cstr(&r->last), GATE_TIER_HIGH);
	else if (strcmp(s, "exit 0") == 0 && !r->where->off)
		rc = add(r, GATE_FACT_SOFT, c->depth || c->before == GATE_SHELL_AND ? GATE_TIER_MEDIUM : GATE_TIER_HIGH, "", c->line, "exit 0", "exit 0");
	else if ((strcmp(s, "set +e") == 0 || gate_starts_with(s, "set +e ") || gate_starts_with(s, "set +ex") || strcmp(s, "set +o errexit") == 0) && !r->where->off)
		rc = add(r, GATE_FACT_SOFT, r->errexit_back ? GATE_TIER_MEDIUM : GATE_TIER_HIGH, "", c->line, "set +e", "set +e");
	if (rc == 0 && c->after == GATE_SHELL_PIPE && gate_shell_checks(s) && !r->where->loose)
		rc = soft(r, c->line, "a pipe", s, GATE_TIER_MEDIUM);
	if (rc == 0 && c->after == GATE_SHELL_BACKGROUND && gate_shell_checks(s))
		rc = soft(r, c->line, "&", s, GATE_TIER_MEDIUM);
	if (rc == 0 && c->cond && gate_shell_checks(s))
		rc = soft(r, c->line, "if", s, GATE_TIER_MEDIUM);
	return rc;
}

static int judge(struct reader *r, const struct command *c)
{
	const char *cls = gate_shell_checks(c->text->s);
	int rc = 0;

	if (cls && !r->where->off) {
		rc = add(r, GATE_FACT_GATE, strcmp(cls, "cover") == 0 ? GATE_TIER_MEDIUM : GATE_TIER_HIGH, "", c->line, c->text->s, cls);
		if (rc == 0)
			rc = flags(r, c, cls);
	}
	rc = rc < 0 ? rc : lists(r, c);
	rc = rc < 0 ? rc : soft_flags(r, c);
	rc = rc < 0 ? rc : fetched(r, c);
	rc = rc < 0 ? rc : installed(r, c);
	rc = rc < 0 ? rc : hidden(r, c);
	rc = rc < 0 ? rc : provenance(r, c);
	return rc < 0 ? rc : reaches(r, c);
}

/* Takes the words that open and close blocks off the front. */
static void blocks(struct reader *r, struct command *c)
{
	static const char opens[] = " if for while until case { ( ";
	static const char closes[] = " fi done esac } ) ";
	size_t len;
	const char *w;

	/* more than 64 of them in a row are no script */
	for (int i = 0; i < 64 && (w = gate_shell_next(gate_buf_cstr(c->text), &len)) != NULL; i++) {
		const bool o = gate_shell_is(w, len, opens);

		if (o && c->before == GATE_SHELL_OR && (*w == '{' || *w == '(')) {
			r->or_open = true;
			r->or_fails = false;
			r->or_depth = r->depth + 1;
			gate_buf_reset(&r->or_prev);
			gate_buf_add(&r->or_prev, gate_buf_cstr(&r->last), r->last.len);
			c->before = GATE_SHELL_LINE;
		}
		c->cond |= gate_shell_is(w, len, " if elif while until ");
		r->depth += o;
		if (gate_shell_is(w, len, closes)) {
			if (r->or_open && r->depth == r->or_depth && !r->or_fails && soft(r, c->line, "|| true", gate_buf_cstr(&r->or_prev), GATE_TIER_HIGH) < 0)
				return;
			if (r->depth == r->or_depth)
				r->or_open = false;
			r->depth -= r->depth > 0;
		} else if (!o && !gate_shell_is(w, len, " then do else elif ! ")) {
			break;
		}
		memmove(c->text->s, w + len, strlen(w + len) + 1);
		c->text->len = strlen(c->text->s);
		while (c->text->len && c->text->s[0] == ' ') {
			memmove(c->text->s, c->text->s + 1, c->text->len);
			c->text->len--;
		}
	}
	c->depth = r->depth;
}

static int command(void *arg, struct gate_shell_command *x, struct gate_err *err)
{
	struct reader *r = arg;
	struct command c = { .text = &x->text, .line = x->line, .before = x->before, .after = x->after };
	int rc = 0;

	blocks(r, &c);
	if (err->code)
		return -(int)err->code;
	if (c.text->len) {
		rc = judge(r, &c);
		gate_buf_reset(&r->last);
		gate_buf_add(&r->last, c.text->s, c.text->len);
	}
	return rc < 0 ? rc : gate_buf_check(&r->last, err);
}

int gate_shell_facts(const struct gate_script *where, const char *text, struct gate_factbag *out, struct gate_err *err)
{
	struct reader r = { .where = where, .out = out, .err = err };
	const struct gate_shell_how how = { .line = where->line, .loose = where->loose, .runs_input = gate_shell_runs_input, .command = command, .arg = &r };
	const char *plus = strstr(text, "set +e"), *minus = NULL;
	int rc;

	for (const char *p = text; (p = strstr(p, "set -e")) != NULL; p++)
		minus = p;
	r.errexit_back = plus && minus && minus > plus;
	rc = gate_shell_read(&how, text, err);
	gate_buf_clear(&r.last);
	gate_buf_clear(&r.or_prev);
	return rc;
}
