package api

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/batch"
)

type thing struct {
	Name Text `json:"name"`
}

func TestEntities(t *testing.T) {
	good(t, map[string]Entities[thing]{
		`{"entities":[{"name":"a"},{"name":2}],"cursor":"c"}`: {Entities: Many[thing]{{"a"}, {"2"}}, Cursor: "c"},
		`{"entities":{"name":"a"}}`:                           {Entities: Many[thing]{{"a"}}},
		`{"entities":null}`:                                   {},
		`{}`:                                                  {},
	})
}

func TestEntity(t *testing.T) {
	good(t, map[string]Entity[thing]{
		`{"entities":[{"name":"a"}],"uri":"u"}`:       {Value: thing{"a"}, URI: "u"},
		`{"entities":{"name":"a"}}`:                   {Value: thing{"a"}},
		`{"entities":[{"name":"a"},{"name":"more"}]}`: {Value: thing{"a"}},
	})
	for _, wire := range []string{`{}`, `{"entities":[]}`, `{"entities":null}`} {
		_, err := decode[Entity[thing]](wire)
		require.ErrorIs(t, err, ErrNoEntity, wire)
	}
	bad[Entity[thing]](t, `{"entities":"x"}`, `[]`)
}

func TestOnly(t *testing.T) {
	good(t, map[string]Only[Int]{`{"data":{"alice":"3"}}`: {3}, `{"data":{"ALICE":3},"count":0}`: {3}})
	for _, wire := range []string{`{}`, `{"data":{}}`, `{"data":{"a":1,"b":2}}`} {
		_, err := decode[Only[Int]](wire)
		require.ErrorIs(t, err, ErrNoEntity, wire)
	}
	bad[Only[Int]](t, `{"data":{"a":"x"}}`, `{"data":[]}`)
}

func TestPayload(t *testing.T) {
	good(t, map[string]Payload[Int]{`{"data":"3"}`: {3}, `{"result":3}`: {3}, `{"data":0}`: {0}})
	for _, wire := range []string{`{}`, `{"data":null}`, `{"entities":[]}`} {
		_, err := decode[Payload[Int]](wire)
		require.ErrorIs(t, err, ErrNoEntity, wire)
	}
	bad[Payload[Int]](t, `{"data":"x"}`, `{"result":[]}`)
}

func TestOK(t *testing.T) {
	for _, wire := range []string{`"ok"`, `"OK"`, `true`, `"true"`, `"success"`, `1`} {
		_, err := decode[OK](wire)
		require.NoError(t, err, wire)
	}
	for wire, text := range map[string]string{
		`"resource not exist"`: "resource not exist", `false`: "refused without a reason", `""`: "refused without a reason", `0`: "refused without a reason",
	} {
		_, err := decode[OK](wire)
		var reason *batch.Reason
		require.ErrorAs(t, err, &reason, wire)
		assert.Equal(t, text, reason.Text)
	}
	bad[OK](t, `{}`, `[]`)
	_, err := decode[OK](`"resource not exist"`)
	require.ErrorIs(t, err, ErrNotFound)
}

func TestConvert(t *testing.T) {
	got := Convert([]int{1, 2}, func(n *int) string { return string(rune('a' + *n)) })
	assert.Equal(t, []string{"b", "c"}, got)
	assert.Equal(t, []string{}, Convert(nil, func(*int) string { return "" }))
}

// What was lent once must not show up in the response decoded next.
func TestScratch(t *testing.T) {
	var s Scratch[thing]
	s.Put(nil)
	assert.Nil(t, s.Get())
	for range 100 { // the pool may drop things
		s.Put(append(s.Get(), thing{"secret"}, thing{"of another call"}))
		lent := s.Get()
		assert.Empty(t, lent)
		for _, left := range lent[:cap(lent)] {
			require.Equal(t, thing{}, left)
		}
		lent = append(lent, make([]thing, 2)...)
		require.NoError(t, json.Unmarshal([]byte(`[{},{"name":"b"}]`), &lent))
		require.Equal(t, []thing{{}, {"b"}}, lent)
		s.Put(lent)
	}
}

func TestOutcomes(t *testing.T) {
	var said Reported[int]
	said.Done("A", 7)
	said.Refused("b", "already a member")
	got, err := said.Results([]string{"a", "b", "c"})
	require.ErrorIs(t, err, batch.ErrPartial)
	require.Len(t, got, 3)
	require.NoError(t, got[0].Err)
	require.EqualError(t, got[1].Err, "already a member")
	require.ErrorIs(t, got[1].Err, ErrAlreadyExists)
	require.ErrorIs(t, got[2].Err, ErrOutcomeUnknown)
	require.ErrorIs(t, got[2].Err, batch.ErrNotReported)
	assert.Equal(t, batch.Results[int]{{ID: "a", Value: 7}}, got.Done())
	got, err = said.Results([]string{"a"})
	require.NoError(t, err)
	require.Len(t, got, 1)

	said = Reported[int]{Read: true}
	got, err = said.Results([]string{"a"})
	require.ErrorIs(t, got[0].Err, batch.ErrNotReported)
	require.NotErrorIs(t, err, ErrOutcomeUnknown, "a read changes nothing")

	said = Reported[int]{Exact: true}
	said.Done("A", 7)
	got, _ = said.Results([]string{"a", "A"})
	assert.Equal(t, []string{"A"}, got.Done().IDs(), "keys of attributes have a case")
}

func TestRefused(t *testing.T) {
	for text, kind := range map[string]error{
		"the carol already exists": ErrAlreadyExists, "user dave does not exist": ErrNotFound, "User Doesn't Exist": ErrNotFound,
		"user is not in this room": ErrNotFound, "too many members": ErrPlanLimit, "not allowed": ErrForbidden, "name is not legal": ErrInvalidArgument,
	} {
		require.ErrorIs(t, Refused(text), kind, text)
	}
	require.EqualError(t, Refused(""), "refused without a reason")
	require.NoError(t, ReasonKind("something else"))
}

// A cursor has been seen as a number; it must come back as it was.
func TestCursorsAsNumbers(t *testing.T) {
	var entities Entities[Text]
	require.NoError(t, json.Unmarshal([]byte(`{"entities":[],"cursor":9007199254740993}`), &entities))
	assert.EqualValues(t, "9007199254740993", entities.Cursor)
	var data Data[Many[Text]]
	require.NoError(t, json.Unmarshal([]byte(`{"data":[],"cursor":9007199254740993}`), &data))
	assert.EqualValues(t, "9007199254740993", data.Cursor)
}
