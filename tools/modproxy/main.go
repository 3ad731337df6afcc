// Command modproxy writes a file GOPROXY that holds every module of the
// repository at a version that is not published yet, as committed, so that a
// user's `go get` and `go install` can be tried beforehand.
//
//	go run ./modproxy -repo .. -version v0.1.0 -o /tmp/proxy
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

func main() {
	repo := flag.String("repo", ".", "root of the repository")
	version := flag.String("version", "", "version of all modules")
	revision := flag.String("revision", "HEAD", "commit to publish")
	out := flag.String("o", "", "directory to write to")
	flag.Parse()
	if err := run(*repo, *revision, *version, *out); err != nil {
		fmt.Fprintln(os.Stderr, "modproxy:", err)
		os.Exit(1)
	}
}

func run(repo, revision, version, out string) error {
	if version == "" || out == "" {
		return errors.New("-version and -o are required")
	}
	tree, err := os.MkdirTemp("", "modproxy")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tree) }()
	if err := checkout(repo, revision, tree); err != nil {
		return err
	}
	return filepath.WalkDir(tree, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == "tools": // is not published
			return filepath.SkipDir
		case d.Name() == "go.mod":
			return publish(filepath.Dir(file), filepath.Join(tree, "LICENSE"), version, out)
		}
		return nil
	})
}

// checkout copies what is committed; zip.CreateFromVCS would not take a linked
// worktree.
func checkout(repo, revision, to string) error {
	archive := filepath.Join(to, "archive.tar")
	if out, err := exec.Command("git", "-C", repo, "archive", "-o", archive, revision).CombinedOutput(); err != nil {
		return fmt.Errorf("git archive: %w: %s", err, out)
	}
	if out, err := exec.Command("tar", "-xf", archive, "-C", to).CombinedOutput(); err != nil {
		return fmt.Errorf("tar: %w: %s", err, out)
	}
	return os.Remove(archive)
}

// publish writes what a GOPROXY serves for the module in dir, which holds the
// license of the repository unless it has its own, as the go command does it.
func publish(dir, license, version, out string) error {
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return err
	}
	m := module.Version{Path: modfile.ModulePath(mod), Version: version}
	escaped, err := module.EscapePath(m.Path)
	if err != nil {
		return err
	}
	if err := os.Link(license, filepath.Join(dir, "LICENSE")); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	var archive bytes.Buffer
	if err := zip.CreateFromDir(&archive, m, dir); err != nil {
		return err
	}
	info, err := json.Marshal(map[string]any{"Version": version, "Time": time.Now().UTC()})
	if err != nil {
		return err
	}
	target := filepath.Join(out, filepath.FromSlash(escaped), "@v")
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"list": []byte(version + "\n"), version + ".info": info, version + ".mod": mod, version + ".zip": archive.Bytes(),
	} {
		if err := os.WriteFile(filepath.Join(target, name), content, 0o644); err != nil {
			return err
		}
	}
	fmt.Println(m)
	return nil
}
