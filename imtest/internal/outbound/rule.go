package outbound

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"
)

// What the documents allow.
const (
	MaxRules    = 4  // of an app
	MaxRuleName = 32 // characters
	MaxFilter   = 50 // values of one filter
)

// Defaults of a rule.
const (
	PreSendTimeout  = 200 * time.Millisecond
	PostSendTimeout = 10 * time.Second
)

const maxParallel = 1000

// Rule says what goes where. The public type has the comments.
type Rule struct {
	Name     string
	URL      string
	Secret   string
	Kinds    []string
	Source   string
	From, To []string
	Groups   []string
	ExtKeys  []string
	Unsigned bool
	Timeout  time.Duration
	Parallel int
	Rejects  bool
	Reports  bool
	Rewrites []string
}

// preSend holds for a rule that is asked before delivery.
func (r *Rule) preSend() bool { return len(r.Kinds) > 0 && Family(r.Kinds[0]) == "pre_send" }

// CheckRules returns the rules with their defaults, or what is wrong with them.
func CheckRules(rules []Rule) ([]Rule, error) {
	if len(rules) > MaxRules {
		return nil, fmt.Errorf("Rules: has %d rules, must have at most %d", len(rules), MaxRules)
	}
	checked := slices.Clone(rules)
	for i := range checked {
		r := &checked[i]
		if r.Name == "" {
			r.Name = fmt.Sprintf("rule_%d", i+1)
		}
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("Rules[%d].%w", i, err)
		}
		if slices.ContainsFunc(checked[:i], func(other Rule) bool { return other.Name == r.Name }) {
			return nil, fmt.Errorf("Rules[%d].Name: is %q, as that of another rule", i, r.Name)
		}
		r.setDefaults()
	}
	return checked, nil
}

func (r *Rule) setDefaults() {
	if r.Timeout == 0 {
		r.Timeout = PostSendTimeout
		if r.preSend() {
			r.Timeout = PreSendTimeout
		}
	}
	if r.Parallel == 0 {
		r.Parallel = 1
	}
	if len(r.Rewrites) == 0 {
		r.Rewrites = []string{"txt"}
	}
}

func (r *Rule) check() error {
	switch at, err := url.Parse(r.URL); {
	case r.URL == "":
		return invalid("URL", "is empty")
	case err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "":
		return invalid("URL", "is %q, must be an address with http or https", r.URL)
	case r.Secret == "":
		return invalid("Secret", "is empty")
	case utf8.RuneCountInString(r.Name) > MaxRuleName:
		return invalid("Name", "has %d characters, must have at most %d", utf8.RuneCountInString(r.Name), MaxRuleName)
	case r.Source != "" && r.Source != "sdk" && r.Source != "rest":
		return invalid("Source", `is %q, must be "sdk", "rest" or empty for both`, r.Source)
	case r.Timeout < 0:
		return invalid("Timeout", "is %v, must not be negative", r.Timeout)
	case r.Parallel < 0 || r.Parallel > maxParallel:
		return invalid("Parallel", "is %d, must be from 0 to %d", r.Parallel, maxParallel)
	case slices.Contains(r.Rewrites, "cmd"):
		return invalid("Rewrites", "has cmd, which is never rewritten")
	}
	if err := r.checkFilters(); err != nil {
		return err
	}
	return r.checkKinds()
}

func (r *Rule) checkFilters() error {
	for _, filter := range []struct {
		field string
		list  []string
	}{{"From", r.From}, {"To", r.To}, {"Groups", r.Groups}, {"ExtKeys", r.ExtKeys}} {
		if len(filter.list) > MaxFilter {
			return invalid(filter.field, "has %d values, must have at most %d", len(filter.list), MaxFilter)
		}
	}
	return nil
}

func (r *Rule) checkKinds() error {
	for i, kind := range r.Kinds {
		if err := CheckKind(kind); err != nil {
			return fmt.Errorf("Kinds[%d]: %w", i, err) //nolint:staticcheck // the name of a field
		}
		if (Family(kind) == "pre_send") != r.preSend() {
			return fmt.Errorf("Kinds[%d]: is %q: kinds before and after delivery need rules of their own", i, kind) //nolint:staticcheck // the name of a field
		}
	}
	return nil
}

// invalid names the field of a rule and what is wrong with it.
func invalid(field, problem string, args ...any) error {
	return fmt.Errorf("%s: %s", field, fmt.Sprintf(problem, args...))
}

// covers holds if a rule wants a callback after delivery. Without kinds it wants all, those of
// groups and rooms in one format.
func (r *Rule) covers(c *Callback, groupFormat string) bool {
	switch family := Family(c.Kind); {
	case len(r.Kinds) > 0:
		if !Covers(r.Kinds, c.Kind) {
			return false
		}
	case family == "pre_send", (family == "muc" || family == "group_op") && !inFormat(c.Kind, groupFormat):
		return false
	}
	return !c.message || r.wants(c)
}

// bothFormats are those of the old format that the new one has no form for.
var bothFormats = []string{"muc.set_metadata", "muc.delete_metadata", "muc.group_member_metadata_update"}

func inFormat(kind, format string) bool {
	return Family(kind) == format || format == FormatGroupOp && slices.Contains(bothFormats, kind)
}

// wants applies the filters for messages.
func (r *Rule) wants(c *Callback) bool {
	switch {
	case r.Source == "sdk" && !c.client, r.Source == "rest" && c.client:
		return false
	case len(r.From) > 0 && !slices.Contains(r.From, c.from):
		return false
	case len(r.To) > 0 && !slices.Contains(r.To, c.to):
		return false
	case len(r.Groups) > 0 && !slices.Contains(r.Groups, c.group):
		return false
	}
	return len(r.ExtKeys) == 0 || hasKey(c.ext, r.ExtKeys)
}

func hasKey(ext json.RawMessage, keys []string) bool {
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(ext, &fields) // none has no keys
	return slices.ContainsFunc(keys, func(key string) bool { _, there := fields[key]; return there })
}
