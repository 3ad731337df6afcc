// Quotabench measures how much of a quota im-go uses and whether it ever passes
// it, in real time over loopback HTTP, against a server that counts strict sliding
// windows. It prints a table and exits with 1 when a bound is missed.
//
//	quotabench [-only TEXT] [-o FILE]
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// row is a line of the table.
type row struct {
	scenario, bound string
	run             func() (measured string, ok bool, err error)
}

func main() {
	if text := os.Getenv(childEnv); text != "" { // one process of a fleet
		if err := child(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	only := flag.String("only", "", "measure only scenarios with this `text`")
	file := flag.String("o", "", "write the table to this `file`, too")
	flag.Parse()
	missed, err := measure(*only, *file)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if missed > 0 {
		fmt.Printf("\n%d missed\n", missed)
		os.Exit(1)
	}
}

// measure runs the rows and returns how many missed their bound.
func measure(only, file string) (missed int, err error) {
	var table strings.Builder
	out := io.MultiWriter(os.Stdout, &table)
	_, _ = fmt.Fprintln(out, "| scenario | bound | measured | |")
	_, _ = fmt.Fprintln(out, "| --- | --- | --- | --- |")
	for _, r := range rows {
		if !strings.Contains(r.scenario, only) {
			continue
		}
		measured, ok, err := r.run()
		verdict := "kept"
		if err != nil {
			measured = err.Error()
		}
		if err != nil || !ok {
			verdict = "**missed**"
			missed++
		}
		_, _ = fmt.Fprintf(out, "| %s | %s | %s | %s |\n", r.scenario, r.bound, measured, verdict)
	}
	if file == "" {
		return missed, nil
	}
	text := introduction + "The last run of `make bench-quota` on `" + machine() + "`.\n\n" + table.String() + notes
	return missed, os.WriteFile(file, []byte(text), 0o644) //nolint:gosec // a document
}

const introduction = `<!-- Made by ` + "`make bench-quota`" + `; do not edit. -->

# Quotas, measured

[中文](quotas-measured.zh-CN.md)

`

const notes = `
Each row runs for 10 s (Redis killed or cut off: 14 s) over loopback HTTP against a server that counts strict sliding windows and
returns 429 beyond them. "Used" is what the server let through, of all that the quota allows in that time. A fleet is 4
real processes of 8 goroutines each, unless it says otherwise. "Away" is the round trip, through a proxy that holds each
byte back for half of it. The quota per minute is scaled to 2 s.
`

// machine describes where the measurement ran.
func machine() string {
	parts := []string{fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())}
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if name, found := strings.CutPrefix(line, "model name"); found {
				parts = append(parts, strings.Trim(name, " \t:\n"))
				break
			}
		}
	}
	parts = append(parts, runtime.Version())
	if v, err := exec.Command("redis-server", "--version").Output(); err == nil { //nolint:noctx // returns at once
		if fields := strings.Fields(string(v)); len(fields) > 2 {
			parts = append(parts, "Redis "+strings.TrimPrefix(fields[2], "v="))
		}
	}
	return strings.Join(parts, ", ")
}
