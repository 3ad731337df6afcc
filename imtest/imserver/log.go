package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/imrest/im-go/imtest"
)

// logFlag is -log, or -log=json.
type logFlag string

func (l *logFlag) String() string { return string(*l) }

// IsBoolFlag lets the flag stand without a value.
func (l *logFlag) IsBoolFlag() bool { return true }

func (l *logFlag) Set(value string) error {
	switch value {
	case "true", "lines":
		*l = "lines"
	case "json":
		*l = "json"
	case "false":
		*l = ""
	default:
		return errors.New(`must be "lines" or "json"`)
	}
	return nil
}

// writer writes a line for each request. Headers and bodies are left out: they hold
// tokens and passwords.
func (l *logFlag) writer(out io.Writer) func(imtest.Request) {
	line := textLine
	if *l == "json" {
		line = jsonLine
	}
	var mu sync.Mutex
	return func(r imtest.Request) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = out.Write(append(line(r), '\n')) // a log that is gone does not stop the server
	}
}

func textLine(r imtest.Request) []byte {
	endpoint := r.ID
	if endpoint == "" {
		endpoint = "-"
	}
	return fmt.Appendf(nil, "%s %d %s %s %s", r.Time.UTC().Format("2006-01-02T15:04:05.000Z"), r.Status, r.Method, address(r), endpoint)
}

func address(r imtest.Request) string {
	if r.Query == "" {
		return r.Path
	}
	return r.Path + "?" + r.Query
}

func jsonLine(r imtest.Request) []byte {
	line, err := json.Marshal(struct {
		Time     time.Time `json:"time"`
		Status   int       `json:"status"`
		Method   string    `json:"method"`
		Path     string    `json:"path"`
		Query    string    `json:"query,omitempty"`
		Endpoint string    `json:"endpoint,omitempty"`
	}{r.Time.UTC(), r.Status, r.Method, r.Path, r.Query, r.ID})
	if err != nil {
		panic(err) // it always encodes
	}
	return line
}
