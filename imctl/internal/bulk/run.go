package bulk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/long"
	"github.com/imrest/im-go/imctl/internal/output"
	"github.com/imrest/im-go/imctl/internal/sheet"
	"github.com/imrest/im-go/imctl/internal/whole"
)

type options struct {
	journal, rejects string
	resume           bool
}

func flags(c *cobra.Command) *options {
	o := &options{}
	c.Flags().StringVar(&o.journal, "journal", "", "`file` that records what is done; by default beside FILE, named after it")
	c.Flags().StringVar(&o.rejects, "rejects", "", "`file` for the rows that were refused, in the form of the input and with the reasons")
	c.Flags().BoolVar(&o.resume, "resume", false, "continue where an earlier run was stopped")
	return o
}

// beside is where the journal of a job for a file is, unless it has a place: another group, or another message,
// has a journal of its own.
func (o *options) beside(path, job string) string {
	if o.journal != "" {
		return o.journal
	}
	_, what, _ := strings.Cut(job, " ")
	if what != "" {
		what = "." + what
	}
	return path + url.PathEscape(what) + ".journal" // what stands in the command line is no path
}

// apart rejects files of a run that are the same, of which one would overwrite the other.
func (o *options) apart(a *app.App, input, journal string) error {
	for _, pair := range []struct{ flag, path, other string }{{"journal", journal, input}, {"rejects", o.rejects, input}, {"rejects", o.rejects, journal}} {
		if pair.path != "" && (sameFile(pair.path, pair.other) || sameFile(whole.Part(pair.path), pair.other)) {
			return app.Usage("%s", a.T("--%s is %q, which is also the input or the journal", pair.flag, pair.path))
		}
	}
	return nil
}

func sameFile(one, other string) bool {
	first, err := os.Stat(one)
	if err != nil {
		return filepath.Clean(one) == filepath.Clean(other)
	}
	second, err := os.Stat(other)
	return err == nil && os.SameFile(first, second)
}

// undone is a row that is not done, as it is printed.
type undone struct {
	Row   int         `json:"row"`
	ID    string      `json:"id"`
	State batch.State `json:"state"`
	Field string      `json:"field,omitempty"`
	Error string      `json:"error"`
}

// run does a job for each row of a file. A job that rejects a good row is itself wrong, whatever is in the file.
func run[T any](ctx context.Context, a *app.App, file *sheet.File[T], o *options, make func(*im.Client) batch.Job[T], good ...T) error {
	client, err := a.Client()
	if err != nil {
		return err
	}
	j := make(client)
	if err := wrong(ctx, j, good); err != nil {
		return app.WithHint(err, a.T("Nothing was sent."))
	}
	if a.Globals.DryRun {
		return plan(ctx, a, file, j)
	}
	j.Journal, j.Total = o.beside(file.Path(), j.Name), file.Len()
	if err := o.apart(a, file.Path(), j.Journal); err != nil {
		return err
	}
	if err := long.CheckResume(a, j.Journal, o.resume); err != nil {
		return err
	}
	rejects, err := newRejects(file, o.rejects)
	if err != nil {
		return &app.Failure{Exit: app.ExitUsage, Err: err}
	}
	j.Name += " " + client.String() // a journal of one app is not taken for that of another
	line := long.NewLine(a)
	j.Every, j.Progress = long.Every(a), progress(a, line)
	signal.Ignore(brokenPipe)
	var sum batch.Summary
	var ended error
	printed := printUndone(a, line, func(yield func(undone, error) bool) {
		printing := true
		j.Report = func(item T, row batch.Row) error {
			if row.State == batch.StateDone || row.State == batch.StatePending {
				return nil
			}
			if printing = printing && yield(undone{row.Number, row.Key, row.State, row.Field, row.Err.Error()}, nil); !printing {
				return errPrinting
			}
			return rejects.add(item, row)
		}
		sum, ended = batch.Run(a.InLane(ctx, im.Background), file.Rows(), j)
		line.End()
	})
	if printed != nil {
		return errors.Join(printed, rejects.drop())
	}
	return finish(a, o, j.Journal, rejects.end(ended), sum)
}

// progress shows how far a job is, and says once for each wait for the server why it does not get on.
func progress(a *app.App, line *long.Line) func(batch.Progress) {
	waits := false
	return func(p batch.Progress) {
		if p.Trouble != nil && !waits {
			line.Warn("The server has trouble: %s. The run waits for it.", a.Reason(p.Trouble))
		}
		waits = p.Trouble != nil
		line.Show(long.State{Done: p.Done, Refused: p.Refused, Unknown: p.Unknown, Total: p.Total, Rate: p.Rate, Pool: p.Pool, Left: p.Left})
	}
}

// brokenPipe is SIGPIPE, by its number. It would kill a run in the middle of its calls when a reader of the output goes
// away, as tee does on Ctrl-C; the write fails instead.
const brokenPipe = syscall.Signal(13)

var errPrinting = errors.New("the output cannot be written")

// printUndone prints rows above the progress. A table without rows is nothing at all.
func printUndone(a *app.App, line *long.Line, rows func(yield func(undone, error) bool)) error {
	w := a.Writer()
	w.W = line.Above(w.W)
	if w.Format == output.CSV {
		return output.Rows(w, rows, "row", "id", "state", "field", "error")
	}
	return output.Rows(w, rows)
}

// finish says how the run has ended, and how to go on.
func finish(a *app.App, o *options, at string, err error, sum batch.Summary) error {
	ended, through := errors.AsType[*batch.RunError](err)
	_, journal := errors.AsType[*batch.JournalError](err)
	if path, ok := errors.AsType[*fs.PathError](err); ok && path.Op == "open" { // it cannot be made
		journal = true
	}
	switch {
	case err == nil:
		a.Say("%s of %s rows are done.", long.Number(sum.Done), long.Number(sum.Rows))
		return nil
	case through && ended.Unknown > 0:
		return &app.Failure{
			Exit: app.ExitUnknown, Err: fmt.Errorf("%w: %w", im.ErrOutcomeUnknown, err),
			Hint: a.T("Rows of unknown outcome may have been done. Check before you retry them; the journal is %s.", at),
		}
	case through && o.rejects == "":
		return app.WithHint(err, a.T("With --resume --rejects FILE the refused rows are written as input for another run."))
	case through:
		return app.WithHint(err, a.T("%s has the refused rows: correct them and run again with that file.", o.rejects))
	case journal:
		return &app.Failure{Exit: app.ExitUsage, Err: err}
	case errors.Is(err, context.Canceled):
		return long.Stopped(a, sum.Done)
	}
	return long.Broken(a, err, sum.Done)
}

// rejects is the file of refused rows; nil: none is wanted. It is written whole, when the job is through.
type rejects[T any] struct {
	file *whole.File
	rows *sheet.Rejects[T]
}

func newRejects[T any](input *sheet.File[T], path string) (*rejects[T], error) {
	if path == "" {
		return nil, nil
	}
	file, err := whole.Begin(path)
	if err != nil {
		return nil, err
	}
	rows, err := input.Rejects(file)
	if err != nil {
		return nil, errors.Join(err, file.Drop())
	}
	return &rejects[T]{file, rows}, nil
}

func (r *rejects[T]) add(item T, row batch.Row) error {
	if r == nil || row.State != batch.StateRefused {
		return nil
	}
	return r.rows.Add(item, row.Err)
}

// end keeps the file if the job went through. It returns the error of the job, or its own.
func (r *rejects[T]) end(job error) error {
	if _, through := errors.AsType[*batch.RunError](job); r == nil || job != nil && !through {
		return errors.Join(job, r.drop())
	}
	if err := r.rows.End(); err != nil {
		return errors.Join(err, r.drop())
	}
	if err := r.file.Commit(); err != nil {
		return err
	}
	return job
}

func (r *rejects[T]) drop() error {
	if r == nil {
		return nil
	}
	return r.file.Drop()
}
