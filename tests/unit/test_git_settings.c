/* Settings of git that a push brings: GIT-SUB-URL, GIT-LFSCFG, GIT-BAREREPO's config, GIT-HOOKDIR's package.json. What must fire, and what
 * looks like it. */
#include "control_table.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define V(name, path, before, after, want) { name, { { path, before, after } }, want }
#define SUB(name, rest) "[submodule \"" name "\"]\n\tpath = x\n" rest
#define URL(u) SUB("x", "\turl = " u "\n")
#define GM ".gitmodules"

static const struct table_case submodules[] = {
	V("new", GM, NULL, URL("https://h.example/o/x.git"), "GIT-SUB-URL:high"),
	V("another host", GM, URL("https://h.example/o/x"), URL("https://g.example/o/x"), "GIT-SUB-URL:high"),
	V("another owner", GM, URL("https://h.example/o/x"), URL("https://h.example/p/x"), "GIT-SUB-URL:high"),
	V("a host that a user hides", GM, URL("https://h.example/o/x"), URL("https://h.example@g.example/o/x"), "GIT-SUB-URL:high"),
	V("up to a neighbour", GM, URL("https://h.example/o/x"), URL("../x.git"), "GIT-SUB-URL:high"),
	V("another repository", GM, URL("https://h.example/o/x"), URL("https://h.example/o/y"), "GIT-SUB-URL:medium"),
	V("an option", GM, URL("https://h.example/o/x"), URL("-u./run"), "GIT-SUB-URL:critical"),
	V("a helper", GM, URL("https://h.example/o/x"), URL("ext::sh -c id"), "GIT-SUB-URL:critical"),
	V("a file", GM, NULL, URL("file:///srv/x"), "GIT-SUB-URL:critical"),
	V("an absolute path", GM, NULL, URL("/srv/x"), "GIT-SUB-URL:critical"),
	V("a path below", GM, NULL, URL("./x"), "GIT-SUB-URL:critical"),
	V("plain http", GM, URL("https://h.example/o/x"), URL("http://h.example/o/x"), "GIT-SUB-URL:critical"),
	V("the git protocol", GM, URL("https://h.example/o/x"), URL("git://h.example/o/x"), "GIT-SUB-URL:critical"),
	V("a line end", GM, NULL, URL("https://h.example/o/x%0Ahost=g"), "GIT-SUB-URL:critical"),
	V("a line end of the file", GM, NULL, URL("\"https://h.example/o/x\\nhost=g\""), "GIT-SUB-URL:critical"),
	V("no host", GM, NULL, URL("https:///o/x"), "GIT-SUB-URL:critical"),
	V("a host that is an option", GM, NULL, URL("ssh://-oProxyCommand=id/x"), "GIT-SUB-URL:critical"),
	V("the last value counts", GM, URL("https://h.example/o/x"), URL("https://h.example/o/x") "\turl = ext::id\n", "GIT-SUB-URL:critical"),
	V("a second section", GM, URL("https://h.example/o/x"), URL("https://h.example/o/x") "[submodule \"x\"]\n\tupdate = !id\n", "GIT-SUB-URL:critical"),
	V("a command", GM, URL("https://h.example/o/x"), URL("https://h.example/o/x") "\tupdate = !sh run\n", "GIT-SUB-URL:critical"),
	V("a name that leads out", GM, NULL, SUB("../../hooks", "\turl = https://h.example/o/x\n"), "GIT-SUB-URL:critical"),
	V("a name in another", GM, URL("https://h.example/o/x"), URL("https://h.example/o/x") SUB("x/hooks", "\turl = https://h.example/o/x\n"), "GIT-SUB-URL:critical"),
	V("a path that leads out", GM, NULL, "[submodule \"x\"]\n\tpath = ../x\n\turl = https://h.example/o/x\n", "GIT-SUB-URL:critical"),
	V("hidden from diffs", GM, URL("https://h.example/o/x"), URL("https://h.example/o/x") "\tignore = all\n", "GIT-SUB-URL:high"),
	V("another branch", GM, URL("https://h.example/o/x"), URL("https://h.example/o/x") "\tbranch = next\n", "GIT-SUB-URL:medium"),
	V("unreadable", GM, URL("https://h.example/o/x"), "[submodule \"x\n", "GIT-SUB-URL:critical GATE-PARSE"),
	/* look-alikes */
	V("to https, same owner", GM, URL("git://h.example/o/x"), URL("https://h.example/o/x.git"), "GIT-SUB-URL:low"),
	V("ssh to https", GM, URL("git@h.example:o/x.git"), URL("https://h.example/o/x"), "GIT-SUB-URL:low"),
	V("order and comments", GM, SUB("a", "\turl = https://h.example/o/a\n") SUB("b", "\turl = https://h.example/o/b\n"),
	  "# two\n" SUB("b", "    url=https://h.example/o/b\n") SUB("a", "\turl = \"https://h.example/o/a\"\n"), "GIT-SUB-URL:low"),
	V("update by merge", GM, URL("https://h.example/o/x"), URL("https://h.example/o/x") "\tupdate = merge\n", "GIT-SUB-URL:low"),
	V("one less", GM, URL("https://h.example/o/x") SUB("y", "\turl = https://h.example/o/y\n"), URL("https://h.example/o/x"), "GIT-SUB-URL:low"),
	V("gone", GM, URL("https://h.example/o/x"), NULL, "GIT-SUB-URL:medium"),
	V("an old fault stays", GM, URL("git://h.example/o/x"), URL("git://h.example/o/x") "\tshallow = true\n", "GIT-SUB-URL:low"),
	V("names that begin alike", GM, URL("https://h.example/o/x"), URL("https://h.example/o/x") SUB("x-tools", "\turl = https://h.example/o/t\n"), "GIT-SUB-URL:high"),
	V("dots in a name", GM, NULL, SUB("lib/v1..2", "\turl = https://h.example/o/t\n"), "GIT-SUB-URL:high"),
};

#define LC ".lfsconfig"
static const struct table_case lfs[] = {
	V("an address", LC, NULL, "[lfs]\n\turl = https://h.example/o/x\n", "GIT-LFSCFG:critical"),
	V("another address", LC, "[lfs]\n\turl = https://h.example/o/x\n", "[lfs]\n\turl = https://g.example/o/x\n", "GIT-LFSCFG:critical"),
	V("to plain http", LC, "[lfs]\n\turl = https://h.example/o/x\n", "[lfs]\n\turl = http://h.example/o/x\n", "GIT-LFSCFG:critical"),
	V("a remote's", LC, "[lfs]\n", "[remote \"origin\"]\n\tlfsurl = https://g.example/x\n", "GIT-LFSCFG:critical"),
	V("for pushes", LC, "[lfs]\n", "[lfs]\n\tpushurl = https://g.example/x\n", "GIT-LFSCFG:critical"),
	V("something else", LC, "[lfs]\n", "[lfs \"customtransfer.x\"]\n\tpath = ./run\n", "GIT-LFSCFG:high"),
	V("unreadable", LC, "[lfs]\n", "[lfs\n", "GIT-LFSCFG:critical GATE-PARSE"),
	V("what is fetched", LC, "[lfs]\n\turl = https://h.example/o/x\n", "[lfs]\n\turl = https://h.example/o/x\n\tfetchexclude = *.psd\n", "GIT-LFSCFG:low"),
	V("comment", LC, "[lfs]\n\turl = https://h.example/o/x\n", "# ours\n[lfs]\n\turl=https://h.example/o/x\n", "GIT-LFSCFG:low"),
	V("to https", LC, "[lfs]\n\turl = http://h.example/o/x\n", "[lfs]\n\turl = https://h.example/o/x\n", "GIT-LFSCFG:low"),
	V("gone", LC, "[lfs]\n\turl = https://h.example/o/x\n", NULL, "GIT-LFSCFG:medium"),
};

#define CF "tests/data/repo.git/config"
static const struct table_case embedded[] = {
	V("fsmonitor", CF, "[core]\n\tbare = true\n", "[core]\n\tbare = true\n\tfsmonitor = ./run\n", "GIT-BAREREPO:critical"),
	V("hooks", CF, NULL, "[core]\n\thooksPath = ../h\n", "GIT-BAREREPO:critical"),
	V("ssh", CF, NULL, "[CORE]\n\tSSHCommand = sh run\n", "GIT-BAREREPO:critical"),
	V("worktree", CF, NULL, "[core]\n\tworktree = ../..\n", "GIT-BAREREPO:critical"),
	V("a filter", CF, NULL, "[filter \"x\"]\n\tsmudge = sh run\n", "GIT-BAREREPO:critical"),
	V("an alias that runs", CF, NULL, "[alias]\n\tst = !sh run\n", "GIT-BAREREPO:critical"),
	V("another file", CF, NULL, "[include]\n\tpath = ../x\n", "GIT-BAREREPO:critical"),
	V("another place for a url", CF, NULL, "[url \"https://g.example/o/\"]\n\tinsteadOf = https://h.example/\n", "GIT-BAREREPO:critical"),
	V("a helper for a host", CF, NULL, "[credential \"https://h.example/a\"]\n\thelper = !sh run\n", "GIT-BAREREPO:critical"),
	V("certificates unread", CF, NULL, "[http]\n\tsslVerify = false\n", "GIT-BAREREPO:critical"),
	V("certificates read", CF, NULL, "[http]\n\tsslVerify = true\n", "!GIT-BAREREPO"),
	V("of a work tree", "a/config.worktree", NULL, "[core]\n\tfsmonitor = ./run\n", "GIT-BAREREPO:critical"),
	V("letter case", "a/CONFIG", NULL, "[core]\n\tfsmonitor = ./run\n", "GIT-BAREREPO:critical"),
	V("one's own settings", "home/.config/git/config", NULL, "[core]\n\tpager = less\n", "GIT-BAREREPO:medium"),
	/* look-alikes */
	V("a plain repository", CF, NULL, "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n[remote \"o\"]\n\turl = https://h.example/x\n", "!GIT-BAREREPO"),
	V("git's own monitor", CF, NULL, "[core]\n\tfsmonitor = true\n", "!GIT-BAREREPO"),
	V("stood there", CF, "[core]\n\thooksPath = h\n", "[core]\n\thooksPath = h\n\tbare = true\n", "!GIT-BAREREPO"),
	V("an alias", CF, NULL, "[alias]\n\tst = status\n", "!GIT-BAREREPO"),
	V("of ssh", "home/.ssh/config", NULL, "Host x\n\tProxyCommand nc %h\n", "!GIT-BAREREPO !GATE-PARSE"),
	V("of another tool", "conf/config", NULL, "[core]\neditor: vim\n", "!GIT-BAREREPO !GATE-PARSE"),
	V("another name", "conf/config.ini", NULL, "[core]\nfsmonitor = ./run\n", "!GIT-BAREREPO"),
};

#define RUN(name)                                                              \
	static void test_##name(void **state)                                  \
	{                                                                      \
		(void)state;                                                   \
		table_run(name, sizeof(name) / sizeof(*name), "");             \
	}
RUN(submodules)
RUN(lfs)
RUN(embedded)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_submodules),
		cmocka_unit_test(test_lfs),
		cmocka_unit_test(test_embedded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
