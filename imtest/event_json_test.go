package imtest

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/internal/world"
)

// chatKind is a number with a name.
type chatKind uint8

func (chatKind) String() string { return "groupchat" }

// Inner is a struct that others embed.
type Inner struct {
	Type  string
	Until time.Time
}

// sample has all that an event of the world may hold. It is one of them by its
// embedded interface.
type sample struct {
	world.What
	*Inner
	SenderID string
	ID       int64
	Small    int64
	Kind     chatKind
	At       time.Time
	Users    []string
	None     []string
	IDs      []int64
	Values   map[string]string
	Nested   []Inner
	hidden   int
}

// Any event of the world has a JSON form, without code of its own.
func TestEventFields(t *testing.T) {
	kind, fields := eventFields(sample{
		Inner: &Inner{Type: "<txt>"}, SenderID: "a", ID: 1312740985563217920, Small: 7, Users: []string{"a"},
		IDs: []int64{1, 1312740985563217921}, Values: map[string]string{"k": "v"}, Nested: []Inner{{"x", time.Unix(0, 0).UTC()}}, hidden: 1,
	})
	assert.Equal(t, "sample", kind)
	assert.Equal(t, `{"type":"<txt>","sender_id":"a","id":"1312740985563217920","small":7,"kind":"groupchat","users":["a"],`+
		`"ids":[1,"1312740985563217921"],"values":{"k":"v"},"nested":[{"type":"x","until":"1970-01-01T00:00:00Z"}]}`, string(fields))
}

func TestSnakeCase(t *testing.T) {
	for name, want := range map[string]string{"User": "user", "SenderID": "sender_id", "UUID": "uuid", "UUIDOf": "uuid_of", "IDs": "ids", "MessageSent": "message_sent"} {
		assert.Equal(t, want, snakeCase(name))
	}
}

// worldEvents are the names of the world's events, from its source.
func worldEvents(t *testing.T) []string {
	files, err := filepath.Glob("internal/world/*.go")
	require.NoError(t, err)
	var names []string
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Name.Name == "what" && f.Recv != nil {
				names = append(names, f.Recv.List[0].Type.(*ast.Ident).Name)
			}
		}
	}
	require.Greater(t, len(names), 15)
	return names
}

// Each event of the world has a struct here, which has each of its fields.
func TestEveryEventHasAStruct(t *testing.T) {
	for _, name := range worldEvents(t) {
		assert.Contains(t, eventKinds(), snakeCase(name), "world.%s: add a struct with its fields to event_types.go", name)
	}
	assert.Len(t, eventKinds(), len(worldEvents(t)), "a struct without an event")
}

// The structs have the fields of the events.
func TestStructsHaveTheFieldsOfTheEvents(t *testing.T) {
	until := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for _, what := range []world.What{
		world.Missed{Count: 3}, world.Reset{},
		world.UserRegistered{User: "a"}, world.UserDeleted{User: "a"}, world.UserBanned{User: "a"}, world.UserUnbanned{User: "a"},
		world.UserPasswordSet{User: "a"}, world.UserMuted{User: "a", Kind: "chat", Until: until}, world.UserUnmuted{User: "a", Kind: "chat"},
		world.UserCameOnline{User: "a"}, world.UserWentOffline{User: "a"}, world.DeviceLoggedIn{User: "a", Device: "d"},
		world.DeviceLoggedOut{User: "a", Device: "d"}, world.MessagesArrived{User: "a", Count: 2},
		world.ContactAdded{User: "a", Friend: "b"}, world.ContactRemoved{User: "a", Friend: "b"},
		world.ContactRemarkSet{User: "a", Friend: "b", Remark: "r"},
		world.UserBlocked{User: "a", Blocked: "b"}, world.UserUnblocked{User: "a", Blocked: "b"},
	} {
		kind, fields := eventFields(what)
		data := eventData(kind, fields)
		assert.NotZero(t, reflect.TypeOf(data).Name())
		again, err := json.Marshal(data)
		require.NoError(t, err)
		assert.JSONEq(t, string(fields), string(again), kind)
		assert.False(t, bytes.Contains(fields, []byte(`""`)), kind)
	}
}
