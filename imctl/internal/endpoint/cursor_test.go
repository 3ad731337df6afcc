package endpoint

import (
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
