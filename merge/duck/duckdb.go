package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/duckdb/duckdb-go/v2"
)

// Config is where DuckDB works and what it may take.
type Config struct {
	Root     string // absolute path of the lake
	Threads  int
	MemoryMB int
	TempDir  string // private directory for spilling, inside the lake; made by the caller
}

// Reach is the setting that names all that a DuckDB may open.
type Reach string

// Directories reaches what is in directories, to read and write.
func Directories(dirs ...string) Reach {
	return Reach("SET allowed_directories = " + List(quoted(dirs)))
}

// Files reaches single files, given by their full paths.
func Files(paths []string) Reach {
	return Reach("SET allowed_paths = " + List(quoted(paths)))
}

func quoted(paths []string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = Lit(p)
	}
	return out
}

// spillFactor bounds what may be spilled, as a multiple of the memory limit:
// a runaway query must not fill the disk the lake is on.
const spillFactor = 64

// settings are in the order RELIABILITY asks for: nothing may be loaded from
// outside before the last two close the door.
func settings(c Config, reach Reach) []string {
	return []string{
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
		"SET allow_community_extensions = false",
		"SET allow_persistent_secrets = false",
		"SET enable_external_file_cache = false", // it keeps what is read once: the system's own cache is there
		"SET memory_limit = " + Lit(strconv.Itoa(c.MemoryMB)+"MiB"),
		"SET threads = " + strconv.Itoa(c.Threads),
		"SET temp_directory = " + Lit(c.TempDir),
		"SET max_temp_directory_size = " + Lit(strconv.Itoa(c.MemoryMB*spillFactor)+"MiB"),
		"SET GLOBAL TimeZone = 'UTC'",
		string(reach),
		"SET enable_external_access = false",
		"SET lock_configuration = true",
	}
}

// Open starts a DuckDB in memory that opens nothing but its reach and what it
// spills; the settings hold for every connection. Nothing in it needs to
// survive its Close.
func Open(ctx context.Context, c Config, reach Reach) (*sql.DB, error) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, fmt.Errorf("open duckdb: %w", err)
	}
	db := sql.OpenDB(connector)
	for _, s := range settings(c, reach) {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return nil, errors.Join(fmt.Errorf("set up duckdb: %w", err), db.Close())
		}
	}
	return db, nil
}
