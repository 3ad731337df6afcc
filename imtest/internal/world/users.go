package world

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxRegister    = 60 // users of one registration
	maxUsersPage   = 100
	maxStatusBatch = 100
)

var usersRoutes = []legacy{
	{
		ID: "users.register_batch", Method: post, Path: "/users", shape: wire.Full,
		body: wire.JSONBody, when: wire.BodyIsArray, noToken: wire.ErrRegistrationClosedBatch, do: (*World).usersRegisterBatch,
	},
	{
		ID: "users.register", Method: post, Path: "/users", shape: wire.Full,
		body: wire.JSONBody, noToken: wire.ErrRegistrationClosed, do: (*World).usersRegister,
	},
	{
		ID: "users.get", Method: get, Path: "/users/{username}", shape: wire.InAction | wire.InRootPath | wire.InURI | wire.InCount,
		who: wire.OwnUser, do: (*World).usersGet,
	},
	{
		ID: "users.list", Method: get, Path: "/users", shape: wire.InAction | wire.InParams | wire.InPath | wire.InURI | wire.InCount,
		do: (*World).usersList,
	},
	{
		ID: "users.delete", Method: del, Path: "/users/{username}", shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InRootURI,
		do: (*World).usersDelete,
	},
	{
		ID: "users.delete_batch", Method: del, Path: "/users", shape: wire.Full | wire.InParams,
		do: (*World).usersDeleteBatch,
	},
	{
		ID: "users.set_password", Method: put, also: post, Path: "/users/{username}/password", shape: wire.InAction,
		body: wire.JSONBody, who: wire.OwnUser, do: (*World).usersSetPassword,
	},
	{
		ID: "users.deactivate", Method: post, Path: "/users/{username}/deactivate", shape: wire.InAction,
		do: (*World).usersDeactivate,
	},
	{
		ID: "users.activate", Method: post, Path: "/users/{username}/activate", shape: wire.InAction,
		do: (*World).usersActivate,
	},
	{
		ID: "users.disconnect", Method: get, also: post, Path: "/users/{username}/disconnect",
		shape: wire.InAction | wire.InURI | wire.InEntities | wire.InCount, do: (*World).usersDisconnect,
	},
	{
		ID: "users.disconnect_device", Method: del, also: get, Path: "/users/{username}/disconnect/{resourceId}",
		shape: wire.InAction | wire.InApp | wire.InURI | wire.InEntities, do: (*World).usersDisconnectDevice,
	},
	{
		ID: "users.resources", Method: get, Path: "/users/{username}/resources",
		shape: wire.Full | wire.InEntities, do: (*World).usersResources,
	},
	{
		ID: "users.status", Method: get, Path: "/users/{username}/status",
		shape: wire.InAction | wire.InURI | wire.InEntities | wire.InCount, do: (*World).usersStatus,
	},
	{
		ID: "users.status_batch", Method: post, Path: "/users/batch/status", shape: wire.InAction,
		body: wire.JSONBody, do: (*World).usersStatusBatch,
	},
	{
		ID: "users.offline_msg_count", Method: get, Path: "/users/{owner_username}/offline_msg_count",
		shape: wire.InAction | wire.InURI | wire.InEntities | wire.InCount, do: (*World).usersOfflineCount,
	},
	{
		ID: "users.offline_msg_status", Method: get, Path: "/users/{username}/offline_msg_status/{msg_id}",
		shape: wire.InAction | wire.InURI | wire.InEntities | wire.InCount, do: (*World).usersOfflineStatus,
	},
}

// User is an account.
type User struct {
	Name     string // lower case
	UUID     string
	Password string // "": none, the user cannot log in by password
	Created  time.Time
	Modified time.Time
	Banned   bool
	Online   bool
	Came     time.Time // when he last came online, zero if he never did
	Left     time.Time // when he last went offline
	Devices  []Device
	Nickname string         // of push notifications
	More     map[string]any // further fields of the entity: push settings
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

func (u *User) entity() userEntity {
	return userEntity{
		UUID:      u.UUID,
		Type:      "user",
		Created:   u.Created.UnixMilli(),
		Modified:  u.Modified.UnixMilli(),
		Username:  u.Name,
		Activated: !u.Banned,
		Nickname:  u.Nickname,
		more:      maps.Clone(u.More),
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

func userEntities(users []*User) []userEntity {
	list := make([]userEntity, len(users))
	for i, u := range users {
		list[i] = u.entity()
	}
	return list
}

// NewUser is one user of a registration.
type NewUser struct {
	Name, Password, Nickname string
}

var usernameRule = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

func checkUsername(name string) *wire.Error {
	switch {
	case name == "":
		return wire.ErrUsernameRequired()
	case len(name) > 64:
		return wire.ErrIllegalArgument("USERNAME_TOO_LONG")
	case !usernameRule.MatchString(name):
		return wire.ErrUsernameIllegal(name)
	}
	return nil
}

// readNewUser reads and checks one user of a registration. A password may be
// left out, but not be empty.
func readNewUser(o *wire.Object) (NewUser, *wire.Error) {
	u := NewUser{Name: o.Text("username"), Password: o.Text("password"), Nickname: o.Text("nickname")}
	if o.Bad != "" {
		return u, wire.ErrInvalidRequest()
	}
	if err := checkUsername(u.Name); err != nil {
		return u, err
	}
	switch {
	case o.Has("password") && u.Password == "":
		return u, wire.ErrIllegalArgument("password or pin must provided")
	case utf8.RuneCountInString(u.Nickname) > 100:
		return u, wire.ErrIllegalArgument("NICKNAME_TOO_LONG")
	}
	return u, nil
}

// AddUser makes an account. The caller has checked the name and holds mu.
func (s *World) AddUser(n NewUser) *User {
	now := s.Now()
	u := &User{
		Name: Fold(n.Name), UUID: s.NewUUID(now), Password: n.Password, Nickname: n.Nickname,
		Created: now, Modified: now,
	}
	s.Users.Put(u.Name, u)
	s.ByUUID[u.UUID] = u
	return u
}

// removeUser takes an account out, and what hangs on it. The caller holds mu.
func (s *World) removeUser(u *User) {
	s.Users.Remove(u.Name)
	delete(s.ByUUID, u.UUID)
	delete(s.Inboxes, u.Name)
	s.removeMutes(u.Name)
	s.leaveCircles(u.Name)
	s.Contacts.forget(u.Name)
	s.Metadata.Replace(u.Name, nil)
	s.Presence.forget(u.Name)
	s.Push.forget(u.Name)
	s.Messages.Roaming.Forget(u.Name, int64(len(s.Posts)))
}

func (s *World) usersRegister(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	n, err := readNewUser(o)
	if err != nil {
		return nil, err
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	if s.Users.Has(Fold(n.Name)) {
		return nil, wire.ErrUsernameTaken(s.UUID, n.Name)
	}
	return wire.Entities(s.AddUser(n).entity()), nil
}

// refusedUser is one user of a batch who exists already.
type refusedUser struct {
	Username string `json:"username"`
	Reason   string `json:"registerUserFailReason"`
}

// usersRegisterBatch registers those who are new and lists the others, as all
// current documents have it; older ones refuse the whole batch.
func (s *World) usersRegisterBatch(c *wire.Call) (*wire.Response, *wire.Error) {
	list, err := readNewUsers(c)
	if err != nil {
		return nil, err
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	var made []userEntity
	refused := []refusedUser{}
	for _, n := range list {
		if s.Users.Has(Fold(n.Name)) {
			refused = append(refused, refusedUser{n.Name, "the " + n.Name + " already exists"})
			continue
		}
		made = append(made, s.AddUser(n).entity())
	}
	ans := wire.Entities(made...)
	ans.Data = refused
	return ans, nil
}

// readNewUsers reads a batch. A name that comes twice with the same password
// counts once.
func readNewUsers(c *wire.Call) ([]NewUser, *wire.Error) {
	objects, err := c.Objects()
	if err != nil {
		return nil, err
	}
	if len(objects) > maxRegister {
		return nil, wire.ErrTooManyInBody(len(objects), maxRegister)
	}
	var list []NewUser
	seen := map[string]NewUser{}
	for i := range objects {
		n, err := readNewUser(&objects[i])
		if err != nil {
			return nil, err
		}
		twin, twice := seen[Fold(n.Name)]
		if twice && twin.Password != n.Password {
			return nil, wire.ErrPasswordsDiffer(n.Name, []string{twin.Password, n.Password})
		}
		if !twice {
			seen[Fold(n.Name)] = n
			list = append(list, n)
		}
	}
	return list, nil
}

func (s *World) usersGet(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	u := s.Users.Get(named(c, "username"))
	if u == nil {
		return nil, wire.ErrNoSuchUser()
	}
	return wire.Entities(u.entity()), nil
}

func (s *World) usersList(c *wire.Call) (*wire.Response, *wire.Error) {
	limit, err := c.Number("limit", 10, maxUsersPage)
	if err != nil {
		return nil, err
	}
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	users, next, ok := s.Users.Page(c.Query.Get("cursor"), limit)
	if !ok {
		return nil, wire.ErrInvalidRequest()
	}
	ans := wire.Entities(userEntities(users)...)
	ans.Cursor = next
	return ans, nil
}

// usersDelete takes a name or a UUID.
func (s *World) usersDelete(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	u := s.Users.Get(named(c, "username"))
	if u == nil {
		u = s.ByUUID[named(c, "username")]
	}
	if u == nil {
		return nil, wire.ErrNoSuchUser()
	}
	s.removeUser(u)
	return wire.Entities(u.entity()), nil
}

func (s *World) usersDeleteBatch(c *wire.Call) (*wire.Response, *wire.Error) {
	limit, err := c.Number("limit", 10, maxUsersPage)
	if err != nil {
		return nil, err
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	users, next, ok := s.Users.Page(c.Query.Get("cursor"), limit)
	if !ok {
		return nil, wire.ErrInvalidRequest()
	}
	for _, u := range users {
		s.removeUser(u)
	}
	ans := wire.Entities(userEntities(users)...)
	ans.Cursor = next
	return ans, nil
}

func (s *World) usersSetPassword(c *wire.Call) (*wire.Response, *wire.Error) {
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
	s.Mu.Lock()
	defer s.Mu.Unlock()
	u := s.Users.Get(named(c, "username"))
	if u == nil {
		return nil, wire.ErrEntityNotFound()
	}
	u.Password, u.Modified = password, s.Now()
	return wire.Done("set user password"), nil
}

func (s *World) usersDeactivate(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	u := s.Users.Get(named(c, "username"))
	if u == nil {
		return nil, wire.ErrNoSuchUser()
	}
	u.Banned, u.Modified = true, s.Now()
	s.LogOut(u)
	ans := wire.Entities(u.entity())
	ans.Action = "Deactivate user"
	return ans, nil
}

func (s *World) usersActivate(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	u := s.Users.Get(named(c, "username"))
	if u == nil {
		return nil, wire.ErrNoSuchUser()
	}
	u.Banned, u.Modified = false, s.Now()
	return wire.Done("activate user"), nil
}

// result is the payload of calls that say whether they did it.
type result struct {
	Result bool `json:"result"`
}

// usersDisconnect knows no error for an unknown user: the result is false.
func (s *World) usersDisconnect(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	u := s.Users.Get(named(c, "username"))
	if u != nil {
		s.LogOut(u)
	}
	return wire.Data(result{u != nil}), nil
}

func (s *World) usersDisconnectDevice(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	u := s.Users.Get(named(c, "username"))
	if u == nil {
		return nil, wire.ErrNoSuchUser()
	}
	return wire.Data(result{s.logOutDevice(u, c.Value("resourceId"))}), nil
}

// Device is a device that a user is logged in on.
type Device struct {
	ID   string `json:"res"` // "{device type}_{resource id}"
	UUID string `json:"device_uuid"`
	Name string `json:"device_name"`
}

// LogOut takes a user offline. The caller holds mu.
func (s *World) LogOut(u *User) {
	if u.Online {
		u.Online = false
		s.depart(u)
	}
	for _, d := range u.Devices {
		s.Presence.drop(u.Name, d.ID)
	}
	u.Devices = nil
}

// logOutDevice logs out one device; the user is offline after the last.
func (s *World) logOutDevice(u *User, id string) bool {
	n := len(u.Devices)
	if slices.ContainsFunc(u.Devices, func(d Device) bool { return d.ID == id }) {
		s.Presence.drop(u.Name, id)
	}
	u.Devices = slices.DeleteFunc(u.Devices, func(d Device) bool { return d.ID == id })
	left := len(u.Devices)
	if left == 0 {
		s.LogOut(u)
	}
	return left < n
}

func (s *World) usersResources(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	devices := []Device{}
	if u := s.Users.Get(named(c, "username")); u != nil {
		devices = append(devices, u.Devices...)
	}
	return wire.Data(devices), nil
}

func (s *World) usersStatus(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	name := named(c, "username")
	if !s.Users.Has(name) {
		return nil, wire.ErrNoSuchUser()
	}
	return wire.Data(s.status(name)), nil
}

// status is {name: "online" or "offline"}; unknown users are offline.
func (s *World) status(name string) map[string]string {
	if u := s.Users.Get(name); u != nil && u.Online {
		return map[string]string{name: "online"}
	}
	return map[string]string{name: "offline"}
}

func (s *World) usersStatusBatch(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	names := o.Texts("usernames")
	switch {
	case o.Bad != "" || names == nil:
		return nil, wire.ErrInvalidRequest()
	case len(names) > maxStatusBatch:
		return nil, wire.ErrBodyExceeds(maxStatusBatch)
	}
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	list := make([]map[string]string, len(names))
	for i, name := range names {
		list[i] = s.status(Fold(name))
	}
	ans := wire.Data(list)
	ans.Action = "get batch user status"
	return ans, nil
}

func (s *World) usersOfflineCount(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	name := named(c, "owner_username")
	if !s.Users.Has(name) {
		return nil, wire.ErrNoSuchUser()
	}
	return wire.Data(map[string]int{name: s.Inboxes[name].Waiting()}), nil
}

// usersOfflineStatus takes a message that is not waiting for delivered, also
// one that never was.
func (s *World) usersOfflineStatus(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	id := c.Value("msg_id")
	status := "delivered"
	if s.Inboxes[named(c, "username")].isWaiting(id) {
		status = "undelivered"
	}
	return wire.Data(map[string]string{id: status}), nil
}
