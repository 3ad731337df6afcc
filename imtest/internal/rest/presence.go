package rest

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const (
	maxPresenceExt   = 1 << 10 // bytes
	maxPresenceBatch = 100
	maxPresencePage  = 500
)

// Responses of presence are {"result": ...}, errors as well.
var presenceRoutes = []route{
	{wire.Route{
		ID: "presence.set", Method: post, Path: "/users/{username}/presence/{resource}/{status}",
		Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*API).presenceSet},
	{wire.Route{
		ID: "presence.subscribe", Method: post, Path: "/users/{username}/presence/{expiry}",
		Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*API).presenceSubscribe},
	{wire.Route{
		ID: "presence.get", Method: post, Path: "/users/{username}/presence",
		Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*API).presenceGet},
	{wire.Route{
		ID: "presence.unsubscribe", Method: del, Path: "/users/{username}/presence",
		Body: wire.LenientBody, Who: wire.OwnUser,
	}, (*API).presenceUnsubscribe},
	{wire.Route{
		ID: "presence.list_subscriptions", Method: get, Path: "/users/{username}/presence/sublist",
		Who: wire.OwnUser,
	}, (*API).presenceListSubscriptions},
	{wire.Route{
		ID: "presence.group_online_count", Method: get, Path: "/presence/online/{group_id}/type/{query_type}",
	}, (*API).presenceGroupOnlineCount},
}

var presenceWords = words{
	world.OwnPresence:       text(errPresence, "you can't sub yourself"),
	world.SubscriptionsFull: text(errPresence, "too many sub presence"),
	world.NoGroupToCount:    func(e *world.Error) *wire.Error { return wire.ErrNoGroupToCount(e.Name()) },
}

func errPresence(text string) *wire.Error { return wire.ErrPresence("illegal_argument", text) }

// presenceItem is the presence of a user on the wire: times are in seconds, as
// strings, and no status at all is an array.
type presenceItem struct {
	UID      string `json:"uid"`
	LastTime string `json:"last_time"`
	Expiry   string `json:"expiry,omitempty"`
	Ext      string `json:"ext"`
	Status   any    `json:"status"`
}

func presenceItemOf(p world.Presence) presenceItem {
	item := presenceItem{UID: p.User, LastTime: "0", Ext: p.Ext, Status: p.Status}
	if len(p.Status) == 0 {
		item.Status = []string{}
	}
	if !p.Changed.IsZero() {
		item.LastTime = seconds(p.Changed)
	}
	return item
}

func seconds(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

func presenceResult(v any) *wire.Response { return wire.Plain(map[string]any{"result": v}) }

func (a *API) presenceSet(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	ext := o.Text("ext")
	_, wrong := strconv.ParseInt(c.Value("status"), 10, 64)
	switch {
	case !o.Has("ext") || o.Bad != "":
		return nil, errPresence("ext cannot be null")
	case len(ext) > maxPresenceExt:
		return nil, errPresence("ext is too big")
	case wrong != nil:
		return nil, wire.ErrPresence("", "set presence failed")
	}
	if err := a.world.SetPresence(c.Value("username"), c.Value("resource"), c.Value("status"), ext); err != nil {
		return nil, told(err)
	}
	return presenceResult("ok"), nil
}

func readWatched(c *wire.Call, tooMany string) ([]string, *wire.Error) {
	return readUsernames(c, errPresence("usernames is empty"), maxPresenceBatch, errPresence(tooMany))
}

// presenceGet has an entry per user that it is asked for, and none at all if
// the one who asks does not exist.
func (a *API) presenceGet(c *wire.Call) (*wire.Response, *wire.Error) {
	names, err := readWatched(c, "too many get presences")
	if err != nil {
		return nil, err
	}
	return presenceResult(world.Convert(a.world.SeePresence(c.Value("username"), names), presenceItemOf)), nil
}

func (a *API) presenceSubscribe(c *wire.Call) (*wire.Response, *wire.Error) {
	names, err := readWatched(c, "too many sub presence")
	if err != nil {
		return nil, err
	}
	life, wrong := strconv.ParseInt(c.Value("expiry"), 10, 64)
	if wrong != nil || life < 1 {
		return nil, errPresence("expiry is invalid")
	}
	seen, ends, refused := a.world.Subscribe(c.Value("username"), names, life)
	if refused != nil {
		return nil, told(refused)
	}
	return presenceResult(world.Convert(seen, func(p world.Presence) presenceItem {
		item := presenceItemOf(p)
		item.Expiry = seconds(ends)
		return item
	})), nil
}

func (a *API) presenceUnsubscribe(c *wire.Call) (*wire.Response, *wire.Error) {
	names, err := readUnsubscribed(c)
	if err != nil {
		return nil, err
	}
	a.world.Unsubscribe(c.Value("username"), names)
	return presenceResult("ok"), nil
}

// readUnsubscribed reads a bare array, which all clients send, or an object
// with the field that the tables name. A body is JSON, but it may be missing.
func readUnsubscribed(c *wire.Call) ([]string, *wire.Error) {
	if len(bytes.TrimSpace(c.Body)) > 0 && !c.PassesForJSON() {
		return nil, wire.ErrMediaType()
	}
	var names []string
	if wire.BodyIsArray(c) {
		if err := json.Unmarshal(c.Body, &names); err != nil {
			return nil, wire.ErrJSON(err)
		}
	} else if o, err := c.Object(); err == nil {
		names = o.Texts("users", "usernames")
	}
	switch {
	case len(names) == 0:
		return nil, errPresence("usernames cannot be null")
	case len(names) > maxPresenceBatch:
		return nil, errPresence("too many unsub presences")
	}
	return names, nil
}

// presenceListSubscriptions has one entry a page unless the call says otherwise.
func (a *API) presenceListSubscriptions(c *wire.Call) (*wire.Response, *wire.Error) {
	page, err := c.Number("pageNum", 1, 1<<20)
	if err != nil {
		return nil, err
	}
	size, err := c.Number("pageSize", 1, maxPresencePage)
	if err != nil {
		return nil, err
	}
	live := a.world.Subscriptions(c.Value("username"))
	list := world.Convert(wire.OnSheet(live, wire.Sheet{Number: page, Size: size}), func(sub world.Subscription) map[string]string {
		return map[string]string{"uid": sub.To, "expiry": seconds(sub.Ends)}
	})
	return presenceResult(map[string]any{"totalnum": strconv.Itoa(len(live)), "sublist": list}), nil
}

func (a *API) presenceGroupOnlineCount(c *wire.Call) (*wire.Response, *wire.Error) {
	id, kind := strings.TrimSpace(c.Value("group_id")), strings.TrimSpace(c.Value("query_type"))
	switch {
	case id == "":
		return nil, errPresence("Id cannot be null.")
	case kind == "":
		return nil, errPresence("Type cannot be null.")
	case kind != "0" && kind != "1":
		return nil, errPresence("Type must be 0 or 1.")
	}
	n, err := a.world.CountOnline(id)
	if err != nil {
		return nil, told(err)
	}
	return presenceResult(n), nil
}
