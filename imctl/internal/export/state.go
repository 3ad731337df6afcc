package export

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"

	"github.com/imrest/im-go/imctl/internal/input"
	"github.com/imrest/im-go/imctl/internal/output"
	"github.com/imrest/im-go/imctl/internal/text"
	"github.com/imrest/im-go/imctl/internal/whole"
)

const (
	partEnd  = ".part"
	stateEnd = ".state"
)

// state is what the file beside an export says.
type state struct {
	What  string        `json:"what"` // is exported, with its options
	App   string        `json:"app"`
	Form  output.Format `json:"form"`
	Next  string        `json:"next"`  // where the list goes on
	Rows  int           `json:"rows"`  // that are whole
	Bytes int64         `json:"bytes"` // of those in the part
	Whole bool          `json:"whole"` // all is there, only the name is not
}

// saved is how often the state is saved at most: it waits for the disk.
const saved = time.Second

// file is an export that is not whole. What is in the part beyond the state is cut off by the next run, so that no row
// comes twice, whenever the process is killed.
type file struct {
	state
	path  string
	part  *os.File
	out   *bufio.Writer
	count *counter
	fresh int // rows since the state
	now   func() time.Time
	at    time.Time // when the state was saved
	named bool      // an earlier run was killed when only the state was left to remove
}

// counter counts bytes.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// begin opens the part, where the state beside it is.
func begin(path string, want state, now func() time.Time) (*file, error) {
	f := &file{state: want, path: path, now: now}
	mode := os.FileMode(0o666)
	if info, err := os.Stat(path); err == nil {
		if !info.Mode().IsRegular() {
			return nil, text.Errorf("%s is not a regular file", path)
		}
		mode = info.Mode().Perm() // what was private stays so
	}
	_, err := os.Stat(path + partEnd)
	fresh := errors.Is(err, os.ErrNotExist)
	if f.part, err = whole.Lock(path+partEnd, mode); err != nil {
		return nil, err
	}
	err = f.read(want) // not before: another process may have changed it
	if err == nil {
		err = f.resume(fresh)
	}
	if err != nil {
		return nil, errors.Join(err, whole.Release(f.part, func() error {
			if !fresh {
				return nil
			}
			return os.Remove(f.path + partEnd)
		}))
	}
	return f, nil
}

// read reads what an earlier run has left, if it was of the same export.
func (f *file) read(want state) error {
	raw, err := input.File(f.path+stateEnd, input.MostFile)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if info, err := f.part.Stat(); err == nil && info.Size() > 0 { // the state is there before the first row
			return text.Errorf("%s exists, and was not left by an export", f.path+partEnd)
		}
		return nil
	case err != nil:
		return err
	}
	var before state
	if err := input.JSON(raw, &before); err != nil {
		return text.Errorf("%s cannot be read, remove it to start over: %v", f.path+stateEnd, err)
	}
	if before.What != want.What || before.App != want.App || before.Form != want.Form {
		return text.Errorf("%s is of another export: %s of %s", f.path+stateEnd, before.What, before.App)
	}
	f.state = before
	return nil
}

// resume goes on where the state is. A part without rows beside the state of a whole export is what a run has made that
// came after the export got its name.
func (f *file) resume(fresh bool) error {
	info, err := f.part.Stat()
	if err != nil {
		return err
	}
	if f.named = f.Whole && (fresh || f.Bytes > 0 && info.Size() == 0); f.named {
		return nil
	}
	return f.cut(info)
}

// cut takes off what is beyond the state.
func (f *file) cut(info os.FileInfo) error {
	if info.Size() < f.Bytes {
		return text.Errorf("%s is shorter than %s says; remove both to start over", f.path+partEnd, f.path+stateEnd)
	}
	if err := f.part.Truncate(f.Bytes); err != nil {
		return err
	}
	if _, err := f.part.Seek(f.Bytes, io.SeekStart); err != nil {
		return err
	}
	f.count = &counter{f.part, f.Bytes}
	f.out = bufio.NewWriterSize(f.count, 1<<16)
	return f.save() // an empty one as well: it says that there is something to go on with
}

// writer is for the rows of the next part of the list.
func (f *file) writer() *output.Writer {
	return &output.Writer{W: f.out, Format: f.Form, NoHeader: f.Bytes > 0}
}

// next ends a part of the list.
func (f *file) next(next string) error {
	if err := f.out.Flush(); err != nil {
		return err
	}
	f.Next, f.Rows, f.Bytes, f.fresh = next, f.Rows+f.fresh, f.count.n, 0
	f.Whole = next == ""
	if !f.Whole && f.now().Sub(f.at) < saved {
		return nil
	}
	return f.save()
}

// save writes the state, after what it speaks of is on disk.
func (f *file) save() error {
	if err := f.part.Sync(); err != nil {
		return err
	}
	raw, err := json.Marshal(f.state)
	if err != nil {
		return err
	}
	w, err := whole.Begin(f.path + stateEnd)
	if err != nil {
		return err
	}
	if _, err := w.Write(append(raw, '\n')); err != nil {
		return errors.Join(err, w.Drop())
	}
	f.at = f.now()
	return w.Commit()
}

// stop keeps what is whole for the next run.
func (f *file) stop() error { return errors.Join(f.save(), f.part.Close()) }

// commit gives the file its name.
func (f *file) commit() error {
	return whole.Release(f.part, func() (err error) {
		if f.named {
			err = os.Remove(f.path + partEnd)
		} else {
			err = os.Rename(f.path+partEnd, f.path)
		}
		if err != nil {
			return err
		}
		if err = os.Remove(f.path + stateEnd); errors.Is(err, os.ErrNotExist) { // another process has found the file whole
			return nil
		}
		return err
	})
}
