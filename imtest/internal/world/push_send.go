package world

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxPushTargets = 100
	maxPushLabels  = 5
	pushDate       = "2006-01-02 15:04:05" // in UTC
	minPushDelay   = time.Hour
	maxPushDelay   = 30 * 24 * time.Hour

	firstPushID = 971234567890123456
)

// Responses have no more than timestamp, data and duration.
var pushSendRoutes = []Legacy{
	{wire.Route{
		ID: "push.send_sync", Method: post, Path: "/push/sync/{target}",
		Body: wire.JSONBody,
	}, (*World).pushSync},
	{wire.Route{
		ID: "push.send_async", Method: post, Path: "/push/async/{target}",
		Body: wire.JSONBody,
	}, (*World).pushAsync},
	{wire.Route{
		ID: "push.send_single", Method: post, Path: "/push/single",
		Body: wire.JSONBody,
	}, (*World).pushSingle},
	{wire.Route{
		ID: "push.send_list", Method: post, Path: "/push/list",
		Body: wire.JSONBody,
	}, (*World).pushList},
	{wire.Route{
		ID: "push.send_label", Method: post, Path: "/push/list/label",
		Body: wire.JSONBody,
	}, (*World).pushLabel},
	{wire.Route{
		ID: "push.send_task", Method: post, Path: "/push/task",
		Body: wire.JSONBody,
	}, (*World).pushTask},
	{wire.Route{
		ID: "push.create_message", Method: post, Path: "/push/message",
		Body: wire.JSONBody,
	}, (*World).pushCreateMessage},
	{wire.Route{
		ID: "push.get_message", Method: get, Also: post, Path: "/push/message/{messageId}",
	}, (*World).pushGetMessage},
	{wire.Route{
		ID: "push.send_broadcast_task", Method: post, Path: "/push/task/broadcast",
		Body: wire.JSONBody,
	}, (*World).pushBroadcast},
	{wire.Route{
		ID: "push.statistics", Method: get, Path: "/push/data/offline-push/begin/{startTime}/end/{endTime}",
	}, (*World).pushStatistics},
}

// pushState is all that push knows.
type pushState struct {
	Users     map[string]*pushUser
	Templates Book[*PushTemplate]
	Labels    Book[*Label]
	Sent      []*Push
	Stored    map[int64]StoredPush // messages for tasks, by id
	Ids       int64                // number of ids of tasks and messages made
	Counts    map[string]map[string]*PushCounts
}

// Push is one push notification, to however many users.
type Push struct {
	Endpoint string   // id in the catalogue of the call that sent it
	TaskID   int64    // 0: no task
	Users    []string // whom it is for, nil if it is for all
	Labels   []string // by which the users were found
	All      bool
	Strategy int
	Platform string    // android, ios or harmonyos, "" for all
	Start    time.Time // when it is to be sent
	Message  json.RawMessage
	Time     time.Time // of the call
}

type StoredPush struct {
	Message json.RawMessage
	Created time.Time
}

func (p *pushState) newID() int64 {
	p.Ids++
	return firstPushID + p.Ids - 1
}

func (p *pushState) forget(user string) {
	delete(p.Users, user)
	for l := range p.Labels.All {
		l.Users.Remove(user)
	}
}

// readPush reads what all send calls have.
func (w *World) readPush(c *wire.Call) (*wire.Object, *Push, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, nil, err
	}
	strategy := int64(2)
	if o.Has("strategy") {
		strategy = o.Integer("strategy")
	}
	if o.Bad != "" || strategy < 0 || strategy > 4 {
		return nil, nil, wire.ErrPushParameter("strategy")
	}
	p := &Push{Endpoint: c.ID(), Strategy: int(strategy), Time: w.Now(), Start: w.Now()}
	if date := o.Text("startDate"); date != "" {
		p.Start, err = parsePushDate(date, p.Time)
	}
	return o, p, err
}

func parsePushDate(date string, now time.Time) (time.Time, *wire.Error) {
	start, err := time.Parse(pushDate, date)
	if err != nil || start.Before(now.Add(minPushDelay).Truncate(time.Second)) || start.After(now.Add(maxPushDelay)) {
		return start, wire.ErrPushParameter("startDate")
	}
	return start, nil
}

// readPushWithMessage reads a call that holds its message.
func (w *World) readPushWithMessage(c *wire.Call) (*wire.Object, *Push, *wire.Error) {
	o, p, err := w.readPush(c)
	if err != nil {
		return nil, nil, err
	}
	msg := o.Inner("pushMessage")
	if msg == nil {
		return nil, nil, wire.ErrPushMessage()
	}
	p.Message, p.Platform = json.RawMessage(Compact(o.Raw("pushMessage"))), o.Text("platform")
	if o.Bad != "" || !slices.Contains([]string{"", "android", "ios", "harmonyos"}, p.Platform) {
		return nil, nil, wire.ErrPushParameter("platform")
	}
	return o, p, checkPushMessage(msg)
}

// pushOut notes a push and returns which of its users it reaches. The caller holds
// mu.
func (w *World) pushOut(p *Push) map[string]bool {
	w.Push.Sent = append(w.Push.Sent, p)
	targets := p.Users
	if p.All {
		targets = w.allUsers()
	}
	reached := map[string]bool{}
	for _, name := range targets {
		reached[name] = w.reach(name, p)
	}
	return reached
}

// reach pushes to one user: through a vendor if a device is bound, through the
// own channel if the user is online, as the strategy has it. Strategy 1 waits
// for the user. The caller holds mu.
func (w *World) reach(name string, p *Push) bool {
	u := w.users.Get(name)
	if u == nil {
		return false
	}
	var bound []string // the vendors of devices of the right platform
	for b := range w.Push.User(name).Bindings.All {
		if p.Platform == "" || p.Platform == systemOf(b.Notifier) {
			bound = append(bound, platformOf(b.Notifier))
		}
	}
	strategy := p.Strategy
	byVendor := len(bound) > 0 && (strategy == 0 || strategy == 2 || strategy == 3 && !u.Online)
	if byVendor {
		for _, vendor := range bound {
			w.Push.CountsOf(p.Time.UTC().Format(time.DateOnly), vendor).Success++
		}
	}
	return byVendor || strategy == 1 || u.Online && strategy != 2
}

// pushResult is the outcome for one user.
type pushResult struct {
	ID     string `json:"id,omitempty"`
	Status string `json:"pushStatus"`
	Data   any    `json:"data,omitempty"`
	Desc   string `json:"desc,omitempty"`
}

// resultOf is the outcome of a push that was waited for. The caller holds mu.
func (w *World) resultOf(name string, reached bool) pushResult {
	switch {
	case !w.users.Has(name):
		return pushResult{Status: "FAIL", Desc: noPushUser}
	case !reached:
		return pushResult{Status: "FAIL", Desc: "no push binding"}
	}
	return pushResult{Status: "SUCCESS", Data: map[string]any{ // as one of the vendors responses
		"code": 200, "message": "Success",
		"data": map[string]any{
			"expireTokens": []string{}, "failTokens": []string{}, "sendResult": true, "msgCode": 200,
			"requestId": w.NewUUID(w.Now()),
		},
	}}
}

func (w *World) pushSync(c *wire.Call) (*wire.Response, *wire.Error) {
	_, p, err := w.readPushWithMessage(c)
	if err != nil {
		return nil, err
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	name := named(c, "target")
	p.Users = []string{name}
	return wire.Data([]pushResult{w.resultOf(name, w.pushOut(p)[name])}), nil
}

func (w *World) pushAsync(c *wire.Call) (*wire.Response, *wire.Error) {
	_, p, err := w.readPushWithMessage(c)
	if err != nil {
		return nil, err
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	p.Users = []string{named(c, "target")}
	w.pushOut(p)
	return wire.Data([]pushResult{{Status: "ASYNC_SUCCESS", Data: "", Desc: "success"}}), nil
}

// pushSingle only queues; older documents have an async of false, for one user.
func (w *World) pushSingle(c *wire.Call) (*wire.Response, *wire.Error) {
	o, p, err := w.readPushWithMessage(c)
	if err != nil {
		return nil, err
	}
	p.Users = foldAll(o.Texts("targets"))
	wait := o.Has("async") && !o.Boolean("async")
	if o.Bad != "" || len(p.Users) == 0 || len(p.Users) > maxPushTargets || wait && len(p.Users) > 1 {
		return nil, wire.ErrPushParameter("targets")
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	reached := w.pushOut(p)
	return wire.Data(Convert(p.Users, func(name string) pushResult {
		result := pushResult{Status: "ASYNC_SUCCESS", Desc: "async success."}
		if wait {
			result = w.resultOf(name, reached[name])
		}
		result.ID = name
		return result
	})), nil
}

// pushList is for users, or for labels in the form of 2022.
func (w *World) pushList(c *wire.Call) (*wire.Response, *wire.Error) {
	o, p, err := w.readPushWithMessage(c)
	if err != nil {
		return nil, err
	}
	if o.Text("pushFunc") == "LABEL" {
		return w.pushToLabels(o, p)
	}
	p.Users = foldAll(o.Texts("targets"))
	if o.Bad != "" || len(p.Users) == 0 {
		return nil, wire.ErrPushParameter("targets")
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	return wire.Data(map[string]int64{"taskId": w.pushAsTask(p)}), nil
}

func (w *World) pushLabel(c *wire.Call) (*wire.Response, *wire.Error) {
	o, p, err := w.readPushWithMessage(c)
	if err != nil {
		return nil, err
	}
	return w.pushToLabels(o, p)
}

// pushToLabels pushes to the users who carry all of the labels.
func (w *World) pushToLabels(o *wire.Object, p *Push) (*wire.Response, *wire.Error) {
	p.Labels = o.Texts("targets")
	if o.Bad != "" || len(p.Labels) == 0 || len(p.Labels) > maxPushLabels {
		return nil, wire.ErrPushParameter("targets")
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	for i, name := range p.Labels {
		l := w.Push.Labels.Get(name)
		switch {
		case l == nil:
			return nil, wire.ErrNoLabel(name)
		case i == 0:
			p.Users = Convert(l.Users.List(), func(u *Labelled) string { return u.Name })
		default:
			p.Users = slices.DeleteFunc(p.Users, func(user string) bool { return !l.Users.Has(user) })
		}
	}
	return wire.Data(map[string]int64{"taskId": w.pushAsTask(p)}), nil
}

// pushAsTask pushes and returns the id of the task. The caller holds mu.
func (w *World) pushAsTask(p *Push) int64 {
	p.TaskID = w.Push.newID()
	w.pushOut(p)
	return p.TaskID
}

func (w *World) pushTask(c *wire.Call) (*wire.Response, *wire.Error) {
	_, p, err := w.readPushWithMessage(c)
	if err != nil {
		return nil, err
	}
	p.All = true
	w.Mu.Lock()
	defer w.Mu.Unlock()
	return wire.Data(w.pushAsTask(p)), nil
}

func (w *World) pushBroadcast(c *wire.Call) (*wire.Response, *wire.Error) {
	o, p, err := w.readPush(c)
	if err != nil {
		return nil, err
	}
	id := o.Integer("pushMsgId")
	if o.Bad != "" || !o.Has("pushMsgId") {
		return nil, wire.ErrPushParameter("pushMsgId")
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	stored, ok := w.Push.Stored[id]
	if !ok {
		return nil, wire.ErrNoPushMessage(id)
	}
	p.All, p.Message = true, stored.Message
	return wire.Data(w.pushAsTask(p)), nil
}
