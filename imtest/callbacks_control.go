package imtest

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/internal/outbound"
	"github.com/imrest/im-go/imtest/internal/world"
)

// ruleView is a rule over HTTP. Its secret is not shown.
type ruleView struct {
	Name     string   `json:"name"`
	URL      string   `json:"url"`
	Secret   string   `json:"secret,omitempty"`
	Kinds    []string `json:"kinds,omitempty"`
	Source   string   `json:"source,omitempty"`
	From     []string `json:"from,omitempty"`
	To       []string `json:"to,omitempty"`
	Groups   []string `json:"groups,omitempty"`
	ExtKeys  []string `json:"ext_keys,omitempty"`
	Unsigned bool     `json:"unsigned,omitempty"`
	Timeout  string   `json:"timeout,omitempty"` // such as "200ms"
	Parallel int      `json:"parallel,omitempty"`
	Rejects  bool     `json:"rejects,omitempty"`
	Reports  bool     `json:"reports,omitempty"`
	Rewrites []string `json:"rewrites,omitempty"`
}

// rule is what the view says.
func (v ruleView) rule() (Rule, error) {
	var timeout time.Duration
	if v.Timeout != "" {
		var err error
		if timeout, err = time.ParseDuration(v.Timeout); err != nil {
			return Rule{}, errors.New(`"timeout" must be a length of time, such as "200ms"`)
		}
	}
	return Rule{
		v.Name, v.URL, v.Secret, v.Kinds, v.Source, v.From, v.To, v.Groups, v.ExtKeys,
		v.Unsigned, timeout, v.Parallel, v.Rejects, v.Reports, v.Rewrites,
	}, nil
}

func ruleViewOf(r Rule) ruleView {
	return ruleView{
		r.Name, r.URL, "", r.Kinds, r.Source, r.From, r.To, r.Groups, r.ExtKeys,
		r.Unsigned, r.Timeout.String(), r.Parallel, r.Rejects, r.Reports, r.Rewrites,
	}
}

// callbacksView is what GET /_im/callbacks shows.
type callbacksView struct {
	Rules []ruleView    `json:"rules"`
	Bans  []CallbackBan `json:"bans"`
}

func (srv *Server) callbacksView() callbacksView {
	return callbacksView{world.Convert(srv.Callbacks(), ruleViewOf), srv.CallbackBans()}
}

// putCallbacks replaces the rules by those of a list.
func (srv *Server) putCallbacks(r *http.Request) (any, error) {
	var views []ruleView
	if err := readControl(r.Body, &views); err != nil {
		return nil, err
	}
	var rules []Rule
	for i, v := range views {
		rule, err := v.rule()
		if err != nil {
			return nil, fmt.Errorf("Rules[%d]: %w", i, err) //nolint:staticcheck // the name of a field
		}
		rules = append(rules, rule)
	}
	if err := srv.SetCallbacks(rules...); err != nil {
		return nil, err
	}
	return srv.callbacksView(), nil
}

// deliveryViews are the deliveries behind ?after=ID of the kinds or families ?kind=.
func (srv *Server) deliveryViews(r *http.Request) (any, error) {
	after, err := afterQuery(r, "the id of a delivery")
	if err != nil {
		return nil, err
	}
	kinds := r.URL.Query()["kind"]
	for _, kind := range kinds {
		if err := outbound.CheckKind(kind); err != nil {
			return nil, fmt.Errorf("%q %w", "kind", err)
		}
	}
	list := []Delivery{}
	for _, d := range srv.Deliveries() {
		if d.ID > after && (kinds == nil || outbound.Covers(kinds, d.Kind)) {
			list = append(list, d)
		}
	}
	return list, nil
}

func (srv *Server) redeliver(r *http.Request) (any, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%q is not the id of a delivery", r.PathValue("id"))
	}
	return nil, srv.Redeliver(id)
}
