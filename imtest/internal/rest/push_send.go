package rest

import (
	"slices"
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const (
	maxPushTargets = 100
	maxPushLabels  = 5
)

// Responses have only timestamp, data and duration.
var pushSendRoutes = []route{
	{wire.Route{
		ID: "push.send_sync", Method: post, Path: "/push/sync/{target}",
		Body: wire.JSONBody,
	}, (*API).pushSync},
	{wire.Route{
		ID: "push.send_async", Method: post, Path: "/push/async/{target}",
		Body: wire.JSONBody,
	}, (*API).pushAsync},
	{wire.Route{
		ID: "push.send_single", Method: post, Path: "/push/single",
		Body: wire.JSONBody,
	}, (*API).pushSingle},
	{wire.Route{
		ID: "push.send_list", Method: post, Path: "/push/list",
		Body: wire.JSONBody,
	}, (*API).pushList},
	{wire.Route{
		ID: "push.send_label", Method: post, Path: "/push/list/label",
		Body: wire.JSONBody,
	}, (*API).pushLabel},
	{wire.Route{
		ID: "push.send_task", Method: post, Path: "/push/task",
		Body: wire.JSONBody,
	}, (*API).pushTask},
	{wire.Route{
		ID: "push.create_message", Method: post, Path: "/push/message",
		Body: wire.JSONBody,
	}, (*API).pushCreateMessage},
	{wire.Route{
		ID: "push.get_message", Method: get, Also: post, Path: "/push/message/{messageId}",
	}, (*API).pushGetMessage},
	{wire.Route{
		ID: "push.send_broadcast_task", Method: post, Path: "/push/task/broadcast",
		Body: wire.JSONBody,
	}, (*API).pushBroadcast},
	{wire.Route{
		ID: "push.statistics", Method: get, Path: "/push/data/offline-push/begin/{startTime}/end/{endTime}",
	}, (*API).pushStatistics},
}

var pushSendWords = words{
	world.NotBound: text(wire.ErrPushArgument, pushReasons[world.NotBound]),
	world.NoStoredPush: func(e *world.Error) *wire.Error {
		id, _ := strconv.ParseInt(e.Name(), 10, 64) // it was one
		return wire.ErrNoPushMessage(id)
	},
}

// pushReasons say why a push did not reach a user.
var pushReasons = map[world.Kind]string{
	world.NoUser:   "appUser not exists",
	world.NotBound: "no push binding",
}

// pushResult is the outcome for one user.
type pushResult struct {
	ID     string `json:"id,omitempty"`
	Status string `json:"pushStatus"`
	Data   any    `json:"data,omitempty"`
	Desc   string `json:"desc,omitempty"`
}

// pushResult is the outcome of a push that was waited for.
func (a *API) pushResult(out world.PushOutcome) pushResult {
	if out.Failed != "" {
		return pushResult{Status: "FAIL", Desc: pushReasons[out.Failed]}
	}
	return pushResult{Status: "SUCCESS", Data: map[string]any{ // as one of the vendors responds
		"code": 200, "message": "Success",
		"data": map[string]any{
			"expireTokens": []string{}, "failTokens": []string{}, "sendResult": true, "msgCode": 200,
			"requestId": a.world.NewUUID(a.world.Now()),
		},
	}}
}

func (a *API) pushSync(c *wire.Call) (*wire.Response, *wire.Error) {
	_, p, err := readPushToPlatform(c)
	if err != nil {
		return nil, err
	}
	p.Users = []string{c.Value("target")}
	return wire.Data(world.Convert(a.world.SendPush(p), a.pushResult)), nil
}

func (a *API) pushAsync(c *wire.Call) (*wire.Response, *wire.Error) {
	_, p, err := readPushToPlatform(c)
	if err != nil {
		return nil, err
	}
	p.Users = []string{c.Value("target")}
	a.world.SendPush(p)
	return wire.Data([]pushResult{{Status: "ASYNC_SUCCESS", Data: "", Desc: "success"}}), nil
}

// pushSingle only queues; older documents have an async of false, for one user.
func (a *API) pushSingle(c *wire.Call) (*wire.Response, *wire.Error) {
	o, p, err := readPushToPlatform(c)
	if err != nil {
		return nil, err
	}
	p.Users = o.Texts("targets")
	wait := o.Has("async") && !o.Boolean("async")
	if o.Bad != "" || len(p.Users) == 0 || len(p.Users) > maxPushTargets || wait && len(p.Users) > 1 {
		return nil, wire.ErrPushParameter("targets")
	}
	return wire.Data(world.Convert(a.world.SendPush(p), func(out world.PushOutcome) pushResult {
		result := pushResult{Status: "ASYNC_SUCCESS", Desc: "async success."}
		if wait {
			result = a.pushResult(out)
		}
		result.ID = out.User
		return result
	})), nil
}

// pushList is for users, or for labels in the form of 2022. It knows no platform.
func (a *API) pushList(c *wire.Call) (*wire.Response, *wire.Error) {
	o, p, err := readPushWithMessage(c)
	if err != nil {
		return nil, err
	}
	if o.Text("pushFunc") == "LABEL" {
		return a.pushToLabels(o, p)
	}
	p.Users = o.Texts("targets")
	if o.Bad != "" || len(p.Users) == 0 {
		return nil, wire.ErrPushParameter("targets")
	}
	return taskID(a.world.StartPush(p))
}

// taskID responds with the id of a task that a rule has started.
func taskID(id int64, refused *world.Error) (*wire.Response, *wire.Error) {
	if refused != nil {
		return nil, told(refused)
	}
	return wire.Data(map[string]int64{"taskId": id}), nil
}

func (a *API) pushLabel(c *wire.Call) (*wire.Response, *wire.Error) {
	o, p, err := readPushToPlatform(c)
	if err != nil {
		return nil, err
	}
	return a.pushToLabels(o, p)
}

// pushToLabels pushes to the users who carry all of the labels.
func (a *API) pushToLabels(o *wire.Object, p world.Push) (*wire.Response, *wire.Error) {
	p.Labels = o.Texts("targets")
	if o.Bad != "" || len(p.Labels) == 0 || len(p.Labels) > maxPushLabels {
		return nil, wire.ErrPushParameter("targets")
	}
	return taskID(a.world.StartPush(p))
}

func (a *API) pushTask(c *wire.Call) (*wire.Response, *wire.Error) {
	_, p, err := readPushToPlatform(c)
	if err != nil {
		return nil, err
	}
	p.All = true
	id, refused := a.world.StartPush(p)
	if refused != nil {
		return nil, told(refused)
	}
	return wire.Data(id), nil
}

func (a *API) pushBroadcast(c *wire.Call) (*wire.Response, *wire.Error) {
	o, p, err := readPush(c)
	if err != nil {
		return nil, err
	}
	id := o.Integer("pushMsgId")
	if o.Bad != "" || !o.Has("pushMsgId") {
		return nil, wire.ErrPushParameter("pushMsgId")
	}
	task, refused := a.world.StartStoredPush(p, id)
	if refused != nil {
		return nil, told(refused)
	}
	return wire.Data(task), nil
}

// countsItem are the pushes of one day to one platform.
type countsItem struct {
	Success int `json:"successCount"`
	Fail    int `json:"failCount,omitempty"`
	Arrive  int `json:"arriveCount,omitempty"`
}

// pushStatistics leaves out days and platforms without a push. An absent
// platform is all of them.
func (a *API) pushStatistics(c *wire.Call) (*wire.Response, *wire.Error) {
	from, err1 := time.Parse(time.DateOnly, c.Value("startTime"))
	to, err2 := time.Parse(time.DateOnly, c.Value("endTime"))
	wanted := c.Query.Get("platform")
	all := wanted == "" || wanted == "ALL"
	if err1 != nil || err2 != nil || to.Before(from) || !all && !slices.Contains(world.PushPlatforms, wanted) {
		return nil, wire.ErrInvalidRequest()
	}
	days := map[string]map[string]countsItem{}
	for _, n := range a.world.CountPushes(c.Value("startTime"), c.Value("endTime")) {
		if !all && n.Platform != wanted {
			continue
		}
		if days[n.Day] == nil {
			days[n.Day] = map[string]countsItem{}
		}
		days[n.Day][n.Platform] = countsItem(n.PushCounts)
	}
	return wire.Plain(map[string]any{"status": "OK", "data": days}), nil
}
