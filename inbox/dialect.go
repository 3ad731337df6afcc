package inbox

import (
	"database/sql"
	"strconv"
	"strings"
)

// Dialect is the SQL of a database.
type Dialect string

// The databases.
const (
	SQLite     Dialect = "sqlite"     // 3.35 or later
	PostgreSQL Dialect = "postgresql" // 11 or later
	MariaDB    Dialect = "mariadb"    // 10.6 or later
)

// grammar is in what the dialects differ.
type grammar struct {
	schema     []string // in the database of the inbox
	marks      []string // in the database of the user's tables, where that is another one
	exists     string   // counts the tables of a name, and the indexes that are made by themselves
	insert     string   // begins an insert that leaves out rows whose key is there
	unlessSeen string   // ends it
	lock       string   // ends a select that claims a row
	options    *sql.TxOptions
}

const (
	skipConflicts = " ON CONFLICT (dedupe, variant) DO NOTHING"
	skipLocked    = " FOR UPDATE SKIP LOCKED"
)

var grammars = map[Dialect]grammar{
	SQLite: {
		schema: sqliteSchema, marks: sqliteMarks, exists: "SELECT COUNT(*) FROM sqlite_master WHERE name = ?",
		insert: "INSERT INTO", unlessSeen: skipConflicts,
	},
	PostgreSQL: {
		schema: postgresSchema, exists: "SELECT COUNT(to_regclass(CAST(? AS TEXT)))",
		insert: "INSERT INTO", unlessSeen: skipConflicts, lock: skipLocked, options: readCommitted,
	},
	MariaDB: {
		schema: mariaSchema, exists: "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?",
		insert: "INSERT IGNORE INTO", lock: skipLocked, options: readCommitted,
	},
}

// readCommitted makes a transaction see what another one has committed since it began.
var readCommitted = &sql.TxOptions{Isolation: sql.LevelReadCommitted}

// separate says whether the inbox has a database of its own.
func (d Dialect) separate() bool { return d == SQLite }

// text is a statement for this inbox: {} is the prefix of the tables, ? an argument.
func (s *Inbox) text(statement string) string {
	statement = strings.ReplaceAll(statement, "{}", s.o.Prefix)
	if s.o.Dialect != PostgreSQL {
		return statement
	}
	parts := strings.Split(statement, "?")
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteString("$" + strconv.Itoa(i))
		}
		b.WriteString(part)
	}
	return b.String()
}

// tuples is a list of n times (?, ?, ...).
func tuples(n, columns int) string {
	one := "(" + marks(columns) + ")"
	return strings.TrimSuffix(strings.Repeat(one+", ", n), ", ")
}

// marks is a list of n arguments.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
