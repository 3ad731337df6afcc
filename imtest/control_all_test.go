package imtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// overHTTP is what a test in another language uses in place of a method of Server.
var overHTTP = map[string]string{
	"AddBlocked": "POST /_im/seed", "AddContacts": "POST /_im/seed", "AddGroup": "POST /_im/seed", "AddRoom": "POST /_im/seed",
	"AddUser": "POST /_im/seed", "AddUsers": "POST /_im/seed", "Seed": "POST /_im/seed", "SetUserAttributes": "POST /_im/seed",
	"AddPushBinding": "POST /_im/users/{user}/bind_push", "AddStoredCallbacks": "POST /_im/stored_callbacks",
	"SetHistoryDelay": "PUT /_im/history", "SetHistoryZone": "PUT /_im/history", "SetPushCounts": "PUT /_im/push_counts",
	"Reset": "POST /_im/reset", "Load": "PUT /_im/snapshot", "Save": "GET /_im/snapshot", "SaveFile": "GET /_im/snapshot",
	"Clock": "POST /_im/clock", "ExpireTokens": "DELETE /_im/tokens", "QuotaUse": "GET /_im/quotas",
	"Fault": "POST /_im/faults", "SetFaults": "PUT /_im/faults", "ClearFaults": "DELETE /_im/faults",
	"RefuseConnections": "POST /_im/refuse", "AcceptConnections": "POST /_im/refuse", "Expect": "POST /_im/expect",
	"Requests": "GET /_im/requests", "RequestsTo": "GET /_im/requests",
	"Events": "GET /_im/events", "EventsAfter": "GET /_im/events", "FollowEvents": "GET /_im/events",
	"Callbacks": "GET /_im/callbacks", "CallbackBans": "GET /_im/callbacks", "SetCallbacks": "PUT /_im/callbacks",
	"WaitCallbacks": "POST /_im/callbacks/wait", "Deliveries": "GET /_im/deliveries", "Redeliver": "POST /_im/deliveries/{id}/send",
	"StoredCallbacks": "GET /_im/stored_callbacks", "Moderate": "POST /_im/verdicts", "ReportPush": "POST /_im/push_reports",

	"LogIn": "POST /_im/users/{user}/log_in", "LogOut": "POST /_im/users/{user}/log_out", "LogOutDevice": "POST /_im/users/{user}/log_out",
	"SetPresence": "POST /_im/users/{user}/set_presence", "SendAs": "POST /_im/users/{user}/send", "EditAs": "POST /_im/users/{user}/edit",
	"RecallAs": "POST /_im/users/{user}/recall", "DeliveredAs": "POST /_im/users/{user}/delivered", "ReadAs": "POST /_im/users/{user}/read",
	"ReadConversationAs": "POST /_im/users/{user}/read", "JoinAs": "POST /_im/users/{user}/join", "LeaveAs": "POST /_im/users/{user}/leave",
	"ReactAs": "POST /_im/users/{user}/react", "UnreactAs": "POST /_im/users/{user}/react", "CreateThreadAs": "POST /_im/users/{user}/create_thread",

	"User": "GET /_im/users/{id}", "Users": "GET /_im/users", "Group": "GET /_im/groups/{id}", "Groups": "GET /_im/groups",
	"Room": "GET /_im/rooms/{id}", "Rooms": "GET /_im/rooms", "Thread": "GET /_im/threads/{id}", "Threads": "GET /_im/threads",
	"AllMessages": "GET /_im/messages", "MessageByID": "GET /_im/messages/{id}", "Reactions": "GET /_im/messages/{id}/reactions",
	"GroupMessages": "GET /_im/groups/{id}/messages", "RoomMessages": "GET /_im/rooms/{id}/messages", "Streams": "GET /_im/streams",
	"Files": "GET /_im/files", "FileURL": "GET /_im/files", "Pushes": "GET /_im/pushes", "SuperAdmins": "GET /_im/super_admins",
	"Messages": "GET /_im/users/{user}/messages", "Conversations": "GET /_im/users/{user}/conversations",
	"Contacts": "GET /_im/users/{user}/contacts", "Blocked": "GET /_im/users/{user}/blocked", "UserAttributes": "GET /_im/users/{user}/attributes",
	"Mutes": "GET /_im/users/{user}/mutes", "Presence": "GET /_im/users/{user}/presence", "Subscriptions": "GET /_im/users/{user}/subscriptions",
	"Favorites": "GET /_im/users/{user}/favorites", "PushesTo": "GET /_im/users/{user}/pushes", "PushUser": "GET /_im/users/{user}/push_user",
	"PushSettings": "GET /_im/users/{user}/push_settings", "Roaming": "GET /_im/users/{user}/roaming", "GroupRoaming": "GET /_im/users/{user}/roaming",
}

// goOnly are the methods that make sense in Go alone, and why.
var goOnly = map[string]string{
	"Close":          "a program is stopped by a signal",
	"ServeHTTP":      "mounts the server in a Go program",
	"Client":         "is a Go client",
	"Config":         "configures a Go client",
	"HTTPClient":     "is a Go client",
	"TLSCertificate": "imserver -tls writes it to a file",
	"URL":            "whoever reaches the paths knows it",
	"Org":            "is chosen at the start, and printed",
	"App":            "is chosen at the start, and printed",
	"AppID":          "is chosen at the start, and printed",
	"Certificate":    "is chosen at the start, and printed",
	"ClientID":       "is chosen at the start, and printed",
	"ClientSecret":   "is chosen at the start, and printed",
}

// What Go tests can do, tests in other languages can do, and the guides say how.
func TestEveryMethodHasAPath(t *testing.T) {
	var guides [2]string
	for i, name := range []string{"../docs/emulator.md", "../docs/emulator.zh-CN.md"} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		guides[i] = string(text)
	}
	server, seen := reflect.TypeFor[*imtest.Server](), map[string]bool{}
	for m := range server.Methods() {
		name := m.Name
		if name == "Dump" {
			continue // these tests' own
		}
		path, here := overHTTP[name]
		reason, there := goOnly[name]
		assert.NotEqual(t, here, there, "%s needs a path of /_im/ in overHTTP, or a reason in goOnly", name)
		assert.True(t, here || reason != "", name)
		if seen[name] = true; !here {
			continue
		}
		method, at, _ := strings.Cut(path, " ")
		assertServed(t, method, at)
		named := "`" + at
		if strings.Contains(at, "{user}/") {
			named = "`" + at[strings.LastIndex(at, "/")+1:]
		}
		for _, guide := range guides {
			assert.True(t, strings.Contains(guide, named), "a guide does not have %s, the path of %s", named, name) //nolint:testifylint // the guide is long
		}
	}
	for name := range overHTTP {
		assert.True(t, seen[name], "there is no method %s", name)
	}
	for name := range goOnly {
		assert.True(t, seen[name], "there is no method %s", name)
	}
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// assertServed fails for a path that is unknown.
func assertServed(t *testing.T, method, path string) {
	t.Helper()
	c := newController(t)
	status, text := c.ask(method, placeholder.ReplaceAllString(strings.TrimPrefix(path, "/_im/"), "7"), "{}")
	assert.NotContains(t, []int{403, 404, 405, 415}, status, "%s %s: %s", method, path, text)
	assert.NotContains(t, text, "a client cannot", path)
	assert.NotContains(t, text, "what is shown of a user", path)
}

// faultsInJSON are the fields of a list of faults, by the constructor.
var faultsInJSON = map[string]string{
	"OnEndpoint": `"endpoints":["users.get"],"do":"delay","time":"1s"`, "OnCallback": `"callbacks":["message"],"do":"sent_twice"`,
	"Nth": `"nth":2,"do":"server_error"`, "First": `"first":2,"do":"server_error"`, "Every": `"every":2,"do":"server_error"`,
	"Chance": `"chance":0.5,"seed":7,"do":"server_error"`, "ReceiverResponseLost": `"do":"receiver_lost"`,
	"Delay": `"do":"delay","time":"1s"`, "Trickle": `"do":"trickle","time":"1s"`, "ClockSkew": `"do":"clock_skew","time":"-1s"`,
	"ReceiverSlow": `"do":"receiver_slow","time":"1s"`, "HugeBody": `"do":"huge_body","bytes":10`, "TruncatedJSON": `"do":"truncated_json"`,
}

var wordStart = regexp.MustCompile(`([a-z])([A-Z])`)

// Every part of a fault can be written in a list.
func TestEveryFaultHasAForm(t *testing.T) {
	files, err := filepath.Glob("fault*.go")
	require.NoError(t, err)
	c, found := newController(t), 0
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() || f.Type.Results == nil {
				continue
			}
			if result, ok := f.Type.Results.List[0].Type.(*ast.Ident); !ok || result.Name != "Fault" {
				continue
			}
			fields := faultsInJSON[f.Name.Name]
			if fields == "" {
				fields = `"do":"` + strings.ToLower(wordStart.ReplaceAllString(f.Name.Name, "${1}_$2")) + `"`
			}
			status, text := c.ask("PUT", "faults", "[{"+fields+"}]")
			assert.Equal(t, 200, status, "%s: %s", f.Name.Name, text)
			found++
		}
	}
	assert.Greater(t, found, 25)
}
