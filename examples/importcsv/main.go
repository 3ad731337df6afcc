// Command importcsv registers the users of a CSV file with the columns username,
// password and nickname. It can be stopped at any time, by Ctrl-C or by kill -9: the next run
// goes on where it was.
//
//	go run ./examples/importcsv users.csv
//
// Beside the file it keeps users.csv.journal, and users.csv.rejects with the rows that
// were refused, in the same form: corrected, they are the input of another run. The app is
// that of the IM_* variables in the environment; go run ./imtest/imserver prints those of an emulator.
package main

import (
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/users"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	planOnly := flag.Bool("plan", false, "check the file and say how long it takes, and send nothing")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: importcsv [-plan] FILE")
		os.Exit(2)
	}
	if err := run(ctx, flag.Arg(0), *planOnly); err != nil {
		fmt.Fprintln(os.Stderr, "importcsv:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, path string, planOnly bool) error {
	config, err := im.ConfigFromEnv()
	if err != nil {
		return err
	}
	client, err := im.New(config)
	if err != nil {
		return err
	}
	defer client.Close()
	job := client.Users.RegisterJob()

	estimate, err := batch.Plan(ctx, rows(path), job)
	if err != nil {
		return err
	}
	fmt.Printf("%d users, %d calls, about %s\n", estimate.Rows, estimate.Calls, estimate.Time.Round(time.Second))
	for _, row := range estimate.Rejected {
		fmt.Printf("row %d, %s: %v\n", row.Number, row.Key, row.Err)
	}
	if planOnly {
		return nil
	}

	rejects, err := newRejects(path + ".rejects")
	if err != nil {
		return err
	}
	job.Journal, job.Total = path+".journal", estimate.Rows
	job.Report = rejects.add
	job.Progress = show
	_, err = batch.Run(ctx, rows(path), job)
	return errors.Join(err, rejects.close())
}

// show prints how far the job is, and what holds it up.
func show(p batch.Progress) {
	fmt.Printf("%d of %d registered, %d refused; %.0f a second", p.Done, p.Total, p.Refused, p.Rate)
	if p.Left > 0 { // otherwise it is not known
		fmt.Printf(", %s left", p.Left.Round(time.Second))
	}
	switch {
	case p.Trouble != nil:
		fmt.Printf("; waits for the server: %v", p.Trouble)
	case p.Pool != "":
		fmt.Printf("; held up by the quota of %s", p.Pool)
	}
	fmt.Println()
}

// rows reads the file as it is asked for rows, so that its size does not matter.
func rows(path string) iter.Seq2[users.NewUser, error] {
	return func(yield func(users.NewUser, error) bool) {
		file, err := os.Open(path) //nolint:gosec // the file that the user names
		if err != nil {
			yield(users.NewUser{}, err)
			return
		}
		defer file.Close() //nolint:errcheck // it was only read
		in := csv.NewReader(file)
		in.FieldsPerRecord = 3
		for {
			record, err := in.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(users.NewUser{}, err) // it names the line
				return
			}
			if !yield(users.NewUser{Username: record[0], Password: record[1], Nickname: record[2]}, nil) {
				return
			}
		}
	}
}

// rejects is a CSV file of the rows that were refused. Each run reports all rows, so
// that the file is written anew.
type rejects struct {
	file *os.File
	out  *csv.Writer
}

func newRejects(path string) (*rejects, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // the file that the user names; passwords are in it
	if err != nil {
		return nil, err
	}
	return &rejects{file, csv.NewWriter(file)}, nil
}

func (r *rejects) add(u users.NewUser, row batch.Row) error {
	if row.State != batch.StateRefused {
		return nil
	}
	fmt.Printf("row %d, %s: %v\n", row.Number, row.Key, row.Err)
	return r.out.Write([]string{u.Username, u.Password, u.Nickname})
}

func (r *rejects) close() error {
	r.out.Flush()
	return errors.Join(r.out.Error(), r.file.Close())
}
