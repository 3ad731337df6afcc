// Package dbserver runs the database servers of Debian's packages for tests: unprivileged,
// on 127.0.0.1, with a data directory that is gone afterwards. Commits do not wait for the disk,
// since the machine does not crash in these tests; with IM_FSYNC=1 they do, to measure.
package dbserver

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"time"
)

// Server is a running server.
type Server struct {
	Driver, DSN string
	run         *exec.Cmd
	stdin       io.Closer
	dir         string
}

// ErrNotInstalled says that the server's programs are missing.
var ErrNotInstalled = errors.New("is not installed")

// PostgreSQL starts a PostgreSQL server; its driver is pgx.
func PostgreSQL() (*Server, error) {
	postgres, err := find("postgres", "/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return nil, err
	}
	s, data, port, err := prepare("postgres")
	if err != nil {
		return nil, err
	}
	initdb := filepath.Join(filepath.Dir(resolved(postgres)), "initdb")
	arguments := []string{postgres, "-D", data, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-p", port, "-c", "max_connections=60"}
	if os.Getenv("IM_FSYNC") == "" {
		arguments = append(arguments, "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
	}
	s.Driver, s.DSN = "pgx", "postgres://test@127.0.0.1:"+port+"/postgres?sslmode=disable"
	return s.start("postgres", "QUIT", []string{initdb, "-D", data, "-U", "test", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"}, arguments)
}

// MariaDB starts a MariaDB server; its driver is mysql.
func MariaDB() (*Server, error) {
	mariadbd, err := find("mariadbd", "/usr/sbin/mariadbd")
	if err != nil {
		return nil, err
	}
	install, err := find("mariadb-install-db", "/usr/bin/mariadb-install-db")
	if err != nil {
		return nil, err
	}
	s, data, port, err := prepare("mysql")
	if err != nil {
		return nil, err
	}
	flush := "2"
	if os.Getenv("IM_FSYNC") != "" {
		flush = "1"
	}
	s.Driver, s.DSN = "mysql", "root@tcp(127.0.0.1:"+port+")/test"
	return s.start("mysql", "KILL",
		[]string{install, "--no-defaults", "--datadir=" + data, "--auth-root-authentication-method=normal"},
		[]string{
			mariadbd, "--no-defaults", "--datadir=" + data, "--socket=" + filepath.Join(s.dir, "s"), "--port=" + port, "--bind-address=127.0.0.1",
			"--innodb-flush-log-at-trx-commit=" + flush, "--innodb-buffer-pool-size=128M",
		})
}

func find(name, pattern string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	if found, _ := filepath.Glob(pattern); len(found) > 0 {
		return found[len(found)-1], nil
	}
	return "", fmt.Errorf("%s %w", name, ErrNotInstalled)
}

func resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// prepare makes a data directory that belongs to the server's user, and finds a free port.
func prepare(account string) (s *Server, data, port string, err error) {
	dir, err := os.MkdirTemp("", "im-dbserver-")
	if err != nil {
		return nil, "", "", err
	}
	s = &Server{dir: dir}
	data = filepath.Join(dir, "data")
	if err = os.Mkdir(data, 0o700); err == nil && os.Geteuid() == 0 {
		err = give(account, dir, data)
	}
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, "", "", err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // listens at once
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, "", "", err
	}
	return s, data, strconv.Itoa(l.Addr().(*net.TCPAddr).Port), l.Close()
}

func give(account string, paths ...string) error {
	u, err := user.Lookup(account)
	if err != nil {
		return err
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	for _, path := range paths {
		if err := os.Chown(path, uid, gid); err != nil {
			return err
		}
	}
	return nil
}

// unprivileged is a command as another user, if this one is root.
func unprivileged(account string, command []string) []string {
	if os.Geteuid() != 0 {
		return command
	}
	return append([]string{"setpriv", "--reuid=" + account, "--regid=" + account, "--clear-groups"}, command...)
}

func (s *Server) start(account, signal string, first, then []string) (*Server, error) {
	first, then = unprivileged(account, first), unprivileged(account, then)
	if out, err := exec.Command(first[0], first[1:]...).CombinedOutput(); err != nil { //nolint:gosec,noctx // a fixed program
		_ = os.RemoveAll(s.dir)
		return nil, fmt.Errorf("%s: %w: %s", first, err, out)
	}
	// The shell ends the server when its input ends, which it does even if the test is killed.
	script := `"$@" >&2 & read _; kill -` + signal + ` $!; wait; rm -rf "$0"`
	s.run = exec.Command("sh", append([]string{"-c", script, s.dir}, then...)...) //nolint:gosec,noctx // a fixed program, ended by Close
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return nil, err
	}
	s.run.Stderr = log
	if s.stdin, err = s.run.StdinPipe(); err == nil {
		err = s.run.Start()
	}
	_ = log.Close()
	if err != nil {
		return nil, err
	}
	if err := s.ready(); err != nil {
		text, _ := os.ReadFile(filepath.Join(s.dir, "log"))
		s.Close()
		return nil, fmt.Errorf("%s: %w: %s", then, err, text)
	}
	return s, nil
}

func (s *Server) ready() error {
	db, err := sql.Open(s.Driver, s.DSN)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	for range 600 {
		if err = db.PingContext(context.Background()); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

// Close ends the server and removes its data.
func (s *Server) Close() {
	_ = s.stdin.Close()
	_ = s.run.Wait()
	_ = os.RemoveAll(s.dir)
}
