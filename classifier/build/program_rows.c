#include "classifier/build/program_rows.h"


static const char process[] = "code that runs at install, build or test time starts a process: read the command and what it reads";
static const char network[] = "code that runs at install, build or test time talks to the network: whose host is it, and is what comes checked?";
static const char evaluated[] = "code that runs at install, build or test time runs text as code: read what the text is";
static const char reports[] = "tests can be reported as passed whatever they did: a hook, an outcome or a comparison is overridden";
static const char deselects[] = "tests are left out of the run by code: which ones, and why?";
static const char piped[] = "a download is fed to a shell: whoever holds that host runs code here";
static const char downloads[] = "a command of the build downloads something: is the host trusted and what comes checked?";

static const struct gate_risk python[] = {
	{ "process", NULL,
	  "\\b(?:os\\.(?:system|popen|exec[lv]p?e?|spawn\\w+|posix_spawnp?)|subprocess\\.(?:run|Popen|call|check_call|check_output|getoutput|getstatusoutput)|"
	  "asyncio\\.create_subprocess_\\w+|pty\\.spawn)\\s*\\(",
	  { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "process", "import", "\\bfrom\\s+(?:subprocess|pty)\\s+import\\s+[^\\n]+", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "native", "ctypes", "\\bctypes\\.(?:CDLL|cdll|PyDLL|windll)\\b", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "network", NULL,
	  "\\b(?:urlopen|urlretrieve|socket\\.(?:socket|create_connection)|requests\\.(?:get|post|put|request)|httpx\\.(?:get|post|put|stream)|"
	  "http\\.client\\.HTTPS?Connection|urllib3\\.PoolManager|ftplib\\.FTP|smtplib\\.SMTP\\w*)\\s*\\(",
	  { GATE_GAIN_RISK, GATE_TIER_HIGH, network } },
	{ "eval", NULL, "(?<![\\w.])(?:eval|exec|compile|__import__)\\s*\\(", { GATE_GAIN_RISK, GATE_TIER_HIGH, evaluated } },
	{ "eval", NULL, "\\b(?:marshal\\.loads|pickle\\.loads?|base64\\.b(?:16|32|64|85)decode|codecs\\.decode)\\s*\\(",
	  { GATE_GAIN_RISK, GATE_TIER_HIGH, evaluated } },
	{ "start-up", "import", "^import\\s+[^\\n]*;[^\\n]+", { GATE_GAIN_RISK, GATE_TIER_HIGH, evaluated } },
	{ "cmdclass", "cmdclass", "\\bcmdclass\\s*=", { GATE_GAIN_RISK, GATE_TIER_HIGH, "setup.py gets commands of its own, which run at install: read the class" } },
};
const struct gate_risk_table gate_rows_python = GATE_RISKS(python);

static const struct gate_risk pytest[] = {
	{ "report hook", "pytest_", "\\bdef\\s+pytest_(?:runtest_makereport|report_teststatus|runtest_logreport)\\s*\\(",
	  { GATE_GAIN_RISK, GATE_TIER_CRITICAL, reports } },
	{ "run hook", "pytest_", "\\bdef\\s+pytest_(?:runtest_protocol|pyfunc_call|runtest_call|runtestloop)\\s*\\(",
	  { GATE_GAIN_RISK, GATE_TIER_HIGH, reports } },
	{ "outcome", "outcome", "\\.outcome\\s*=(?!=)\\s*[\"']", { GATE_GAIN_RISK, GATE_TIER_CRITICAL, reports } },
	{ "outcome", "force_result", "\\.force_result\\s*\\(", { GATE_GAIN_RISK, GATE_TIER_CRITICAL, reports } },
	{ "exit status", "exitstatus", "\\.exitstatus\\s*=(?!=)", { GATE_GAIN_RISK, GATE_TIER_CRITICAL, reports } },
	{ "exit status", "exit", "\\b(?:os\\._exit|sys\\.exit|pytest\\.exit)\\s*\\(\\s*(?:returncode\\s*=\\s*)?0\\s*\\)", { GATE_GAIN_RISK, GATE_TIER_HIGH, reports } },
	{ "report class", "Report", "\\b(?:TestReport|CollectReport|BaseReport)\\.\\w+\\s*=(?!=)", { GATE_GAIN_RISK, GATE_TIER_CRITICAL, reports } },
	{ "always equal", "__eq__",
	  "\\bdef\\s+__eq__\\s*\\([^)\\n]*\\)\\s*(?:->[^:\\n]*)?:\\s*return\\s+(?:True|not\\s+False|1)\\b", { GATE_GAIN_RISK, GATE_TIER_CRITICAL, reports } },
	{ "always equal", "__eq__", "__eq__\\s*=\\s*lambda[^:\\n]*:\\s*True", { GATE_GAIN_RISK, GATE_TIER_CRITICAL, reports } },
	{ "collect", "collect_ignore", "\\bcollect_ignore(?:_glob)?\\s*(?:=(?!=)|\\+=|\\.(?:append|extend|insert)\\s*\\()", { GATE_GAIN_RISK, GATE_TIER_HIGH, deselects } },
	{ "collect", "pytest_ignore_collect", "\\bdef\\s+pytest_ignore_collect\\s*\\(", { GATE_GAIN_RISK, GATE_TIER_HIGH, deselects } },
	{ "deselect", "items", "\\bitems\\s*\\[\\s*:?\\s*\\]\\s*=(?!=)|\\bitems\\.(?:remove|clear|pop)\\s*\\(|\\bdel\\s+items\\b", { GATE_GAIN_RISK, GATE_TIER_HIGH, deselects } },
	{ "deselect", "pytest_deselected", "\\bpytest_deselected\\s*\\(", { GATE_GAIN_RISK, GATE_TIER_HIGH, deselects } },
	{ "mark", "add_marker", "\\.add_marker\\s*\\(\\s*(?:pytest\\.mark\\.)?[\"']?(?:skip|xfail)", { GATE_GAIN_RISK, GATE_TIER_HIGH, deselects } },
	{ "plugin", "pytest_plugins", "\\bpytest_plugins\\s*(?:=(?!=)|\\+=)", { GATE_GAIN_RISK, GATE_TIER_MEDIUM, "tests load another plugin: read what it does" } },
};
const struct gate_risk_table gate_rows_pytest = GATE_RISKS(pytest);

static const struct gate_risk rust[] = {
	{ "process", "Command", "\\bCommand::new\\s*\\(", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "process", NULL, "\\b(?:duct::cmd|xshell::cmd|cmd)!\\s*\\(|\\blibc::(?:system|exec\\w+)\\s*\\(", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "network", NULL, "\\b(?:reqwest|ureq|isahc|attohttpc|minreq|curl)::[\\w:]+", { GATE_GAIN_RISK, GATE_TIER_HIGH, network } },
	{ "network", NULL, "\\b(?:TcpStream|UdpSocket)::\\w+\\s*\\(", { GATE_GAIN_RISK, GATE_TIER_HIGH, network } },
	{ "native", "dlopen", "\\b(?:libloading::|dlopen)", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
};
const struct gate_risk_table gate_rows_rust = GATE_RISKS(rust);

static const struct gate_risk go[] = {
	{ "go:generate", "//go:generate", "^//go:generate[ \\t]+(?=[^\\n]*(?:\\bcurl\\b|\\bwget\\b|\\b(?:ba|z)?sh[ \\t]+-c|https?://|\\bpython3?[ \\t]+-c|\\bnc\\b|\\beval\\b))[^\\n]+",
	  { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "generator", "//go:generate", "^//go:generate[ \\t]+[^\\n]+", { GATE_GAIN_RISK, GATE_TIER_MEDIUM, process } },
	{ "cgo flags", "#cgo", "^\\s*(?://)?\\s*#cgo\\b[^\\n]*(?:-fplugin|-Wl,|-B|-specs|-wrapper|@)[^\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "cgo", "#cgo", "^\\s*(?://)?\\s*#cgo\\b[^\\n]+", { GATE_GAIN_RISK, GATE_TIER_MEDIUM, process } },
};
const struct gate_risk_table gate_rows_go = GATE_RISKS(go);

static const struct gate_risk toolexec[] = {
	{ "toolexec", "-toolexec", "-toolexec\\b[^\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
};
const struct gate_risk_table gate_rows_toolexec = GATE_RISKS(toolexec);

static const struct gate_risk make[] = {
	{ "process", "execute_process",
	  "\\bexecute_process\\s*\\((?!\\s*COMMAND\\s+\"?(?:\\$\\{(?:GIT_EXECUTABLE|Git_EXECUTABLE|PKG_CONFIG_EXECUTABLE|CMAKE_COMMAND|CMAKE_C(?:XX)?_COMPILER)\\}|git|uname|date)\\b)",
	  { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "fetch", NULL, "\\b(?:FetchContent_Declare|ExternalProject_Add|CPMAddPackage|CPMFindPackage)\\s*\\(", { GATE_GAIN_RISK, GATE_TIER_HIGH, network } },
	{ "fetch", "DOWNLOAD", "\\bfile\\s*\\(\\s*DOWNLOAD\\b", { GATE_GAIN_RISK, GATE_TIER_HIGH, network } },
	{ "fetch", NULL, "\\b(?:http_archive|http_file|http_jar|git_repository|new_git_repository|(?:archive|git|single_version)_override)\\s*\\(", { GATE_GAIN_RISK, GATE_TIER_HIGH, network } },
	{ "process", "ctx.", "\\b(?:repository_ctx|rctx|module_ctx|mctx|ctx)\\.(?:execute|download|download_and_extract)\\s*\\(", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "process", "run_command", "\\brun_command\\s*\\((?!\\s*['\"]?(?:git|date)\\b)", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "process", "m4_esyscmd", "\\bm4_e?syscmd(?:_s)?\\s*\\((?!\\[?\\s*(?:\\[)?(?:git|build-aux/git))", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "process", "(shell", "\\$\\(shell\\s+(?!(?:git|pkg-config|uname|date|pwd|find|ls|nproc|which|command|basename|dirname|go|cat|echo|grep|sed|awk|test|arch|getconf|id|whoami|"
	  "hostname|llvm-config|sdl2-config|cargo|rustc|node|python3?-config|tput|sort|cut|tr|head|expr|realpath|\\$\\()\\b)",
	  { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "process", "os.", "\\b(?:os\\.(?:execute|system|popen)|subprocess\\.\\w+|io\\.popen)\\s*\\(", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "process", "addSystemCommand", "\\baddSystemCommand\\s*\\(", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "bazel", NULL, "--(?:override_repository|remote_cache|remote_executor|bes_backend|experimental_remote_downloader|registry)=[^\\s]+", { GATE_GAIN_RISK, GATE_TIER_HIGH, network } },
	{ "bazel", "genrule", "\\b(?:genrule|local_repository|new_local_repository)\\s*\\(", { GATE_GAIN_RISK, GATE_TIER_MEDIUM, process } },
	{ "shell of make", "SHELL", "^SHELL\\s*:?=\\s*(?!(?:/usr)?/bin/(?:env\\s+)?(?:ba|da|z|k)?sh\\b)(?!(?:ba|z)?sh\\b)[^\\n]+", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "download", NULL, "(?:^|[\\s;&|@`(])(?:curl|wget|aria2c)\\s+[^\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, downloads } },
	{ "download", "install", "\\b(?:pip3?|npm|yarn|cargo|gem)\\s+(?:install|add|i)\\b[^\\n]*(?:https?://|git\\+)[^\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, downloads } },
	{ "download", "git", "\\bgit\\s+clone\\b[^\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, downloads } },
};
const struct gate_risk_table gate_rows_make = GATE_RISKS(make);

static const struct gate_risk jvm[] = {
	{ "process", "exec", "(?:^|[\\s.;{(])(?:project\\.|providers\\.)?(?:java)?[eE]xec\\s*(?:\\{|\\(\\s*\\{)", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "process", "Exec", "\\btype\\s*:\\s*(?:Java)?Exec\\b|<(?:Java)?Exec>|\\b(?:Java)?Exec::class", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "process", "commandLine", "\\bcommandLine\\b[^\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "process", NULL, "\\bProcessBuilder\\s*\\(|\\bgetRuntime\\(\\)\\s*\\.exec\\s*\\(|[\"'\\])]\\s*\\.execute\\(\\)|\\bscala\\.sys\\.process\\b|\\bsys\\.process\\b", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "network", NULL, "\\bURL\\s*\\(\\s*[\"'][^\"']*|\\.(?:openStream|openConnection|toURL)\\s*\\(\\)|\\bHttpClient\\.new\\w*|<get\\s+src=\"[^\"]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, network } },
	{ "remote script", "from", "\\bapply\\s*\\(?\\s*from\\s*[:=(]\\s*[\"']https?://[^\"']*", { GATE_GAIN_RISK, GATE_TIER_HIGH, network } },
	{ "insecure", NULL, "\\b(?:isA|a)llowInsecureProtocol\\s*=?\\s*\\(?\\s*true", { GATE_GAIN_RISK, GATE_TIER_HIGH, network } },
	{ "insecure repository", "http://", "\\burl\\s*[=(]?\\s*(?:uri\\s*\\(\\s*)?[\"']http://[^\"']*|<url>\\s*http://[^<]*</url>\\s*(?=(?:(?!</repository>).){0,300}</(?:pluginR|r)epository>)", { GATE_GAIN_RISK, GATE_TIER_HIGH, network } },
	{ "plugin", "artifactId",
	  "<artifactId>\\s*(?:exec-maven-plugin|maven-antrun-plugin|gmavenplus-plugin|groovy-maven-plugin|gmaven-plugin|frontend-maven-plugin|download-maven-plugin|"
	  "maven-scripting-plugin|beanshell-maven-plugin|jruby-maven-plugin)\\s*</artifactId>",
	  { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "process", "<exec", "<(?:executable|exec|java|script|apply)\\b[^>]*>[^<\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "core extension", "<extension>", "<extension>\\s*<groupId>[^<]*</groupId>\\s*<artifactId>[^<]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "tests ignored", NULL, "\\bignoreFailures\\s*(?:=|\\.set\\()\\s*true|<testFailureIgnore>\\s*true|<(?:skipTests|maven\\.test\\.skip|skipITs)>\\s*true", { GATE_GAIN_RISK, GATE_TIER_HIGH, deselects } },
	{ "tests ignored", "onlyIf", "\\bonlyIf\\s*[{(]\\s*\\{?\\s*false", { GATE_GAIN_RISK, GATE_TIER_HIGH, deselects } },
};
const struct gate_risk_table gate_rows_jvm = GATE_RISKS(jvm);

static const struct gate_risk net[] = {
	{ "process", "<Exec", "<Exec\\b[^>]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "process", "BuildEvent>", "<(?:Pre|Post)BuildEvent>[^<]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "inline task", "<UsingTask", "<UsingTask\\b[^>]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, evaluated } },
	{ "download", NULL, "<DownloadFile\\b[^>]*|\\bDownloadFile\\s*\\(|\\bHttpClient\\s*\\(", { GATE_GAIN_RISK, GATE_TIER_HIGH, network } },
	{ "process", NULL, "\\bStartProcess\\s*\\(|\\bStartAndReturnProcess\\s*\\(|\\bProcess\\.Start\\s*\\(|\\bProcessTasks\\.StartProcess\\s*\\(", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "import", "<Import", "<Import\\b[^>]*Project=\"[^\"]*(?:https?:|\\\\\\\\|\\.\\.[/\\\\]\\.\\.[/\\\\]\\.\\.)[^\"]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
};
const struct gate_risk_table gate_rows_net = GATE_RISKS(net);

static const struct gate_risk ruby[] = {
	{ "process", NULL, "(?<![\\w.:'\"])(?:Kernel\\.)?(?:system|exec|spawn)(?:\\s*\\(|\\s+[\"'%])", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "process", "`", "`(?!git[ `])[^`\\n]+`", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "process", "%x", "%x[\\[({|!]", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "process", NULL, "\\b(?:IO\\.popen|Open3\\.\\w+|Process\\.spawn|PTY\\.spawn)\\b", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "network", NULL, "\\b(?:Net::HTTP|URI\\.open|TCPSocket|Faraday|HTTParty|RestClient|Down\\.download)\\b|open-uri", { GATE_GAIN_RISK, GATE_TIER_HIGH, network } },
	{ "eval", NULL, "(?<![\\w.])(?:eval|instance_eval|class_eval)\\s*\\(?\\s*(?!do\\b)[\"'(A-Za-z]|\\bMarshal\\.load\\b|\\.unpack1?\\s*\\(\\s*[\"']m", { GATE_GAIN_RISK, GATE_TIER_HIGH, evaluated } },
	{ "extensions", "extensions", "\\.extensions\\s*(?:=(?!=)|<<|\\+=)", { GATE_GAIN_RISK, GATE_TIER_HIGH, "a gem runs this when it is installed: read it" } },
};
const struct gate_risk_table gate_rows_ruby = GATE_RISKS(ruby);

static const struct gate_risk elixir[] = {
	{ "process", NULL, "\\bSystem\\.(?:cmd|shell)\\s*\\(|:os\\.cmd\\s*\\(|\\bos:cmd\\s*\\(|\\bPort\\.open\\s*\\(|\\.cmd\\s*\\(\\s*\"", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "alias", "cmd", "\"cmd\\s+[^\"\\n]*\"", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
	{ "network", NULL, ":httpc\\.|\\b(?:HTTPoison|Req|Tesla|Finch|Mint\\.HTTP)\\.\\w+!?\\s*\\(|\\bhttpc:request", { GATE_GAIN_RISK, GATE_TIER_HIGH, network } },
	{ "eval", NULL, "\\b(?:Code\\.(?:eval_\\w+|compile_\\w+)|EEx\\.eval_\\w+)\\s*\\(|:erlang\\.binary_to_term", { GATE_GAIN_RISK, GATE_TIER_HIGH, evaluated } },
	{ "hook", NULL, "\\{\\s*(?:pre_hooks|post_hooks|provider_hooks)\\s*,", { GATE_GAIN_RISK, GATE_TIER_HIGH, process } },
};
const struct gate_risk_table gate_rows_elixir = GATE_RISKS(elixir);

static const char starts[] = "a shell, direnv, cron or systemd runs this by itself: read every command";

static const struct gate_risk start[] = {
	{ "unit", "=", "^(?:Exec\\w+|User|Group|RootDirectory|EnvironmentFile|LoadCredential|PassEnvironment|AmbientCapabilities|CapabilityBoundingSet|OnCalendar|OnBootSec)\\s*=[^\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, starts } },
	{ "environment", NULL, "\\b(?:LD_PRELOAD|LD_LIBRARY_PATH|DYLD_INSERT_LIBRARIES|PROMPT_COMMAND|BASH_ENV|ENV|NODE_OPTIONS|PYTHONPATH|PYTHONSTARTUP|GIT_SSH(?:_COMMAND)?|"
	  "GIT_CONFIG\\w*|EDITOR|PAGER|PATH)=[^\\n]*|\\bPATH_add\\b[^\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, starts } },
	{ "cron", NULL, "^\\s*(?:@(?:reboot|hourly|daily|weekly|monthly|yearly|annually|midnight)|(?:[\\d*,/-]+|[A-Z]{3})(?:\\s+[\\dA-Za-z*,/-]+){4})\\s+\\S[^\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, starts } },
	{ "command", NULL,
	  "^[ \\t]*(?!\\[|export\\b|alias\\b|use\\b|layout\\b|dotenv\\w*\\b|source_(?:up|env)\\w*\\b|watch_file\\b|strict_env\\b|unset\\b|set\\b|setopt\\b|shopt\\b|if\\b|then\\b|fi\\b|else\\b|elif\\b|"
	  "case\\b|esac\\b|local\\b|return\\b|done\\b|for\\b|bindkey\\b|autoload\\b|[A-Za-z_]\\w*\\s*=|[})\\];]|//|@|[\\d*])[A-Za-z_./~$({\"'][^\\n]*",
	  { GATE_GAIN_RISK, GATE_TIER_HIGH, starts } },
	{ "command", "$(", "=[\"']?\\$\\([^\\n]*|=[\"']?`[^\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, starts } },
	{ "alias", "alias", "\\balias\\s+(?:sudo|git|ssh|npm|docker|curl|cd|ls|python3?|node)=[^\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, starts } },
	{ "hardening", NULL,
	  "^(?:ProtectSystem|ProtectHome|NoNewPrivileges|PrivateTmp|PrivateDevices|PrivateNetwork|RestrictAddressFamilies|SystemCallFilter|DynamicUser|ReadOnlyPaths|"
	  "RestrictNamespaces|MemoryDenyWriteExecute|ProtectKernel\\w+|User|Group|CapabilityBoundingSet)\\s*=[^\\n]*",
	  { GATE_GAIN_GUARD, GATE_TIER_HIGH, "a service lost a wall around it: why does it need to reach more?" } },
};
const struct gate_risk_table gate_rows_start = GATE_RISKS(start);

static const struct gate_risk shell[] = {
	{ "download into a shell", NULL,
	  "\\b(?:curl|wget|fetch|aria2c|Invoke-WebRequest|iwr)\\b[^\\n|]*\\|(?:[^\\n]*\\|)?\\s*(?:sudo\\s+(?:-\\w+\\s+)*)?(?:env\\s+)?(?:/\\w+)*/?(?:ba|z|da|k)?sh\\b[^\\n]*|"
	  "\\b(?:curl|wget)\\b[^\\n|]*\\|\\s*(?:sudo\\s+)?(?:python3?|perl|node|ruby|php|tar\\s+-?\\w*x\\w*\\s+-C\\s*/|iex)\\b[^\\n]*",
	  { GATE_GAIN_RISK, GATE_TIER_HIGH, piped } },
	{ "download into a shell", NULL, "\\b(?:ba|z|da)?sh\\s+(?:-c\\s+)?[\"']?(?:<\\(|\\$\\(|`)\\s*(?:curl|wget)\\b[^\\n]*|\\b(?:eval|source|\\.)\\s+[\"']?(?:<\\(|\\$\\(|`)\\s*(?:curl|wget)\\b[^\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, piped } },
	{ "decoded", "base64", "\\bbase64\\s+(?:-d|--decode|-D)\\b[^\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, evaluated } },
	{ "eval", "eval", "(?:^|[\\s;&|@])eval\\s+[\"`$][^\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, evaluated } },
	{ "socket", NULL, "/dev/(?:tcp|udp)/[^\\s]*|(?:^|[\\s;&|@])(?:nc|ncat|netcat|socat)\\s+-?\\w[^\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, network } },
	{ "checks off", NULL,
	  "\\bcurl\\b[^\\n|;&]*\\s(?:-\\w*k\\w*|--insecure)(?=\\s)|\\bwget\\b[^\\n|;&]*--no-check-certificate|--allow-unauthenticated|--force-yes|\\bsslVerify[ =]+false|--trusted-host\\b|"
	  "\\bstrict-ssl[ =]+false|\\bGIT_SSL_NO_VERIFY=\\w+|--nogpgcheck|--no-gpg-checks?",
	  { GATE_GAIN_RISK, GATE_TIER_HIGH, "what comes over the network is no longer checked: whoever is in between decides what runs" } },
	{ "rights", NULL, "\\bchmod\\s+(?:-R\\s+)?(?:0?777|a\\+rwx|u\\+s|[24]7\\d\\d)\\b[^\\n]*|NOPASSWD[^\\n]*", { GATE_GAIN_RISK, GATE_TIER_HIGH, "files or rights are opened to everyone: who needs them?" } },
};
const struct gate_risk_table gate_rows_shell = GATE_RISKS(shell);
