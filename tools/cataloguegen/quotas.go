package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// window is one limit of an endpoint: N calls, or N targets of messages, in
// every Per.
type window struct {
	N     int    `json:"n"`
	Per   string `json:"per"` // a Go duration
	Items bool   `json:"items,omitempty"`
	User  bool   `json:"user,omitempty"`
}

// quotas is what the figures of an endpoint come to.
type quotas struct {
	Pool    string
	Base    []window
	Easemob []window // only where Easemob's newest documents differ from Base
	Within  *budget  // only where Easemob has many calls share a budget
}

// budget is a pool of many endpoints, which their calls take from beside their own.
type budget struct {
	Pool   string   `json:"pool"`
	Quotas []window `json:"quotas"`
}

// easemobBudgets are the pools that only Easemob has. They do not take the place of an
// endpoint's own figures, which hold inside of them.
var easemobBudgets = map[string]bool{"user_management": true}

// unlimited names the endpoints that no quota governs. The DNS look-up goes to
// a host of its own.
var unlimited = map[string]bool{"auth.dns_config": true}

// overruled are the words by which the catalogue itself says that a figure is
// not to be used.
var overruled = []string{
	"contradicts",             // history_url once a minute; 20 calls/s to rooms, which is unsettled
	"its limit table says 50", // the text of the block list pages
	"page of the endpoint",    // presence: the tables have the verdict
	"take 50",                 // groups.list_joined
	"same figure",             // import_user, once in calls and once in messages
}

// newEasemob are the sources that say what Easemob's service does today.
var newEasemob = []string{"easemob-docs-new", "easemob-docs-2026", "easemob-docs-2025", "newest docs"}

// settle makes one list of windows out of the figures of an endpoint:
//
//  1. What is no quota goes: speeds of delivery, and figures that the
//     catalogue overrules.
//  2. A figure that only Easemob's newest documents have is kept apart when
//     others have figures too: the brands run separate clusters. One of which the
//     catalogue says that it is Easemob's alone is always kept apart, and so are
//     the budgets that Easemob has many calls share.
//  3. Calls and messages, the app and one user, are counted apart. Within each
//     of these, `limits` wins: it is the document that this module was asked
//     to obey. Where it is silent the other documents count.
//  4. Of two figures for the same length of time the first wins: the catalogue
//     puts the one to believe first.
//  5. Without any figure the endpoint has the 100 calls a second that `limits`
//     gives as the rule.
//
// All windows of an endpoint make one pool, so X_calls folds into X: they are
// taken together or not at all. An endpoint without a pool is its own.
func settle(id string, figures []figure) (quotas, error) {
	if unlimited[id] {
		return quotas{Pool: id, Base: []window{}}, nil
	}
	figures = slices.DeleteFunc(slices.Clone(figures), func(f figure) bool { return !isQuota(f) })
	q := quotas{Pool: id}
	var err error
	if figures, q.Within, err = splitBudget(figures); err != nil {
		return q, err
	}
	base := slices.DeleteFunc(slices.Clone(figures), onlyEasemob)
	if len(base) == 0 {
		base = slices.DeleteFunc(slices.Clone(figures), func(f figure) bool { return f.Platform != "" })
	}
	base = preferLimits(base)
	if len(base) > 0 {
		if pool := strings.TrimSuffix(base[0].Pool, "_calls"); pool != "" {
			q.Pool = pool
		}
		if q.Base, err = windows(base); err != nil {
			return q, err
		}
	} else {
		q.Base = []window{{N: 100, Per: time.Second.String()}}
	}
	// Easemob's list replaces the base, so it is written only when one of its
	// figures is news, and then holds all that its documents state.
	easemob := slices.DeleteFunc(slices.Clone(figures), func(f figure) bool { return !mentionsEasemob(f) })
	replacing, err := windows(easemob)
	if err != nil {
		return q, err
	}
	if slices.ContainsFunc(replacing, func(w window) bool { return !slices.Contains(q.Base, w) }) {
		q.Easemob = replacing
	}
	return q, nil
}

// splitBudget takes the figure of a budget of Easemob's out of the others.
func splitBudget(figures []figure) ([]figure, *budget, error) {
	shared := func(f figure) bool { return easemobBudgets[f.Pool] }
	i := slices.IndexFunc(figures, shared)
	if i < 0 {
		return figures, nil, nil
	}
	pool := figures[i].Pool
	ws, err := windows(figures[i : i+1])
	return slices.DeleteFunc(slices.Clone(figures), shared), &budget{pool, ws}, err
}

// isQuota reports whether a figure limits callers, and may be believed.
func isQuota(f figure) bool {
	if f.Unit == "receiver" || f.Scope != "app" && f.Scope != "user" {
		return false
	}
	return !slices.ContainsFunc(overruled, func(words string) bool {
		return strings.Contains(f.Source, words) || strings.Contains(f.Note, words)
	})
}

// onlyEasemob reports whether no source of f is other than Easemob's newest.
func onlyEasemob(f figure) bool {
	if !mentionsEasemob(f) {
		return false
	}
	if f.Platform == "easemob" {
		return true
	}
	others := []string{"limits", "agora-docs", "agora-cn-docs", "shengwang-docs", "easemob-push-docs"}
	return !slices.ContainsFunc(others, func(s string) bool { return strings.Contains(f.Source, s) })
}

func mentionsEasemob(f figure) bool {
	return f.Platform == "easemob" || slices.ContainsFunc(newEasemob, func(s string) bool { return strings.Contains(f.Source, s) })
}

// preferLimits drops figures of other documents where `limits` has one of the
// same kind.
func preferLimits(figures []figure) []figure {
	fromLimits := func(f figure) bool { return strings.Contains(f.Source, "limits") }
	var kinds []window // N and Per stay empty
	for _, f := range figures {
		if fromLimits(f) {
			kinds = append(kinds, kind(f))
		}
	}
	return slices.DeleteFunc(figures, func(f figure) bool {
		return !fromLimits(f) && slices.Contains(kinds, kind(f))
	})
}

// kind is what a figure counts: calls or messages, of the app or of one user.
func kind(f figure) window { return window{Items: f.Unit == "message", User: f.Scope == "user"} }

// windows turns figures into windows, the shortest first.
func windows(figures []figure) ([]window, error) {
	type slot struct {
		window
		per time.Duration
	}
	var slots []slot
	for _, f := range figures {
		per, err := duration(f.Per)
		if err != nil {
			return nil, err
		}
		w := kind(f)
		w.Per = per.String()
		taken := func(s slot) bool { return s.per == per && s.Items == w.Items && s.User == w.User }
		if slices.ContainsFunc(slots, taken) {
			continue
		}
		w.N = f.N
		slots = append(slots, slot{w, per})
	}
	slices.SortStableFunc(slots, func(a, b slot) int { return cmp.Compare(a.per, b.per) })
	ws := make([]window, 0, len(slots))
	for _, s := range slots {
		ws = append(ws, s.window)
	}
	return ws, nil
}

// duration reads "10s", "30m" and "1d"; Go knows no days.
func duration(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		d, err := time.ParseDuration(days + "h")
		return 24 * d, err
	}
	d, err := time.ParseDuration(s)
	if err == nil && d <= 0 {
		err = fmt.Errorf("a window of %s", s)
	}
	return d, err
}

// settled shows the figures and the outcome of an endpoint with several of
// them, for a person to check.
func settled(s source, e endpoint) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: pool %s, %v", e.ID, e.Pool, e.Quotas)
	if e.EasemobQuotas != nil {
		fmt.Fprintf(&b, ", Easemob %v", e.EasemobQuotas)
	}
	b.WriteByte('\n')
	for _, f := range s.Rate {
		fmt.Fprintf(&b, "\t%d/%s %s %s [%s] %s %s\n", f.N, f.Per, f.Unit, f.Scope, f.Pool, f.Source, f.Note)
	}
	return b.String()
}
