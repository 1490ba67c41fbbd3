#include "classifier/control/shell_program.h"

#include "classifier/control/shell.h"

#include <ctype.h>
#include <string.h>

const char *gate_shell_next(const char *s, size_t *len)
{
	while (*s == ' ')
		s++;
	*len = strcspn(s, " ");
	return *len ? s : NULL;
}

bool gate_shell_is(const char *w, size_t len, const char *list)
{
	char key[64];

	if (len > sizeof(key) - 3)
		return false;
	snprintf(key, sizeof(key), " %.*s ", (int)len, w);
	return strstr(list, key) != NULL;
}

static const char prefixes[] =
	" sudo time env command exec nice then do else { ( ! if elif while until xvfb-run timeout nohup stdbuf - sh bat run bash powershell pwsh ";
static const char silent[] =
	" echo printf cd cp mv rm mkdir cat ls export source . curl wget chmod chown tar touch sleep apt apt-get brew apk yum dnf gem "
	"git gh aws gcloud kubectl helm read test [ [[ true false : exit return set unset pip pip3 pipx unzip zip find ln sed awk "
	"grep which type popd pushd tee head tail sort uniq wc date rsync scp ssh stage name step steps environment agent label import def "
	"function local declare alias mkfs description ";

const char *gate_shell_program(const char *s, size_t *len)
{
	const char *w;

	while ((w = gate_shell_next(s, len)) != NULL) {
		const char *eq = memchr(w, '=', *len);

		if (!gate_shell_is(w, *len, prefixes) && !(eq && eq > w && *w != '-' && *w != '$'))
			break;
		if (gate_shell_is(w, *len, " bash sh ") && w[*len] == ' ' && w[*len + 1] == '-')
			return w;
		s = w + *len;
	}
	return w;
}

static const char installs[] = " install add i ci update upgrade get pull login publish push tag clone ";

static bool installs_only(const char *w, size_t len)
{
	size_t n;
	const char *arg = gate_shell_next(w + len, &n);

	if (!gate_shell_is(w, len, " npm yarn pnpm bun pip pip3 poetry uv go cargo gem bundle composer brew docker dotnet python python3 conda mamba "))
		return false;
	return arg && (gate_shell_is(arg, n, installs) || (gate_shell_is(w, len, " docker ") && gate_shell_is(arg, n, " build buildx ")));
}

const char *gate_shell_checks(const char *cmd)
{
	size_t len, n, words = 0;
	const char *w = gate_shell_program(cmd, &len), *hit = NULL;

	if (!w || gate_shell_is(w, len, silent) || installs_only(w, len))
		return w && len == 3 && memcmp(w, "git", 3) == 0 && strstr(w, "diff --exit-code") ? "check" : NULL;
	if (strstr(w, "-DskipTests") || strstr(w, "-Dmaven.test.skip"))
		return NULL;
	if (gate_shell_is(w, len, " mvn ./mvnw mvnw gradle ./gradlew gradlew sbt "))
		hit = strstr(w, " package") || strstr(w, " install") || strstr(w, " verify") || strstr(w, " build") || strstr(w, " deploy") ? "test" : NULL;
	for (const char *s = w; !hit && words < 24 && (w = gate_shell_next(s, &n)) != NULL; s = w + n, words++) {
		/* of the arguments only words say something: not paths, not files; a flag only by its own name */
		if (words && (memchr(w, '/', n) || *w == '$') && !(words == 1 && (gate_starts_with(cmd, "bash ") || gate_starts_with(cmd, "sh "))))
			continue;
		if (n > 3 && words && memchr(w, '.', n) && *w != '-' && !isdigit((unsigned char)w[n - 1]) && strcspn(w, ":") > n)
			continue;
		hit = gate_shell_class(w, n);
	}
	return hit;
}

bool gate_shell_builds(const char *cmd)
{
	size_t len;
	const char *w = gate_shell_program(cmd, &len);

	return w && gate_shell_is(w, len,
		       " npm yarn pnpm bun make cmake ninja mvn ./mvnw gradle ./gradlew cargo go dotnet bazel python python3 node deno "
		       "tsc npx bundle composer poetry uv tox nox sbt mix swift xcodebuild pre-commit just task rake php ruby ");
}

bool gate_shell_cleans(const char *cmd)
{
	size_t len;
	const char *w = gate_shell_program(cmd, &len);

	return w && gate_shell_is(w, len, " rm kill pkill killall docker docker-compose umount grep mkdir ls cat git brew kubectl helm find pgrep rmdir mv cp "
			       "which command systemctl ip sysctl unlink fuser lsof ps df du tail head diff type adb xcrun gh apt-get apt stty ");
}

bool gate_shell_runs_input(const char *cmd)
{
	size_t len;
	const char *w = gate_shell_program(cmd, &len);

	/* gate_shell_program() steps over a bare shell */
	return gate_shell_is(w ? w : "", w ? len : 0, " sh bash zsh dash ksh python python3 node perl ruby iex Invoke-Expression php ") || gate_shell_word(cmd, "bash") ||
	       gate_shell_word(cmd, "sh") || strstr(cmd, "iex") != NULL;
}
