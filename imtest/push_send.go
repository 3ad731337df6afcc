package imtest

import (
	"encoding/json"
	"slices"
	"time"
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
var pushSendRoutes = []legacy{
	{
		id: "push.send_sync", method: post, path: "/push/sync/{target}",
		body: jsonBody, do: (*state).pushSync,
	},
	{
		id: "push.send_async", method: post, path: "/push/async/{target}",
		body: jsonBody, do: (*state).pushAsync,
	},
	{
		id: "push.send_single", method: post, path: "/push/single",
		body: jsonBody, do: (*state).pushSingle,
	},
	{
		id: "push.send_list", method: post, path: "/push/list",
		body: jsonBody, do: (*state).pushList,
	},
	{
		id: "push.send_label", method: post, path: "/push/list/label",
		body: jsonBody, do: (*state).pushLabel,
	},
	{
		id: "push.send_task", method: post, path: "/push/task",
		body: jsonBody, do: (*state).pushTask,
	},
	{
		id: "push.create_message", method: post, path: "/push/message",
		body: jsonBody, do: (*state).pushCreateMessage,
	},
	{
		id: "push.get_message", method: get, also: post, path: "/push/message/{messageId}",
		do: (*state).pushGetMessage,
	},
	{
		id: "push.send_broadcast_task", method: post, path: "/push/task/broadcast",
		body: jsonBody, do: (*state).pushBroadcast,
	},
	{
		id: "push.statistics", method: get, path: "/push/data/offline-push/begin/{startTime}/end/{endTime}",
		do: (*state).pushStatistics,
	},
}

// pushState is all that push knows.
type pushState struct {
	users     map[string]*pushUser
	templates book[*pushTemplate]
	labels    book[*label]
	sent      []*Push
	stored    map[int64]storedPush // messages for tasks, by id
	ids       int64                // number of ids of tasks and messages made
	counts    map[string]map[string]*PushCounts
}

type storedPush struct {
	message json.RawMessage
	created time.Time
}

func (p *pushState) newID() int64 {
	p.ids++
	return firstPushID + p.ids - 1
}

func (p *pushState) forget(user string) {
	delete(p.users, user)
	for l := range p.labels.all {
		l.users.remove(user)
	}
}

// readPush reads what all send calls have.
func (s *state) readPush(c *call) (*object, *Push, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, nil, err
	}
	strategy := int64(2)
	if o.has("strategy") {
		strategy = o.integer("strategy")
	}
	if o.bad != "" || strategy < 0 || strategy > 4 {
		return nil, nil, errPushParameter("strategy")
	}
	p := &Push{Endpoint: c.id(), Strategy: int(strategy), Time: s.now(), Start: s.now()}
	if date := o.text("startDate"); date != "" {
		p.Start, err = parsePushDate(date, p.Time)
	}
	return o, p, err
}

func parsePushDate(date string, now time.Time) (time.Time, *apiError) {
	start, err := time.Parse(pushDate, date)
	if err != nil || start.Before(now.Add(minPushDelay).Truncate(time.Second)) || start.After(now.Add(maxPushDelay)) {
		return start, errPushParameter("startDate")
	}
	return start, nil
}

// readPushWithMessage reads a call that holds its message.
func (s *state) readPushWithMessage(c *call) (*object, *Push, *apiError) {
	o, p, err := s.readPush(c)
	if err != nil {
		return nil, nil, err
	}
	msg := o.inner("pushMessage")
	if msg == nil {
		return nil, nil, errPushMessage()
	}
	p.Message, p.Platform = json.RawMessage(compact(o.raw("pushMessage"))), o.text("platform")
	if o.bad != "" || !slices.Contains([]string{"", "android", "ios", "harmonyos"}, p.Platform) {
		return nil, nil, errPushParameter("platform")
	}
	return o, p, checkPushMessage(msg)
}

// pushOut notes a push and returns which of its users it reaches. The caller holds
// mu.
func (s *state) pushOut(p *Push) map[string]bool {
	s.push.sent = append(s.push.sent, p)
	targets := p.Users
	if p.All {
		targets = s.allUsers()
	}
	reached := map[string]bool{}
	for _, name := range targets {
		reached[name] = s.reach(name, p)
	}
	return reached
}

// reach pushes to one user: through a vendor if a device is bound, through the
// own channel if the user is online, as the strategy has it. Strategy 1 waits
// for the user. The caller holds mu.
func (s *state) reach(name string, p *Push) bool {
	u := s.users.get(name)
	if u == nil {
		return false
	}
	var bound []string // the vendors of devices of the right platform
	for b := range s.push.user(name).bindings.all {
		if p.Platform == "" || p.Platform == systemOf(b.Notifier) {
			bound = append(bound, platformOf(b.Notifier))
		}
	}
	strategy := p.Strategy
	byVendor := len(bound) > 0 && (strategy == 0 || strategy == 2 || strategy == 3 && !u.online)
	if byVendor {
		for _, vendor := range bound {
			s.push.countsOf(p.Time.UTC().Format(time.DateOnly), vendor).Success++
		}
	}
	return byVendor || strategy == 1 || u.online && strategy != 2
}

// pushResult is the outcome for one user.
type pushResult struct {
	ID     string `json:"id,omitempty"`
	Status string `json:"pushStatus"`
	Data   any    `json:"data,omitempty"`
	Desc   string `json:"desc,omitempty"`
}

// resultOf is the outcome of a push that was waited for. The caller holds mu.
func (s *state) resultOf(name string, reached bool) pushResult {
	switch {
	case !s.users.has(name):
		return pushResult{Status: "FAIL", Desc: noPushUser}
	case !reached:
		return pushResult{Status: "FAIL", Desc: "no push binding"}
	}
	return pushResult{Status: "SUCCESS", Data: map[string]any{ // as one of the vendors responses
		"code": 200, "message": "Success",
		"data": map[string]any{
			"expireTokens": []string{}, "failTokens": []string{}, "sendResult": true, "msgCode": 200,
			"requestId": s.newUUID(s.now()),
		},
	}}
}

func (s *state) pushSync(c *call) (*response, *apiError) {
	_, p, err := s.readPushWithMessage(c)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name := named(c, "target")
	p.Users = []string{name}
	return data([]pushResult{s.resultOf(name, s.pushOut(p)[name])}), nil
}

func (s *state) pushAsync(c *call) (*response, *apiError) {
	_, p, err := s.readPushWithMessage(c)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.Users = []string{named(c, "target")}
	s.pushOut(p)
	return data([]pushResult{{Status: "ASYNC_SUCCESS", Data: "", Desc: "success"}}), nil
}

// pushSingle only queues; older documents have an async of false, for one user.
func (s *state) pushSingle(c *call) (*response, *apiError) {
	o, p, err := s.readPushWithMessage(c)
	if err != nil {
		return nil, err
	}
	p.Users = foldAll(o.texts("targets"))
	wait := o.has("async") && !o.boolean("async")
	if o.bad != "" || len(p.Users) == 0 || len(p.Users) > maxPushTargets || wait && len(p.Users) > 1 {
		return nil, errPushParameter("targets")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	reached := s.pushOut(p)
	return data(convert(p.Users, func(name string) pushResult {
		result := pushResult{Status: "ASYNC_SUCCESS", Desc: "async success."}
		if wait {
			result = s.resultOf(name, reached[name])
		}
		result.ID = name
		return result
	})), nil
}

// pushList is for users, or for labels in the form of 2022.
func (s *state) pushList(c *call) (*response, *apiError) {
	o, p, err := s.readPushWithMessage(c)
	if err != nil {
		return nil, err
	}
	if o.text("pushFunc") == "LABEL" {
		return s.pushToLabels(o, p)
	}
	p.Users = foldAll(o.texts("targets"))
	if o.bad != "" || len(p.Users) == 0 {
		return nil, errPushParameter("targets")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return data(map[string]int64{"taskId": s.pushAsTask(p)}), nil
}

func (s *state) pushLabel(c *call) (*response, *apiError) {
	o, p, err := s.readPushWithMessage(c)
	if err != nil {
		return nil, err
	}
	return s.pushToLabels(o, p)
}

// pushToLabels pushes to the users who carry all of the labels.
func (s *state) pushToLabels(o *object, p *Push) (*response, *apiError) {
	p.Labels = o.texts("targets")
	if o.bad != "" || len(p.Labels) == 0 || len(p.Labels) > maxPushLabels {
		return nil, errPushParameter("targets")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, name := range p.Labels {
		l := s.push.labels.get(name)
		switch {
		case l == nil:
			return nil, errNoLabel(name)
		case i == 0:
			p.Users = convert(l.users.list(), func(u *labelled) string { return u.name })
		default:
			p.Users = slices.DeleteFunc(p.Users, func(user string) bool { return !l.users.has(user) })
		}
	}
	return data(map[string]int64{"taskId": s.pushAsTask(p)}), nil
}

// pushAsTask pushes and returns the id of the task. The caller holds mu.
func (s *state) pushAsTask(p *Push) int64 {
	p.TaskID = s.push.newID()
	s.pushOut(p)
	return p.TaskID
}

func (s *state) pushTask(c *call) (*response, *apiError) {
	_, p, err := s.readPushWithMessage(c)
	if err != nil {
		return nil, err
	}
	p.All = true
	s.mu.Lock()
	defer s.mu.Unlock()
	return data(s.pushAsTask(p)), nil
}

func (s *state) pushBroadcast(c *call) (*response, *apiError) {
	o, p, err := s.readPush(c)
	if err != nil {
		return nil, err
	}
	id := o.integer("pushMsgId")
	if o.bad != "" || !o.has("pushMsgId") {
		return nil, errPushParameter("pushMsgId")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	stored, ok := s.push.stored[id]
	if !ok {
		return nil, errNoPushMessage(id)
	}
	p.All, p.Message = true, stored.message
	return data(s.pushAsTask(p)), nil
}
