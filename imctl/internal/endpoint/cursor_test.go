package endpoint

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCursor(t *testing.T) {
	for response, want := range map[string]string{
		`{"cursor":"a b"}`: "a b", `{"cursor":9007199254740993}`: "9007199254740993", `{"data":{"cursor":"c"}}`: "c",
		`{"cursor":null,"data":{"cursor":1}}`: "1", `{"data":["x"]}`: "", `{"cursor":""}`: "", `[]`: "", `{}`: "",
	} {
		assert.Equal(t, want, cursorOf([]byte(response)), response)
	}
}

// An envelope is taken off; what stands beside what was asked for stays.
func TestPayload(t *testing.T) {
	for response, want := range map[string]string{
		`{"action":"post","data":[],"entities":[{"username":"a"}]}`: `[{"username":"a"}]`,
		`{"data":[{"username":"b"}],"entities":[]}`:                 `[{"username":"b"}]`,
		`{"data":[{"username":"b"}],"entities":[{"username":"a"}]}`: `{"data":[{"username":"b"}],"entities":[{"username":"a"}]}`,
		`{"data":[],"entities":[]}`:                                 `[]`,
		`{"data":[{"id":1}],"entities":[],"count":1}`:               `[{"id":1}]`,
		`{"entities":[],"message":"m"}`:                             `{"message":"m"}`,
		`{"data":[],"count":0}`:                                     `[]`,
		`{"uri":"u","entities":[],"count":0}`:                       `[]`,
		`{"data":{"id":"1"},"timestamp":1}`:                         `{"id":"1"}`,
		`[1]`:                                                       `[1]`,
	} {
		assert.JSONEq(t, want, string(payload(json.RawMessage(response))), response)
	}
}
