// Package redisserver runs a redis-server for tests and measurements.
package redisserver

import (
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"time"
)

// Server is a redis-server on a port of 127.0.0.1, without persistence.
type Server struct {
	Addr string
	port int
	args []string
	run  *exec.Cmd
}

// ErrNotInstalled says that there is no redis-server on PATH.
var ErrNotInstalled = errors.New("redis-server is not installed")

// Start runs a server on a free port, with more arguments if need be.
func Start(args ...string) (*Server, error) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		return nil, ErrNotInstalled
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // listens at once
	if err != nil {
		return nil, err
	}
	s := &Server{Addr: l.Addr().String(), port: l.Addr().(*net.TCPAddr).Port, args: args}
	if err := l.Close(); err != nil {
		return nil, err
	}
	return s, s.Restart()
}

// Restart starts the server again, which has forgotten everything.
func (s *Server) Restart() error {
	s.Kill()
	args := append([]string{"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"}, s.args...)
	s.run = exec.Command("redis-server", args...) //nolint:gosec,noctx // a fixed program, ended by Kill
	if err := s.run.Start(); err != nil {
		s.run = nil
		return err
	}
	for range 500 {
		c, err := net.DialTimeout("tcp", s.Addr, time.Second) //nolint:noctx // bounded
		if err == nil {
			return c.Close()
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.Kill()
	return fmt.Errorf("redis-server does not listen on %s", s.Addr)
}

// Kill ends the server's process, as a crash would.
func (s *Server) Kill() {
	if s.run != nil {
		_ = s.run.Process.Kill()
		_ = s.run.Wait()
		s.run = nil
	}
}
