package imtest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/outbound"
)

// WithFaults sets faults from a JSON list, as [Server.Fault] does from Go:
//
//	[
//	  {"endpoint": "messages.send_users", "every": 20, "do": "cut_after_processing"},
//	  {"endpoints": ["users.get", "users.list"], "chance": 0.1, "seed": 7, "do": "bad_gateway"},
//	  {"first": 3, "do": "unavailable", "time": "2s"},
//	  {"nth": 5, "do": "huge_body", "bytes": 1000000}
//	]
//
// A wrong list is an error of [Start], which names the line that is wrong.
func WithFaults(r io.Reader) Option {
	return func(c *config) { c.faults = r }
}

// faultActions are the values of "do". Some need a time, one needs a size.
var faultActions = map[string]struct {
	plain func() Fault
	time  func(time.Duration) Fault
	bytes func(int64) Fault
}{
	"cut_before_processing": {plain: CutBeforeProcessing},
	"cut_after_processing":  {plain: CutAfterProcessing},
	"cut_in_response":       {plain: CutInResponse},
	"cut_connection":        {plain: CutConnection},
	"end_connection":        {plain: EndConnection},
	"delay":                 {time: Delay},
	"trickle":               {time: Trickle},
	"rate_limited":          {plain: RateLimited},
	"messages_limited":      {plain: MessagesLimited},
	"plan_limited":          {plain: PlanLimited},
	"server_error":          {plain: ServerError},
	"bad_gateway":           {plain: BadGateway},
	"unavailable":           {plain: func() Fault { return Unavailable(0) }, time: Unavailable},
	"truncated_json":        {plain: TruncatedJSON},
	"wrong_content_type":    {plain: WrongContentType},
	"huge_body":             {bytes: HugeBody},
	"expired_token":         {plain: ExpiredToken},
	"clock_skew":            {time: ClockSkew},
	"receiver_slow":         {time: ReceiverSlow},
	"receiver_cut":          {plain: ReceiverCut},
	"receiver_lost":         {plain: ReceiverResponseLost},
	"sent_twice":            {plain: SentTwice},
	"sent_late":             {plain: SentLate},
}

// callbackActions are those for callbacks; the others are for calls.
var callbackActions = []string{"receiver_slow", "receiver_cut", "receiver_lost", "sent_twice", "sent_late"}

// faultItem is one fault of the list.
type faultItem struct {
	endpoints []string
	kinds     []string // of callbacks
	when      []Fault  // one at most
	do        string
	seed      *uint64
	chance    float64 // 0: not by chance
	time      *time.Duration
	bytes     *int64
}

// faultFields read the fields of a fault.
var faultFields = map[string]func(*faultItem, json.RawMessage) error{
	"endpoint": func(f *faultItem, raw json.RawMessage) error {
		var id string
		if err := json.Unmarshal(raw, &id); err != nil {
			return errors.New("must be the id of an endpoint, such as \"messages.send_users\"")
		}
		return f.addEndpoints(id)
	},
	"endpoints": func(f *faultItem, raw json.RawMessage) error {
		var ids []string
		if err := json.Unmarshal(raw, &ids); err != nil || len(ids) == 0 {
			return errors.New("must be a list of ids of endpoints")
		}
		return f.addEndpoints(ids...)
	},
	"callbacks": func(f *faultItem, raw json.RawMessage) error {
		if err := json.Unmarshal(raw, &f.kinds); err != nil || len(f.kinds) == 0 {
			return errors.New("must be a list of kinds of callbacks")
		}
		for _, kind := range f.kinds {
			if err := outbound.CheckKind(kind); err != nil {
				return err
			}
		}
		return nil
	},
	"nth":   countField(Nth),
	"first": countField(First),
	"every": countField(Every),
	"chance": func(f *faultItem, raw json.RawMessage) error {
		if err := json.Unmarshal(raw, &f.chance); err != nil || f.chance <= 0 || f.chance > 1 {
			return errors.New("must be above 0 and at most 1")
		}
		return nil
	},
	"seed": func(f *faultItem, raw json.RawMessage) error {
		if err := json.Unmarshal(raw, &f.seed); err != nil || f.seed == nil {
			return errors.New("must be a whole number, at least 0")
		}
		return nil
	},
	"do": func(f *faultItem, raw json.RawMessage) error {
		_ = json.Unmarshal(raw, &f.do) // what is not a text is not an action either
		if _, ok := faultActions[f.do]; !ok {
			return fmt.Errorf("must be one of %s", strings.Join(slices.Sorted(maps.Keys(faultActions)), ", "))
		}
		return nil
	},
	"time": func(f *faultItem, raw json.RawMessage) error {
		var text string
		_ = json.Unmarshal(raw, &text) // what is not a text is not a time either
		d, err := time.ParseDuration(text)
		if err != nil {
			return errors.New("must be a length of time, such as \"1.5s\"")
		}
		f.time = &d
		return nil
	},
	"bytes": func(f *faultItem, raw json.RawMessage) error {
		if err := json.Unmarshal(raw, &f.bytes); err != nil || f.bytes == nil || *f.bytes < 0 {
			return errors.New("must be a number of bytes")
		}
		return nil
	},
}

func countField(when func(int) Fault) func(*faultItem, json.RawMessage) error {
	return func(f *faultItem, raw json.RawMessage) error {
		n := 0
		if err := json.Unmarshal(raw, &n); err != nil || n < 1 {
			return errors.New("must be a whole number, at least 1")
		}
		f.when = append(f.when, when(n))
		return nil
	}
}

func (f *faultItem) addEndpoints(ids ...string) error {
	for _, id := range ids {
		if !slices.ContainsFunc(Routes(), func(r RouteInfo) bool { return r.ID == id }) {
			return fmt.Errorf("names the unknown endpoint %q", id)
		}
	}
	f.endpoints = append(f.endpoints, ids...)
	return nil
}

// parts are those of Server.Fault.
func (f *faultItem) parts() ([]Fault, error) {
	if f.chance > 0 {
		f.when = append(f.when, Chance(f.chance, *cmp.Or(f.seed, new(uint64))))
	}
	action := faultActions[f.do]
	ofCallbacks := slices.Contains(callbackActions, f.do)
	switch {
	case f.do == "":
		return nil, errors.New(`"do" is missing: how the call breaks`)
	case len(f.when) > 1:
		return nil, errors.New(`one of "nth", "first", "every" and "chance" is enough`)
	case f.seed != nil && f.chance == 0:
		return nil, errors.New(`"seed" goes with "chance"`)
	case ofCallbacks && f.endpoints != nil:
		return nil, fmt.Errorf("%q is for callbacks, not for endpoints", f.do)
	case !ofCallbacks && f.kinds != nil:
		return nil, fmt.Errorf("%q is for calls, not for callbacks", f.do)
	case f.time != nil && action.time == nil:
		return nil, fmt.Errorf("%q takes no \"time\"", f.do)
	case f.time != nil && *f.time < 0 && f.do != "clock_skew":
		return nil, fmt.Errorf("%q takes no \"time\" below 0", f.do)
	case f.bytes != nil && action.bytes == nil:
		return nil, fmt.Errorf("%q takes no \"bytes\"", f.do)
	}
	parts := f.when
	if f.endpoints != nil {
		parts = append(parts, OnEndpoint(f.endpoints...))
	}
	if f.kinds != nil {
		parts = append(parts, OnCallback(f.kinds...))
	}
	switch {
	case f.time != nil:
		return append(parts, action.time(*f.time)), nil
	case f.bytes != nil:
		return append(parts, action.bytes(*f.bytes)), nil
	case action.plain != nil:
		return append(parts, action.plain()), nil
	case action.time != nil:
		return nil, fmt.Errorf("%q needs a \"time\"", f.do)
	}
	return nil, fmt.Errorf("%q needs \"bytes\"", f.do)
}

// SetFaults replaces all faults by those of a JSON list, which [WithFaults] shows. A list
// with a mistake changes nothing; the error names the line that is wrong.
func (srv *Server) SetFaults(r io.Reader) error { return srv.readFaults(r, false) }

// readFaults sets the faults of a list, or adds them to those that are set.
func (srv *Server) readFaults(r io.Reader, add bool) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("imtest: %s: %w", nameOf(r, "faults"), err)
	}
	list, err := readFaults(text)
	if err != nil {
		return fmt.Errorf("imtest: %s: %w", nameOf(r, "faults"), err)
	}
	faults := make([]*fault, len(list))
	for i, parts := range list {
		faults[i] = newFault(parts)
	}
	srv.faultMu.Lock()
	defer srv.faultMu.Unlock()
	if add {
		faults = slices.Concat(srv.faults, faults)
	}
	srv.faults = faults
	return nil
}

func readFaults(text []byte) ([][]Fault, error) {
	var items []json.RawMessage
	if err := json.Unmarshal(text, &items); err != nil || items == nil {
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			return nil, errFaults(text, syntax.Offset, err)
		}
		return nil, errFaults(text, 0, errors.New("must be a list of objects, in [ ]"))
	}
	dec := json.NewDecoder(bytes.NewReader(text)) // again, to know where things are
	_, _ = dec.Token()                            // the bracket
	var list [][]Fault
	for dec.More() {
		parts, err := readFault(text, dec)
		if err != nil {
			return nil, err
		}
		list = append(list, parts)
	}
	return list, nil
}

// readFault reads one object of a list that is known to be JSON.
func readFault(text []byte, dec *json.Decoder) ([]Fault, error) {
	brace, _ := dec.Token()
	start := dec.InputOffset()
	if brace != json.Delim('{') {
		return nil, errFaults(text, start, errors.New(`a fault must be an object, such as {"every": 20, "do": "rate_limited"}`))
	}
	f, seen := new(faultItem), map[string]bool{}
	for dec.More() {
		token, _ := dec.Token()
		name, _ := token.(string)
		at := dec.InputOffset()
		var raw json.RawMessage
		_ = dec.Decode(&raw)
		read, known := faultFields[name]
		switch {
		case !known:
			return nil, errFaults(text, at, fmt.Errorf("%q is none of %s", name, strings.Join(slices.Sorted(maps.Keys(faultFields)), ", ")))
		case seen[name]:
			return nil, errFaults(text, at, fmt.Errorf("%q is there twice", name))
		}
		seen[name] = true
		if err := read(f, raw); err != nil {
			return nil, errFaults(text, at, fmt.Errorf("%q %w", name, err))
		}
	}
	_, _ = dec.Token() // the brace
	parts, err := f.parts()
	if err != nil {
		return nil, errFaults(text, start, err)
	}
	written := bytes.Clone(text[start-1 : dec.InputOffset()])
	return append(parts, func(f *fault) { f.text = written }), nil
}

// nameOf is the name of the file that is read, if it is one.
func nameOf(r io.Reader, other string) string {
	if f, ok := r.(interface{ Name() string }); ok {
		return f.Name()
	}
	return other
}

// errFaults names the line of an offset.
func errFaults(text []byte, offset int64, err error) error {
	upTo := text[:min(max(offset, 0), int64(len(text)))]
	if offset > 0 && bytes.HasSuffix(upTo, []byte("\n")) {
		upTo = upTo[:len(upTo)-1] // the offset is behind what is wrong
	}
	return fmt.Errorf("line %d: %w", bytes.Count(upTo, []byte("\n"))+1, err)
}
