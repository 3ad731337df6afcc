package batch

import (
	"encoding/json"
	"math"
	"sync"
	"time"
)

// Progress is the state of a run.
type Progress struct {
	Done    int           `json:"done"`    // those of earlier runs included, as in Refused and Unknown
	Refused int           `json:"refused"` // certainly not done
	Unknown int           `json:"unknown"` // perhaps done
	Total   int           `json:"total"`   // Job.Total
	Rate    float64       `json:"rate"`    // items settled a second, in this run
	Pool    string        `json:"pool"`    // of quotas, the one that calls wait for most; empty: the quotas do not hold the run up
	Left    time.Duration `json:"left"`    // until the end, by Rate and Total; 0: not known
	Took    time.Duration `json:"took"`    // since the run began

	// Trouble is why the run waits for the server; nil: it does not. A few failures are retried without
	// a wait, and a wait that is shorter than Job.Every may not be seen. It comes back from JSON as a [*Reason].
	Trouble error `json:"trouble,omitempty"`
}

type plainProgress Progress

type wireProgress struct {
	plainProgress
	Trouble *Reason `json:"trouble,omitempty"`
}

// MarshalJSON keeps the text and the kinds of Trouble.
func (p Progress) MarshalJSON() ([]byte, error) {
	w := wireProgress{plainProgress: plainProgress(p)}
	if p.Trouble != nil {
		w.Trouble = reasonOf(p.Trouble)
	}
	return json.Marshal(w)
}

// UnmarshalJSON makes Trouble a [*Reason].
func (p *Progress) UnmarshalJSON(b []byte) error {
	var w wireProgress
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*p = Progress(w.plainProgress)
	if w.Trouble != nil {
		p.Trouble = w.Trouble
	}
	return nil
}

// meter keeps what Progress reports. What calls wait for counts since the last look.
type meter struct {
	mu       sync.Mutex
	start    time.Time
	looked   time.Time
	now      Progress
	fresh    int // items that this run settled
	refusals int // of those
	made     int // calls
	pools    map[string]*waiting
}

// waiting is how long calls have waited for a pool.
type waiting struct {
	calls int // that wait now
	sum   time.Duration
	at    time.Time // when sum was right
}

func newMeter(total int) *meter {
	start := time.Now()
	return &meter{start: start, looked: start, now: Progress{Total: total}, pools: make(map[string]*waiting)}
}

// settled counts rows, of this run or of one before, and returns how many this run was
// refused.
func (m *meter) settled(rows []Row, fresh bool) (refused int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range rows {
		switch rows[i].State {
		case StateDone:
			m.now.Done++
		case StateRefused:
			m.now.Refused++
			if fresh {
				m.refusals++
			}
		case StateUnknown:
			m.now.Unknown++
		default:
			continue
		}
		if fresh {
			m.fresh++
		}
	}
	return m.refusals
}

func (m *meter) calls() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.made++
}

func (m *meter) called() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.made
}

func (m *meter) waits(pool string) { m.change(pool, 1) }
func (m *meter) goes(pool string)  { m.change(pool, -1) }

func (m *meter) change(pool string, calls int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.pools[pool]
	if w == nil {
		w = &waiting{at: time.Now()}
		m.pools[pool] = w
	}
	w.tick(time.Now())
	w.calls += calls
}

func (w *waiting) tick(now time.Time) {
	w.sum += time.Duration(w.calls) * now.Sub(w.at)
	w.at = now
}

// look makes the Progress of the moment. A pool binds if calls waited for it, taken
// together, for as long as the time since the last look.
func (m *meter) look() Progress {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	p := m.now
	p.Took = now.Sub(m.start)
	if s := p.Took.Seconds(); s > 0 {
		p.Rate = float64(m.fresh) / s
	}
	if left := p.Total - p.Done - p.Refused - p.Unknown; left > 0 && p.Rate > 0 {
		p.Left = math.MaxInt64
		if ns := float64(left) / p.Rate * float64(time.Second); ns < math.MaxInt64 {
			p.Left = time.Duration(ns)
		}
	}
	most := max(now.Sub(m.looked), 1)
	m.looked = now
	for name, w := range m.pools {
		w.tick(now)
		if w.sum >= most {
			most, p.Pool = w.sum, name
		}
		w.sum = 0
	}
	return p
}

// progress reports how far the run is until the run has ended.
func (r *run[T]) progress(ended <-chan struct{}) {
	if r.Progress == nil {
		return
	}
	ticker := time.NewTicker(r.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			now := r.meter.look()
			if r.stop.Err() == nil {
				now.Trouble = r.patience.trouble()
			}
			r.Progress(now)
		case <-ended:
			r.Progress(r.meter.look())
			return
		}
	}
}
