package api

import (
	"encoding/json"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const notText = "b\xffb"

// hidden writes itself, from a text that no other code sees.
type hidden struct{ text []byte }

func (h hidden) MarshalJSON() ([]byte, error) { return json.Marshal(string(h.text)) }

type named string

func (n named) MarshalText() ([]byte, error) { return []byte(n), nil }

type id [3]byte

func (i id) MarshalText() ([]byte, error) { return i[:], nil }

type lazy func() string

func (l lazy) MarshalText() ([]byte, error) { return []byte(l()), nil }

// unseen is JSON that nobody sees beforehand.
type unseen func() string

func (u unseen) MarshalJSON() ([]byte, error) { return []byte(u()), nil }

// node writes itself, and holds a circle beside its text.
type node struct {
	name   string
	parent *node
	kids   []*node
}

func (n *node) MarshalJSON() ([]byte, error) { return json.Marshal(n.name) }

// family is a node with descendants of many ways to each other.
func family(name string, depth int) *node {
	n := &node{name: name}
	for range min(depth, 3) {
		kid := family("kid", depth-1)
		kid.parent, n.kids = n, append(n.kids, kid)
	}
	return n
}

// nested is a text in that many objects.
func nested(text string, levels int) (v any) {
	v = text
	for range levels {
		v = map[string]any{"k": v}
	}
	return v
}

type inner struct {
	Name string `json:"name"`
	Skip string `json:"-"`
	own  string
}

type outer struct {
	inner
	To    []string       `json:"to"`
	Wire  string         `json:"wire" arg:"Peer"`
	Level *inner         `json:"level" arg:"-"`
	Ext   map[string]any `json:"ext"`
	Raw   json.RawMessage
	Self  hidden
	Named named
	Bytes []byte
}

func checkBody(t *testing.T, root string, body any) error {
	t.Helper()
	encoded, err := json.Marshal(body)
	require.NoError(t, err)
	return CheckEncoded(root, body, encoded)
}

func TestCheckEncodedNamesTheText(t *testing.T) {
	loop := map[string]any{}
	loop["k"] = []any{1, map[string]any{"deep": notText}}
	for want, body := range map[string]any{
		"Name":                outer{inner: inner{Name: notText}},
		"To[1]":               outer{To: []string{"a", notText}},
		"Peer":                &outer{Wire: notText},
		`Ext["k"][1]["deep"]`: outer{Ext: loop},
		"Ext":                 outer{Ext: map[string]any{notText: 1}},
		"Raw":                 outer{Raw: json.RawMessage(`"` + notText + `"`)},
		"Self":                outer{Self: hidden{[]byte(notText)}},
		"Ext[\"s\"]":          outer{Ext: map[string]any{"s": json.RawMessage(`"\\\ud83d"`)}},
		"Ext[\"t\"][0]":       outer{Ext: map[string]any{"t": []any{json.RawMessage(`"\uDE00\uD83D"`)}}},
		"Body":                outer{Ext: map[string]any{"t": unseen(func() string { return `"` + notText + `"` })}},
		"Named":               outer{Named: notText},
		"peer":                struct{ Peer string }{notText},
		"users[0].Name":       []outer{{inner: inner{Name: notText}}},
		"users":               notText,
		"users[0]":            []any{id([]byte(notText))},
		"users[1]":            []any{"a", lazy(func() string { return notText })},
		"Ext[\"k\"]":          outer{Ext: map[string]any{"k": family(notText, 5)}},
		"users[\"k\"]":        map[string]string{"k": notText},
	} {
		err := checkBody(t, "users", body)
		require.ErrorIs(t, err, ErrInvalidArgument, want)
		assert.EqualError(t, err, want+": must be valid UTF-8")
	}
	require.EqualError(t, checkBody(t, "users", outer{Level: &inner{Name: notText}}), "Name: must be valid UTF-8")
	require.EqualError(t, checkBody(t, RawBody, outer{Wire: notText}), "Body.Peer: must be valid UTF-8")
	require.EqualError(t, checkBody(t, "users", map[id]int{id([]byte(notText)): 1}), "users: must be valid UTF-8")
	require.ErrorIs(t, checkBody(t, "users", nested(notText, 900)), ErrInvalidArgument)
}

// Text that is UTF-8 passes, the replacement character and its escape included,
// and what is not encoded does not matter.
func TestCheckEncodedTakesUTF8(t *testing.T) {
	for _, body := range []any{
		outer{Wire: "\ufffd", Level: &inner{Name: "ü", Skip: notText, own: notText}, Bytes: []byte(notText)},
		json.RawMessage(`["\ud83d\ude00", "\uD83D\uDE00", "\\ud83d", "\\\\ud83d\n", "\ufffd"]`),
		outer{Raw: json.RawMessage(`"\ufffd"`), Self: hidden{[]byte("\ufffd")}},
		outer{Wire: `\ufffd`}, nil, 1, []any{nil, true},
		[]any{"\ufffd", net.IPv4(192, 168, 255, 1), netip.MustParseAddr("fe80::ff"), time.Now(), (*url.URL)(nil), big.NewInt(255), [2]byte{0xff}},
		[]any{"\ufffd", family("", 7)},
	} {
		require.NoError(t, checkBody(t, "users", body))
	}
	encoded := []byte(`{"name":"alice","to":["b","c"]}`)
	body := any(&outer{})
	assert.Zero(t, testing.AllocsPerRun(100, func() { _ = CheckEncoded("users", body, encoded) }))
}

func FuzzCheckEncoded(f *testing.F) {
	for _, s := range []string{"", "a", notText, "\ufffd", `\ufffd`, "\xed\xa0\x80", "\xf0\x9f"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		err := checkBody(t, "", map[string]any{a: []any{b}})
		if utf8.ValidString(a) && utf8.ValidString(b) {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, ErrInvalidArgument)
		}
	})
}

func TestCheckPairs(t *testing.T) {
	require.NoError(t, CheckPairs("", map[string][]string{"cursor": {"a", "ü"}}))
	require.EqualError(t, CheckPairs("", map[string][]string{"cursor": {"a", notText}}), "Cursor: must be valid UTF-8")
	require.EqualError(t, CheckPairs("attributes", map[string][]string{"k": {notText}}), `attributes["k"]: must be valid UTF-8`)
	require.EqualError(t, CheckPairs("attributes", map[string][]string{notText: {"v"}}), "attributes: must be valid UTF-8")
}

func TestQuoted(t *testing.T) {
	assert.Equal(t, `"a b\n"`, Quoted("a b\n"))
	assert.Equal(t, `"`+string(make64('ü'))+`"…`, Quoted(string(make64('ü'))+"x"))
}

func make64(r rune) []rune {
	all := make([]rune, 64)
	for i := range all {
		all[i] = r
	}
	return all
}

func TestSamePath(t *testing.T) {
	assert.True(t, SamePath("/users/{username}/x", "/users/{name}/x"))
	assert.True(t, SamePath("/users", "/users"))
	for _, other := range []string{"/users/{a}", "/users/{a}/y", "/users/{a}/x/{b}", "/user/{a}/x"} {
		assert.False(t, SamePath("/users/{username}/x", other), other)
	}
}
