package rest

import (
	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
	"github.com/imrest/im-go/internal/pattern"
)

const maxResends = 10

// The responses say "post" and end at /callbacks, both of them.
var callbacksRoutes = []route{
	{wire.Route{
		ID: "callbacks.storage_info", Method: get, Path: "/callbacks/storage/info",
		Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InRootURI,
	}, (*API).callbacksInfo},
	{wire.Route{
		ID: "callbacks.storage_retry", Method: post, Path: "/callbacks/storage/retry", Twin: "/callback/storage/retry",
		Shape: wire.InAction | wire.InApp, Body: wire.JSONBody,
	}, (*API).callbacksRetry},
}

type storedItem struct {
	Date  string `json:"date"`
	Size  int    `json:"size"`
	Retry int    `json:"retry"`
}

// notBought is the response to an app without storage. Its text is not documented.
func (a *API) notBought() *wire.Error {
	if a.world.Conf.NoCallbackStorage {
		return wire.ErrForbiddenOp("the storage of failed callbacks is not enabled")
	}
	return nil
}

func (a *API) callbacksInfo(*wire.Call) (*wire.Response, *wire.Error) {
	if err := a.notBought(); err != nil {
		return nil, err
	}
	list := world.Convert(a.world.ListCallbacks(), func(set world.StoredCallbacks) storedItem {
		return storedItem{set.Key(), set.Size, set.Resent}
	})
	return &wire.Response{Action: "post", Data: list}, nil
}

var storedDate = pattern.Lazy(`^[0-9]{12}$`)

// callbacksRetry says "failure" where there is nothing to resend, or where it
// was resent too often.
func (a *API) callbacksRetry(c *wire.Call) (*wire.Response, *wire.Error) {
	if err := a.notBought(); err != nil {
		return nil, err
	}
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	date, retry, target := o.Text("date"), o.Integer("retry"), o.Text("targetUrl")
	if o.Bad != "" || !storedDate().MatchString(date) || retry < 0 {
		return nil, wire.ErrInvalidRequest()
	}
	outcome := "failure"
	if retry < maxResends && a.world.ResendCallbacks(date, target) {
		outcome = "success"
	}
	return c.At(wire.Data(outcome), "/callbacks"), nil
}
