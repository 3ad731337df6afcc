package imtest

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"
)

const (
	maxRegister    = 60 // users of one registration
	maxUsersPage   = 100
	maxStatusBatch = 100
)

var usersRoutes = []legacy{
	{
		id: "users.register_batch", method: post, path: "/users", shape: full,
		body: jsonBody, when: bodyIsArray, noToken: errRegistrationClosedBatch, do: (*state).usersRegisterBatch,
	},
	{
		id: "users.register", method: post, path: "/users", shape: full,
		body: jsonBody, noToken: errRegistrationClosed, do: (*state).usersRegister,
	},
	{
		id: "users.get", method: get, path: "/users/{username}", shape: inAction | inRootPath | inURI | inCount,
		who: ownUser, do: (*state).usersGet,
	},
	{
		id: "users.list", method: get, path: "/users", shape: inAction | inParams | inPath | inURI | inCount,
		do: (*state).usersList,
	},
	{
		id: "users.delete", method: del, path: "/users/{username}", shape: inAction | inApp | inRootPath | inRootURI,
		do: (*state).usersDelete,
	},
	{
		id: "users.delete_batch", method: del, path: "/users", shape: full | inParams,
		do: (*state).usersDeleteBatch,
	},
	{
		id: "users.set_password", method: put, also: post, path: "/users/{username}/password", shape: inAction,
		body: jsonBody, who: ownUser, do: (*state).usersSetPassword,
	},
	{
		id: "users.deactivate", method: post, path: "/users/{username}/deactivate", shape: inAction,
		do: (*state).usersDeactivate,
	},
	{
		id: "users.activate", method: post, path: "/users/{username}/activate", shape: inAction,
		do: (*state).usersActivate,
	},
	{
		id: "users.disconnect", method: get, also: post, path: "/users/{username}/disconnect",
		shape: inAction | inURI | inEntities | inCount, do: (*state).usersDisconnect,
	},
	{
		id: "users.disconnect_device", method: del, also: get, path: "/users/{username}/disconnect/{resourceId}",
		shape: inAction | inApp | inURI | inEntities, do: (*state).usersDisconnectDevice,
	},
	{
		id: "users.resources", method: get, path: "/users/{username}/resources",
		shape: full | inEntities, do: (*state).usersResources,
	},
	{
		id: "users.status", method: get, path: "/users/{username}/status",
		shape: inAction | inURI | inEntities | inCount, do: (*state).usersStatus,
	},
	{
		id: "users.status_batch", method: post, path: "/users/batch/status", shape: inAction,
		body: jsonBody, do: (*state).usersStatusBatch,
	},
	{
		id: "users.offline_msg_count", method: get, path: "/users/{owner_username}/offline_msg_count",
		shape: inAction | inURI | inEntities | inCount, do: (*state).usersOfflineCount,
	},
	{
		id: "users.offline_msg_status", method: get, path: "/users/{username}/offline_msg_status/{msg_id}",
		shape: inAction | inURI | inEntities | inCount, do: (*state).usersOfflineStatus,
	},
}

// user is an account.
type user struct {
	name     string // lower case
	uuid     string
	password string // "": none, the user cannot log in by password
	created  time.Time
	modified time.Time
	banned   bool
	online   bool
	came     time.Time // when he last came online, zero if he never did
	left     time.Time // when he last went offline
	devices  []Device
	nickname string         // of push notifications
	more     map[string]any // further fields of the entity: push settings
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

func (u *user) entity() userEntity {
	return userEntity{
		UUID:      u.uuid,
		Type:      "user",
		Created:   u.created.UnixMilli(),
		Modified:  u.modified.UnixMilli(),
		Username:  u.name,
		Activated: !u.banned,
		Nickname:  u.nickname,
		more:      maps.Clone(u.more),
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

func userEntities(users []*user) []userEntity {
	list := make([]userEntity, len(users))
	for i, u := range users {
		list[i] = u.entity()
	}
	return list
}

// newUser is one user of a registration.
type newUser struct {
	name, password, nickname string
}

var usernameRule = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

func checkUsername(name string) *apiError {
	switch {
	case name == "":
		return errUsernameRequired()
	case len(name) > 64:
		return errIllegalArgument("USERNAME_TOO_LONG")
	case !usernameRule.MatchString(name):
		return errUsernameIllegal(name)
	}
	return nil
}

// readNewUser reads and checks one user of a registration. A password may be
// left out, but not be empty.
func readNewUser(o *object) (newUser, *apiError) {
	u := newUser{name: o.text("username"), password: o.text("password"), nickname: o.text("nickname")}
	if o.bad != "" {
		return u, errInvalidRequest()
	}
	if err := checkUsername(u.name); err != nil {
		return u, err
	}
	switch {
	case o.has("password") && u.password == "":
		return u, errIllegalArgument("password or pin must provided")
	case utf8.RuneCountInString(u.nickname) > 100:
		return u, errIllegalArgument("NICKNAME_TOO_LONG")
	}
	return u, nil
}

// addUser makes an account. The caller has checked the name and holds mu.
func (s *state) addUser(n newUser) *user {
	now := s.now()
	u := &user{
		name: fold(n.name), uuid: s.newUUID(now), password: n.password, nickname: n.nickname,
		created: now, modified: now,
	}
	s.users.put(u.name, u)
	s.byUUID[u.uuid] = u
	return u
}

// removeUser takes an account out, and what hangs on it. The caller holds mu.
func (s *state) removeUser(u *user) {
	s.users.remove(u.name)
	delete(s.byUUID, u.uuid)
	delete(s.inboxes, u.name)
	s.removeMutes(u.name)
	s.leaveCircles(u.name)
	s.contacts.forget(u.name)
	s.metadata.replace(u.name, nil)
	s.presence.forget(u.name)
	s.push.forget(u.name)
	s.messages.roaming.forget(u.name, int64(len(s.posts)))
}

func (s *state) usersRegister(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	n, err := readNewUser(o)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users.has(fold(n.name)) {
		return nil, errUsernameTaken(s.uuid, n.name)
	}
	return entities(s.addUser(n).entity()), nil
}

// refusedUser is one user of a batch who exists already.
type refusedUser struct {
	Username string `json:"username"`
	Reason   string `json:"registerUserFailReason"`
}

// usersRegisterBatch registers those who are new and lists the others, as all
// current documents have it; older ones refuse the whole batch.
func (s *state) usersRegisterBatch(c *call) (*response, *apiError) {
	list, err := readNewUsers(c)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var made []userEntity
	refused := []refusedUser{}
	for _, n := range list {
		if s.users.has(fold(n.name)) {
			refused = append(refused, refusedUser{n.name, "the " + n.name + " already exists"})
			continue
		}
		made = append(made, s.addUser(n).entity())
	}
	ans := entities(made...)
	ans.data = refused
	return ans, nil
}

// readNewUsers reads a batch. A name that comes twice with the same password
// counts once.
func readNewUsers(c *call) ([]newUser, *apiError) {
	objects, err := c.objects()
	if err != nil {
		return nil, err
	}
	if len(objects) > maxRegister {
		return nil, errTooManyInBody(len(objects), maxRegister)
	}
	var list []newUser
	seen := map[string]newUser{}
	for i := range objects {
		n, err := readNewUser(&objects[i])
		if err != nil {
			return nil, err
		}
		twin, twice := seen[fold(n.name)]
		if twice && twin.password != n.password {
			return nil, errPasswordsDiffer(n.name, []string{twin.password, n.password})
		}
		if !twice {
			seen[fold(n.name)] = n
			list = append(list, n)
		}
	}
	return list, nil
}

func (s *state) usersGet(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	u := s.users.get(named(c, "username"))
	if u == nil {
		return nil, errNoSuchUser()
	}
	return entities(u.entity()), nil
}

func (s *state) usersList(c *call) (*response, *apiError) {
	limit, err := c.number("limit", 10, maxUsersPage)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	users, next, ok := s.users.page(c.query.Get("cursor"), limit)
	if !ok {
		return nil, errInvalidRequest()
	}
	ans := entities(userEntities(users)...)
	ans.cursor = next
	return ans, nil
}

// usersDelete takes a name or a UUID.
func (s *state) usersDelete(c *call) (*response, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users.get(named(c, "username"))
	if u == nil {
		u = s.byUUID[named(c, "username")]
	}
	if u == nil {
		return nil, errNoSuchUser()
	}
	s.removeUser(u)
	return entities(u.entity()), nil
}

func (s *state) usersDeleteBatch(c *call) (*response, *apiError) {
	limit, err := c.number("limit", 10, maxUsersPage)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	users, next, ok := s.users.page(c.query.Get("cursor"), limit)
	if !ok {
		return nil, errInvalidRequest()
	}
	for _, u := range users {
		s.removeUser(u)
	}
	ans := entities(userEntities(users)...)
	ans.cursor = next
	return ans, nil
}

func (s *state) usersSetPassword(c *call) (*response, *apiError) {
	if !c.caller.app {
		return nil, errIllegalArgument("oldPassword is required")
	}
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	password := o.text("newpassword")
	if password == "" {
		return nil, errIllegalArgument("newpassword is required")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users.get(named(c, "username"))
	if u == nil {
		return nil, errEntityNotFound()
	}
	u.password, u.modified = password, s.now()
	return done("set user password"), nil
}

func (s *state) usersDeactivate(c *call) (*response, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users.get(named(c, "username"))
	if u == nil {
		return nil, errNoSuchUser()
	}
	u.banned, u.modified = true, s.now()
	s.logOut(u)
	ans := entities(u.entity())
	ans.action = "Deactivate user"
	return ans, nil
}

func (s *state) usersActivate(c *call) (*response, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users.get(named(c, "username"))
	if u == nil {
		return nil, errNoSuchUser()
	}
	u.banned, u.modified = false, s.now()
	return done("activate user"), nil
}

// result is the payload of calls that say whether they did it.
type result struct {
	Result bool `json:"result"`
}

// usersDisconnect knows no error for an unknown user: the result is false.
func (s *state) usersDisconnect(c *call) (*response, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users.get(named(c, "username"))
	if u != nil {
		s.logOut(u)
	}
	return data(result{u != nil}), nil
}

func (s *state) usersDisconnectDevice(c *call) (*response, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users.get(named(c, "username"))
	if u == nil {
		return nil, errNoSuchUser()
	}
	return data(result{s.logOutDevice(u, c.value("resourceId"))}), nil
}

// Device is a device that a user is logged in on.
type Device struct {
	ID   string `json:"res"` // "{device type}_{resource id}"
	UUID string `json:"device_uuid"`
	Name string `json:"device_name"`
}

// logOut takes a user offline. The caller holds mu.
func (s *state) logOut(u *user) {
	if u.online {
		u.online = false
		s.depart(u)
	}
	for _, d := range u.devices {
		s.presence.drop(u.name, d.ID)
	}
	u.devices = nil
}

// logOutDevice logs out one device; the user is offline after the last.
func (s *state) logOutDevice(u *user, id string) bool {
	n := len(u.devices)
	if slices.ContainsFunc(u.devices, func(d Device) bool { return d.ID == id }) {
		s.presence.drop(u.name, id)
	}
	u.devices = slices.DeleteFunc(u.devices, func(d Device) bool { return d.ID == id })
	left := len(u.devices)
	if left == 0 {
		s.logOut(u)
	}
	return left < n
}

func (s *state) usersResources(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	devices := []Device{}
	if u := s.users.get(named(c, "username")); u != nil {
		devices = append(devices, u.devices...)
	}
	return data(devices), nil
}

func (s *state) usersStatus(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	name := named(c, "username")
	if !s.users.has(name) {
		return nil, errNoSuchUser()
	}
	return data(s.status(name)), nil
}

// status is {name: "online" or "offline"}; unknown users are offline.
func (s *state) status(name string) map[string]string {
	if u := s.users.get(name); u != nil && u.online {
		return map[string]string{name: "online"}
	}
	return map[string]string{name: "offline"}
}

func (s *state) usersStatusBatch(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	names := o.texts("usernames")
	switch {
	case o.bad != "" || names == nil:
		return nil, errInvalidRequest()
	case len(names) > maxStatusBatch:
		return nil, errBodyExceeds(maxStatusBatch)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := make([]map[string]string, len(names))
	for i, name := range names {
		list[i] = s.status(fold(name))
	}
	ans := data(list)
	ans.action = "get batch user status"
	return ans, nil
}

func (s *state) usersOfflineCount(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	name := named(c, "owner_username")
	if !s.users.has(name) {
		return nil, errNoSuchUser()
	}
	return data(map[string]int{name: s.inboxes[name].waiting()}), nil
}

// usersOfflineStatus takes a message that is not waiting for delivered, also
// one that never was.
func (s *state) usersOfflineStatus(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	id := c.value("msg_id")
	status := "delivered"
	if s.inboxes[named(c, "username")].isWaiting(id) {
		status = "undelivered"
	}
	return data(map[string]string{id: status}), nil
}
