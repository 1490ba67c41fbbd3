/* Terraform and Kubernetes (IAC-TF, IAC-K8S): what must be seen, and its look-alikes. */
#include "base/buf.h"
#include "base/str.h"
#include "rules/policy.h"
#include "tests/unit/judge_fixture.h"

#define BUCKET(s) "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"x\"\n" s "}\n"
#define GROUP(s) "resource \"aws_security_group\" \"g\" {\n" s "}\n"
#define DOC(s) "data \"aws_iam_policy_document\" \"d\" {\n  statement {\n" s "  }\n}\n"

static void terraform(void **state)
{
	static const struct judged t[] = {
		{ "open", { "a.tf", GROUP("  ingress {\n    cidr_blocks = [\"10.0.0.0/8\"]\n  }\n"), GROUP("  ingress {\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n") }, { 0 }, "high" },
		{ "tfvars", { "p.tfvars", "allowed_cidrs = [\"10.0.0.0/8\"]\n", "allowed_cidrs = [\"::/0\"]\n" }, { 0 }, "high" },
		{ "every action", { "a.tf", DOC("    actions = [\"s3:GetObject\"]\n"), DOC("    actions = [\"*\"]\n") }, { 0 }, "critical" },
		{ "every resource", { "a.tf", DOC("    resources = [\"arn:x\"]\n"), DOC("    resources = [\"*\"]\n") }, { 0 }, "high" },
		{ "policy text", { "a.tf", "resource \"aws_iam_policy\" \"p\" {\n}\n", "resource \"aws_iam_policy\" \"p\" {\n  policy = jsonencode({ Statement = [{ Effect = \"Allow\", Action = \"*\", Resource = \"*\" }] })\n}\n" }, { 0 }, "critical" },
		{ "admin", { "a.tf", NULL, "resource \"aws_iam_role_policy_attachment\" \"p\" {\n  policy_arn = \"arn:aws:iam::aws:policy/AdministratorAccess\"\n}\n" }, { 0 }, "critical" },
		{ "all users", { "a.tf", NULL, "resource \"google_project_iam_member\" \"p\" {\n  member = \"allUsers\"\n  role = \"roles/viewer\"\n}\n" }, { 0 }, "critical" },
		{ "public", { "a.tf", BUCKET(""), BUCKET("  acl = \"public-read\"\n") }, { 0 }, "high" },
		{ "force", { "a.tf", BUCKET(""), BUCKET("  force_destroy = true\n") }, { 0 }, "high" },
		{ "lifecycle gone", { "a.tf", BUCKET("  lifecycle {\n    prevent_destroy = true\n  }\n"), BUCKET("") }, { 0 }, "high" },
		{ "snapshot", { "a.tf", "resource \"aws_db_instance\" \"d\" {\n}\n", "resource \"aws_db_instance\" \"d\" {\n  skip_final_snapshot = true\n}\n" }, { 0 }, "high" },
		{ "backend", { "a.tf", "terraform {\n  backend \"s3\" {\n    bucket = \"a\"\n  }\n}\n", "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n  }\n}\n" }, { 0 }, "critical" },
		{ "provider", { "a.tf", "terraform {\n  required_providers {\n    a = { source = \"hashicorp/a\", version = \"1\" }\n  }\n}\n", "terraform {\n  required_providers {\n    a = { source = \"evil/a\", version = \"1\" }\n  }\n}\n" }, { 0 }, "high" },
		{ "module", { "a.tf", "module \"m\" {\n  source = \"git::https://a/b?ref=v1\"\n}\n", "module \"m\" {\n  source = \"git::https://a/b\"\n}\n" }, { 0 }, "high" },
		{ "hashes", { ".terraform.lock.hcl", "provider \"r/a\" {\n  version = \"1\"\n  hashes = [\"h1:x\"]\n}\n", "provider \"r/a\" {\n  version = \"1\"\n}\n" }, { 0 }, "high" },
		{ "local-exec", { "a.tf", BUCKET(""), BUCKET("  provisioner \"local-exec\" {\n    command = \"id\"\n  }\n") }, { 0 }, "high" },
		{ "external", { "a.tf", NULL, "data \"external\" \"x\" {\n  program = [\"sh\"]\n}\n" }, { 0 }, "high" },

		{ "egress", { "a.tf", GROUP(""), GROUP("  egress {\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n") }, { 0 }, "low" },
		{ "route", { "a.tf", NULL, "resource \"aws_route\" \"r\" {\n  destination_cidr_block = \"0.0.0.0/0\"\n}\n" }, { 0 }, "low" },
		{ "narrowed", { "a.tf", GROUP("  ingress {\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n"), GROUP("  ingress {\n    cidr_blocks = [\"10.0.0.0/8\"]\n  }\n") }, { 0 }, "low" },
		{ "tag", { "a.tf", BUCKET(""), BUCKET("  tags = { a = \"b\" }\n") }, { 0 }, "low" },
		{ "reformat", { "a.tf", BUCKET("  force_destroy = true\n"), BUCKET("  # kept\n  force_destroy    =   true\n") }, { 0 }, "low" },
		{ "moved", { "a.tf", BUCKET("  force_destroy = true\n"), "\n" }, { "b.tf", "\n", BUCKET("  force_destroy = true\n") }, "low" },
		{ "version", { "a.tf", "module \"m\" {\n  source = \"git::https://a/b?ref=v1\"\n}\n", "module \"m\" {\n  source = \"git::https://a/b?ref=v2\"\n}\n" }, { 0 }, "low" },
		{ "a bucket gone", { "a.tf", BUCKET("  lifecycle {\n    prevent_destroy = true\n  }\n"), "\n" }, { 0 }, "low" },
		{ "new hashes", { ".terraform.lock.hcl", "provider \"r/a\" {\n  hashes = [\"h1:x\"]\n}\n", "provider \"r/a\" {\n  hashes = [\"h1:y\"]\n}\n" }, { 0 }, "low" },
		{ "deny", { "a.tf", DOC("    effect = \"Allow\"\n"), DOC("    effect = \"Deny\"\n    actions = [\"*\"]\n") }, { 0 }, "low" },
	};

	(void)state;
	JUDGE_ALL("IAC-TF", t);
}

#define POD(s) "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: a\n" s
#define ROLE(verbs, resources) \
	"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules:\n  - verbs: " verbs "\n    resources: " resources "\n"
#define BINDING(role, who) "apiVersion: v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\nroleRef: {name: " role "}\nsubjects:\n  - {kind: Group, name: '" who "'}\n"
#define CONTEXT(s) POD("      securityContext:\n" s)
#define NETPOL "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n}\nspec: {podSelector: {}}\n"

static void kubernetes(void **state)
{
	static const struct judged t[] = {
		{ "admin", { "a.yaml", NULL, BINDING("cluster-admin", "ops") }, { 0 }, "critical" },
		{ "masters", { "a.yaml", NULL, BINDING("view", "system:masters") }, { 0 }, "critical" },
		{ "every verb", { "a.yaml", ROLE("[get]", "[pods]"), ROLE("['*']", "[pods]") }, { 0 }, "high" },
		{ "everything", { "a.yaml", ROLE("[get]", "[pods]"), ROLE("['*']", "['*']") }, { 0 }, "critical" },
		{ "impersonate", { "a.yaml", ROLE("[get]", "[users]"), ROLE("[get, impersonate]", "[users]") }, { 0 }, "high" },
		{ "secrets", { "a.yaml", ROLE("[get]", "[pods]"), ROLE("[get]", "[pods, secrets]") }, { 0 }, "high" },
		{ "privileged", { "a.yaml", POD(""), CONTEXT("        privileged: true\n") }, { 0 }, "high" },
		{ "hostPath", { "a.yaml", POD(""), POD("  volumes:\n    - hostPath: {path: /}\n") }, { 0 }, "high" },
		{ "hostNetwork", { "a.yaml", POD(""), POD("  hostNetwork: true\n") }, { 0 }, "high" },
		{ "root", { "a.yaml", POD(""), CONTEXT("        runAsUser: 0\n") }, { 0 }, "high" },
		{ "non-root gone", { "a.yaml", CONTEXT("        runAsNonRoot: true\n"), POD("") }, { 0 }, "high" },
		{ "token", { "a.yaml", POD("  automountServiceAccountToken: false\n"), POD("") }, { 0 }, "high" },
		{ "network policy gone", { "a.yaml", POD("") "---\n" NETPOL, POD("") }, { 0 }, "high" },
		{ "file gone", { "a.yaml", NETPOL, NULL }, { 0 }, "high" },
		{ "webhook", { "a.yaml", "apiVersion: v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: w}\nwebhooks: [{failurePolicy: Fail}]\n", "apiVersion: v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: w}\nwebhooks: [{failurePolicy: Ignore}]\n" }, { 0 }, "high" },
		{ "template", { "templates/a.yaml", "{{- if .a }}\n" POD("") "{{- end }}\n", "{{- if .a }}\n" POD("  hostPID: true\n") "{{- end }}\n" }, { 0 }, "high" },
		{ "values", { "chart/values.yaml", "a: 1\n", "a: 1\nsecurityContext:\n  privileged: true\n" }, { 0 }, "high" },
		{ "remote base", { "kustomization.yaml", "resources: [a.yaml]\n", "resources: [a.yaml, 'https://github.com/x/y//z']\n" }, { 0 }, "high" },
		{ "argo", { "a.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {source: {repoURL: 'https://a'}}\n", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {source: {repoURL: 'https://b'}}\n" }, { 0 }, "high" },

		{ "image", { "a.yaml", POD("      image: a:1\n"), POD("      image: a:2\n") }, { 0 }, "none" },
		{ "moved", { "a.yaml", CONTEXT("        privileged: true\n"), NULL }, { "b/c.yml", NULL, CONTEXT("        privileged: true\n") }, "none" },
		{ "order", { "a.yaml", ROLE("[get, list]", "[secrets]"), ROLE("[list, get]", "[secrets]") }, { 0 }, "none" },
		{ "fewer", { "a.yaml", ROLE("['*']", "['*']"), ROLE("[get]", "[pods]") }, { 0 }, "medium" },
		{ "hardened", { "a.yaml", CONTEXT("        privileged: true\n"), CONTEXT("        runAsNonRoot: true\n") }, { 0 }, "none" },
		{ "pod gone", { "a.yaml", CONTEXT("        runAsNonRoot: true\n") "---\n" ROLE("[get]", "[pods]"), ROLE("[get]", "[pods]") }, { 0 }, "none" },
		{ "kustomize version", { "kustomization.yaml", "resources: ['https://github.com/x/y?ref=v1']\n", "resources: ['https://github.com/x/y?ref=v2']\n" }, { 0 }, "none" },
		{ "other yaml", { "a.yaml", "a: 1\n", "privileged: true\n" }, { 0 }, "none" },
		{ "policy added", { "a.yaml", NULL, NETPOL }, { 0 }, "none" },
	};

	(void)state;
	JUDGE_ALL("IAC-K8S", t);
}

static void connections(void **state)
{
	static const struct judged t[] = {
		{ "CORS", { "a.tf", BUCKET(""), BUCKET("  cors_rule {\n    allowed_origins = [\n      \"*\"\n    ]\n  }\n") }, { 0 }, "high" },
		{ "unverified", { "a.tf", "provider \"x\" {\n}\n", "provider \"x\" {\n  insecure_skip_verify = true\n}\n" }, { 0 }, "high" },
		{ "plain http", { "a.tf", BUCKET(""), BUCKET("  viewer_protocol_policy = \"allow-all\"\n") }, { 0 }, "high" },
		{ "old TLS", { "a.tf", BUCKET(""), BUCKET("  minimum_protocol_version = \"TLSv1\"\n") }, { 0 }, "high" },
		{ "Tomcat", { "web.xml", "<a/>", "<a><param-name>cors.allowed.origins</param-name>\n<param-value>*</param-value></a>" }, { 0 }, "high" },
		{ "Android", { "res/net.xml", "<a/>", "<a cleartextTrafficPermitted=\"true\"/>" }, { 0 }, "high" },
		{ "one origin", { "a.tf", BUCKET(""), BUCKET("  allowed_origins = [\"https://a.example\"]\n") }, { 0 }, "none" },
		{ "methods", { "a.tf", BUCKET(""), BUCKET("  allowed_methods = [\"*\"]\n") }, { 0 }, "none" },
		{ "new TLS", { "a.tf", BUCKET(""), BUCKET("  minimum_protocol_version = \"TLSv1.2_2021\"\n") }, { 0 }, "none" },
		{ "comment", { "a.tf", BUCKET(""), BUCKET("  # insecure_skip_verify = true\n") }, { 0 }, "none" },
		{ "XML comment", { "web.xml", "<a/>", "<a><!-- cleartextTrafficPermitted=\"true\" --></a>" }, { 0 }, "none" },
		{ "stood there", { "web.xml", "<a requireSSL=\"false\"/>", "<a requireSSL='false' b=\"c\"/>" }, { 0 }, "none" },
	};

	(void)state;
	JUDGE_ALL("IAC-OTH", t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terraform),
		cmocka_unit_test(kubernetes),
		cmocka_unit_test(connections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
