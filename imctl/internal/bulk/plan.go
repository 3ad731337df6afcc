package bulk

import (
	"context"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/sheet"
)

// planned is what --dry-run shows.
type planned struct {
	Rows    int      `json:"rows"`
	Calls   int      `json:"calls"`
	Refused int      `json:"refused"` // before anything is sent
	Time    string   `json:"time"`
	Pool    string   `json:"pool"`
	Pools   []pool   `json:"pools"`
	First   []undone `json:"first_refused"`
}

// pool is what a pool of quotas pays.
type pool struct {
	Pool   string `json:"pool"`
	Calls  int    `json:"calls"`
	Items  int    `json:"items"`
	Waited string `json:"waited"`
}

// plan shows what a job would take, and sends nothing.
func plan[T any](ctx context.Context, a *app.App, file *sheet.File[T], job batch.Job[T]) error {
	e, err := batch.Plan(ctx, file.Rows(), job)
	if err != nil {
		return err
	}
	p := planned{Rows: e.Rows, Calls: e.Calls, Refused: e.Refused, Time: spoken(e.Time), Pool: e.Pool, Pools: []pool{}, First: []undone{}}
	for _, paid := range e.Pools {
		p.Pools = append(p.Pools, pool{paid.Pool, paid.Calls, paid.Items, spoken(paid.Waited)})
	}
	for _, row := range e.Rejected {
		p.First = append(p.First, undone{row.Number, row.Key, row.State, row.Field, row.Err.Error()})
	}
	if !a.ForPeople() {
		return a.Print(p)
	}
	if err := a.Print(p, "rows", "calls", "refused", "time", "pool"); err != nil {
		return err
	}
	if err := a.Print(p.Pools); err != nil || len(p.First) == 0 {
		return err
	}
	return a.Print(p.First)
}

// wrong is why a job rejects good rows.
func wrong[T any](ctx context.Context, job batch.Job[T], good []T) error {
	e, err := batch.Plan(ctx, func(yield func(T, error) bool) {
		for _, row := range good {
			if !yield(row, nil) {
				return
			}
		}
	}, job)
	if err != nil || len(e.Rejected) == 0 {
		return err
	}
	return e.Rejected[0].Err
}

func spoken(d time.Duration) string { return d.Round(time.Second).String() }
