/* What a new migration destroys, and what only looks like it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "classifier/infra/migration.h"

#include <string.h>

static const struct {
	const char *path, *text;
	bool destroys;
} t[] = {
	{ "m/1.sql", "DROP TABLE users;", true },
	{ "m/1.sql", "drop\n  table if exists users", true },
	{ "m/1.sql", "ALTER TABLE users DROP COLUMN email;", true },
	{ "m/1.sql", "DELETE FROM sessions;", true },
	{ "m/1.sql", "delete from sessions", true },
	{ "m/1.sql", "DELETE FROM sessions; SELECT 1 WHERE true;", true },
	{ "m/1.sql", "TRUNCATE audit_log;", true },
	{ "m/1.sql", "ALTER TABLE a ALTER COLUMN b TYPE integer USING b::integer;", true },
	{ "m/1.sql", "ALTER TABLE a ALTER COLUMN b SET NOT NULL;", true },
	{ "m/1.sql", "GRANT ALL ON accounts TO public;", true },
	{ "m/1.sql", "REVOKE select ON accounts FROM app;", true },
	{ "m/1.sql", "ALTER TABLE accounts DISABLE ROW LEVEL SECURITY;", true },
	{ "m/1.sql", "-- +goose Up\nDROP TABLE a;\n-- +goose Down\nCREATE TABLE a (id int);", true },
	{ "db/migrate/1.rb", "class X < Migration\n def change\n  remove_column :users, :email\n end\nend", true },
	{ "db/migrate/1.rb", "def up\n execute \"DROP TABLE users\"\nend\ndef down\nend", true },
	{ "alembic/versions/1.py", "def upgrade():\n    op.drop_column('users', 'email')\n\ndef downgrade():\n    pass", true },
	{ "app/migrations/0002.py", "operations = [\n migrations.RemoveField(model_name='a', name='b'),\n]", true },
	{ "migrations/1.php", "public function up() { Schema::dropIfExists('users'); }", true },
	{ "migrations/1.cs", "protected override void Up(MigrationBuilder b) { b.DropColumn(name: \"x\"); }", true },
	{ "changelog.xml", "<changeSet><dropTable tableName=\"a\"/></changeSet>", true },
	/* look-alikes */
	{ "m/1.sql", "CREATE TABLE users (id int NOT NULL);", false },
	{ "m/1.sql", "ALTER TABLE users ADD COLUMN dropped_at timestamp;", false },
	{ "m/1.sql", "-- DROP TABLE users;\nALTER TABLE users ADD COLUMN a int;", false },
	{ "m/1.sql", "/* truncate\n drop table */ CREATE INDEX i ON a (b);", false },
	{ "m/1.sql", "DELETE FROM sessions WHERE expired;", false },
	{ "m/1.sql", "CREATE TABLE a (b int REFERENCES c ON DELETE CASCADE);", false },
	{ "m/1.sql", "-- +goose Up\nCREATE TABLE a (id int);\n-- +goose Down\nDROP TABLE a;", false },
	{ "m/1.down.sql", "DROP TABLE a;", false },
	{ "db/migrate/1.rb", "def up\n create_table :a\nend\ndef down\n drop_table :a\nend", false },
	{ "alembic/versions/1.py", "def upgrade():\n    op.add_column('a', b)\n\ndef downgrade():\n    op.drop_column('a', 'b')", false },
	{ "migrations/1.js", "exports.up = k => k.schema.createTable('a');\nexports.down = k => k.schema.dropTable('a');", false },
	{ "migrations/1.php", "public function up(): void { Schema::create('a'); }\npublic function down(): void { Schema::dropIfExists('a'); }", false },
	{ "migrations/1.cs", "void Up() { b.CreateTable(); }\nprotected override void Down(MigrationBuilder b) { b.DropTable(); }", false },
	{ "m/1.sql", "", false },
};

static void statements(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		if (gate_migration_destroys(t[i].path, t[i].text, strlen(t[i].text)) != t[i].destroys)
			fail_msg("%s: %s", t[i].path, t[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(statements) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
