package rest

import (
	"encoding/json"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const (
	maxRegister  = 60 // users of one registration
	maxUsersPage = 100
)

var usersRoutes = []route{
	{wire.Route{
		ID: "users.register_batch", Method: post, Path: "/users", Shape: wire.Full,
		Body: wire.JSONBody, When: wire.BodyIsArray, NoToken: wire.ErrRegistrationClosedBatch,
	}, (*API).usersRegisterBatch},
	{wire.Route{
		ID: "users.register", Method: post, Path: "/users", Shape: wire.Full,
		Body: wire.JSONBody, NoToken: wire.ErrRegistrationClosed,
	}, (*API).usersRegister},
	{wire.Route{
		ID: "users.get", Method: get, Path: "/users/{username}", Shape: wire.InAction | wire.InRootPath | wire.InURI | wire.InCount,
		Who: wire.OwnUser,
	}, (*API).usersGet},
	{wire.Route{
		ID: "users.list", Method: get, Path: "/users", Shape: wire.InAction | wire.InParams | wire.InPath | wire.InURI | wire.InCount,
	}, (*API).usersList},
	{wire.Route{
		ID: "users.delete", Method: del, Path: "/users/{username}", Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InRootURI,
	}, (*API).usersDelete},
	{wire.Route{
		ID: "users.delete_batch", Method: del, Path: "/users", Shape: wire.Full | wire.InParams,
	}, (*API).usersDeleteBatch},
	{wire.Route{
		ID: "users.set_password", Method: put, Also: post, Path: "/users/{username}/password", Shape: wire.InAction,
		Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*API).usersSetPassword},
	{wire.Route{
		ID: "users.deactivate", Method: post, Path: "/users/{username}/deactivate", Shape: wire.InAction,
	}, (*API).usersDeactivate},
	{wire.Route{
		ID: "users.activate", Method: post, Path: "/users/{username}/activate", Shape: wire.InAction,
	}, (*API).usersActivate},
}

// readNewUser reads one user of a registration.
func readNewUser(o *wire.Object) (world.NewUser, *wire.Error) {
	n := world.NewUser{Name: o.Text("username"), Nickname: o.Text("nickname")}
	if o.Has("password") {
		n.Password = new(o.Text("password"))
	}
	if o.Bad != "" {
		return n, wire.ErrInvalidRequest()
	}
	return n, nil
}

func (a *API) usersRegister(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	n, err := readNewUser(o)
	if err != nil {
		return nil, err
	}
	u, refused := a.world.Register(n)
	if refused != nil {
		return nil, told(refused, words{world.NameTaken: func(e *world.Error) *wire.Error {
			return wire.ErrUsernameTaken(c.App.UUID, e.Name())
		}})
	}
	return wire.Entities(entityOf(u)), nil
}

// refusedUser is one user of a batch who exists already.
type refusedUser struct {
	Username string `json:"username"`
	Reason   string `json:"registerUserFailReason"`
}

func (a *API) usersRegisterBatch(c *wire.Call) (*wire.Response, *wire.Error) {
	list, err := readNewUsers(c)
	if err != nil {
		return nil, err
	}
	made, taken, refused := a.world.RegisterAll(list)
	if refused != nil {
		return nil, told(refused)
	}
	ans := wire.Entities(world.Convert(made, entityOf)...)
	ans.Data = world.Convert(taken, func(name string) refusedUser {
		return refusedUser{name, "the " + name + " already exists"}
	})
	return ans, nil
}

func readNewUsers(c *wire.Call) ([]world.NewUser, *wire.Error) {
	objects, err := c.Objects()
	if err != nil {
		return nil, err
	}
	if len(objects) > maxRegister {
		return nil, wire.ErrTooManyInBody(len(objects), maxRegister)
	}
	list := make([]world.NewUser, len(objects))
	for i := range objects {
		if list[i], err = readNewUser(&objects[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (a *API) usersGet(c *wire.Call) (*wire.Response, *wire.Error) {
	u, err := a.world.User(c.Value("username"))
	if err != nil {
		return nil, told(err)
	}
	return wire.Entities(entityOf(u)), nil
}

func (a *API) usersList(c *wire.Call) (*wire.Response, *wire.Error) {
	return usersPage(c, a.world.ListUsers)
}

func (a *API) usersDeleteBatch(c *wire.Call) (*wire.Response, *wire.Error) {
	return usersPage(c, a.world.DeleteUsers)
}

// usersPage responds with the users that a rule has read or deleted.
func usersPage(c *wire.Call, rule func(cursor string, limit int) ([]world.User, string, *world.Error)) (*wire.Response, *wire.Error) {
	limit, err := c.Number("limit", 10, maxUsersPage)
	if err != nil {
		return nil, err
	}
	users, next, refused := rule(c.Query.Get("cursor"), limit)
	if refused != nil {
		return nil, told(refused)
	}
	ans := wire.Entities(world.Convert(users, entityOf)...)
	ans.Cursor = next
	return ans, nil
}

// usersDelete takes a name or a UUID.
func (a *API) usersDelete(c *wire.Call) (*wire.Response, *wire.Error) {
	u, err := a.world.DeleteUser(c.Value("username"))
	if err != nil {
		return nil, told(err)
	}
	return wire.Entities(entityOf(u)), nil
}

func (a *API) usersSetPassword(c *wire.Call) (*wire.Response, *wire.Error) {
	if !c.Caller.App {
		return nil, wire.ErrIllegalArgument("oldPassword is required")
	}
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	password := o.Text("newpassword")
	if password == "" {
		return nil, wire.ErrIllegalArgument("newpassword is required")
	}
	if err := a.world.SetPassword(c.Value("username"), password); err != nil {
		return nil, told(err, words{world.NoUser: always(wire.ErrEntityNotFound)})
	}
	return wire.Done("set user password"), nil
}

func (a *API) usersDeactivate(c *wire.Call) (*wire.Response, *wire.Error) {
	u, err := a.world.Ban(c.Value("username"))
	if err != nil {
		return nil, told(err)
	}
	ans := wire.Entities(entityOf(u))
	ans.Action = "Deactivate user"
	return ans, nil
}

func (a *API) usersActivate(c *wire.Call) (*wire.Response, *wire.Error) {
	if err := a.world.Unban(c.Value("username")); err != nil {
		return nil, told(err)
	}
	return wire.Done("activate user"), nil
}

// userEntity is a user on the wire.
type userEntity struct {
	UUID      string `json:"uuid"`
	Type      string `json:"type"`
	Created   int64  `json:"created"` // milliseconds
	Modified  int64  `json:"modified"`
	Username  string `json:"username"`
	Activated bool   `json:"activated"`
	Nickname  string `json:"nickname,omitempty"`

	more map[string]any
}

func entityOf(u world.User) userEntity {
	return userEntity{
		UUID:      u.UUID,
		Type:      "user",
		Created:   u.Created.UnixMilli(),
		Modified:  u.Updated.UnixMilli(),
		Username:  u.Name,
		Activated: !u.Banned,
		Nickname:  u.Nickname,
		more:      u.More,
	}
}

// MarshalJSON puts the push settings beside the fields that all users have.
func (e userEntity) MarshalJSON() ([]byte, error) {
	type bare userEntity
	text, err := json.Marshal(bare(e))
	if err != nil || len(e.more) == 0 {
		return text, err
	}
	more, err := json.Marshal(e.more)
	if err != nil {
		return nil, err
	}
	text[len(text)-1] = ','
	return append(text, more[1:]...), nil
}
