package batch_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/users"
)

// classOf are the users of a file, say.
func classOf(names ...string) func(yield func(users.NewUser, error) bool) {
	return func(yield func(users.NewUser, error) bool) {
		for _, name := range names {
			if !yield(users.NewUser{Username: name, Password: "S3cret.pass"}, nil) {
				return
			}
		}
	}
}

func ExampleRun() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("bob")
	client := srv.Client()
	dir, err := os.MkdirTemp("", "job")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)

	job := client.Users.RegisterJob()
	job.Journal = filepath.Join(dir, "users.journal")
	job.Report = func(u users.NewUser, row batch.Row) error {
		_, err := fmt.Println(row.Number, u.Username, row.State)
		return err
	}
	_, err = batch.Run(context.Background(), classOf("alice", "bob", "no name"), job)
	if errors.Is(err, batch.ErrPartial) {
		fmt.Println(err)
	}
	for row, err := range batch.ReadJournal(job.Journal) {
		if err == nil && row.State == batch.StateRefused {
			fmt.Println(row.Number, row.Key, errors.Is(row.Err, im.ErrAlreadyExists))
		}
	}
	// Output:
	// 1 alice done
	// 2 bob refused
	// 3 no name refused
	// im: 1 of 3 items are done, 2 are refused and 0 of unknown outcome
	// 2 bob true
	// 3 no name false
}

func ExamplePlan() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client := srv.Client()

	estimate, err := batch.Plan(context.Background(), classOf("alice", "bob", ""), client.Users.RegisterJob())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("calls: %d, rows: %d, wrong: %d\n", estimate.Calls, estimate.Rows, estimate.Refused)
	for _, row := range estimate.Rejected {
		fmt.Println(row.Number, row.Field)
	}
	// Output:
	// calls: 1, rows: 3, wrong: 1
	// 3 Username
}
