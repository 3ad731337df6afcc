package imotel

import (
	"maps"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/metric"

	"github.com/imrest/im-go/batch"
)

// jobs counts the rows of jobs.
type jobs struct {
	mu   sync.Mutex
	rows map[string]*rows // by name
}

// states are those of rows, in the order of rows.
var states = []batch.State{batch.StateDone, batch.StateRefused, batch.StateUnknown, batch.StatePending}

type rows [4]atomic.Int64

func (r *rows) count(s batch.State) {
	for i := range states {
		if s == states[i] {
			r[i].Add(1)
		}
	}
}

func (j *jobs) of(name string) *rows {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.rows == nil {
		j.rows = make(map[string]*rows)
	}
	if j.rows[name] == nil {
		j.rows[name] = new(rows)
	}
	return j.rows[name]
}

func (j *jobs) observe(m *meters, o metric.Observer) {
	j.mu.Lock()
	named := maps.Clone(j.rows)
	j.mu.Unlock() // nor do jobs wait for a reader
	for name, r := range named {
		for i := range states {
			o.ObserveInt64(m.rows, r[i].Load(), m.fresh(jobKey.String(name), stateKey.String(string(states[i]))))
		}
	}
}

// Job returns the job with a Report that counts the rows of [batch.Run] by their state, beside the
// Report that the job has. The name is that of the metric's attribute im.job: use few, such as
// "register". Rows that a journal brings from earlier runs are counted, too.
func Job[T any](t *Telemetry, name string, j batch.Job[T]) batch.Job[T] {
	rows, report := t.jobs.of(name), j.Report
	j.Report = func(item T, row batch.Row) error {
		rows.count(row.State)
		if report == nil {
			return nil
		}
		return report(item, row)
	}
	return j
}
