package rest

import (
	"math"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

var mutesRoutes = []route{
	{wire.Route{
		ID: "mutes.set", Method: post, Path: "/mutes", Shape: wire.Full,
		Body: wire.JSONBody,
	}, (*API).mutesSet},
	{wire.Route{
		ID: "mutes.get", Method: get, Path: "/mutes/{username}", Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InRootURI,
	}, (*API).mutesGet},
	{wire.Route{
		ID: "mutes.list", Method: get, Path: "/mutes", Shape: wire.Full,
	}, (*API).mutesList},
}

// muteWords is how these calls say that there is no such user.
var muteWords = words{world.NoUser: always(wire.ErrUserPropertyMissing)}

func (a *API) mutesSet(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	name, seconds := o.Text("username"), map[string]int64{}
	for _, kind := range world.MuteKinds {
		if !o.Has(kind) {
			continue
		}
		if seconds[kind] = o.Integer(kind); seconds[kind] > math.MaxInt32 {
			o.Note(kind)
		}
	}
	if o.Bad != "" {
		return nil, wire.ErrInvalidRequest()
	}
	if err := a.world.MuteUser(name, seconds); err != nil {
		return nil, told(err, muteWords)
	}
	return wire.Data(map[string]string{"result": "ok"}), nil
}

func (a *API) mutesGet(c *wire.Call) (*wire.Response, *wire.Error) {
	name := c.Value("username")
	left, err := a.world.Mutes(name)
	if err != nil {
		return nil, told(err, muteWords)
	}
	payload := map[string]any{"userid": a.world.AppKey() + "_" + world.Fold(name), "unixtime": c.App.Now().Unix()}
	for _, m := range left {
		payload[m.Kind] = m.Seconds
	}
	return wire.Data(payload), nil
}

// mutesList has an entry per user and kind.
func (a *API) mutesList(c *wire.Call) (*wire.Response, *wire.Error) {
	page, err := c.Number("pageNum", 1, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	size, err := c.Number("pageSize", 50, 50)
	if err != nil {
		return nil, err
	}
	list := a.world.ListMutes(wire.Sheet{Number: page, Size: size}.Skip(), size)
	return wire.Data(map[string]any{
		"data": world.Convert(list, func(m world.MuteLeft) map[string]any {
			return map[string]any{"username": m.User, m.Kind: m.Seconds}
		}),
		"unixtime": c.App.Now().Unix(),
	}), nil
}
