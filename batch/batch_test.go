package batch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/batch"
)

var (
	errTaken = errors.New("taken")
	errFull  = errors.New("full")
)

func TestResult(t *testing.T) {
	r := batch.Result{{ID: "a"}, {ID: "b", Err: errTaken}, {ID: "c"}}
	assert.Equal(t, []string{"a", "c"}, r.Done().IDs())
	assert.Equal(t, []string{"b"}, r.Failed().IDs())
	err := r.Err()
	require.ErrorIs(t, err, batch.ErrPartial)
	require.ErrorIs(t, err, errTaken)
	require.NotErrorIs(t, err, errFull)
	var failed *batch.Error
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, batch.Result{{ID: "b", Err: errTaken}}, failed.Failed)
	assert.Equal(t, 3, failed.Total)
	assert.EqualError(t, err, "im: 1 of 3 items failed: b (taken)")
}

// Nil must be a nil error, not an empty *Error in it.
func TestAllDone(t *testing.T) {
	require.NoError(t, batch.Result{{ID: "a"}, {ID: "b"}}.Err())
	require.NoError(t, batch.Result(nil).Err())
	assert.Empty(t, batch.Result{{ID: "a", Err: errTaken}}.Done())
	assert.Empty(t, batch.Result{{ID: "a"}}.Failed())
}

func TestErrorNamesAFew(t *testing.T) {
	for n, want := range map[int]string{
		2: "im: 2 of 9 items failed: i0 (taken), i1 (full)",
		3: "im: 3 of 9 items failed: i0 (taken), i1 (full), i2 (taken)",
		4: "im: 4 of 9 items failed: i0 (taken), i1 (full), i2 (taken), and 1 more",
		9: "im: 9 of 9 items failed: i0 (taken), i1 (full), i2 (taken), and 6 more",
	} {
		r := make(batch.Results[int], 9)
		for i := range n {
			r[i] = batch.Item[int]{ID: fmt.Sprintf("i%d", i), Err: []error{errTaken, errFull}[i%2]}
		}
		err := r.Err()
		assert.EqualError(t, err, want)
		require.ErrorIs(t, err, errTaken)
		require.ErrorIs(t, err, errFull)
	}
}

func TestReason(t *testing.T) {
	err := error(&batch.Reason{Text: "carol already exists", Kind: errTaken})
	require.EqualError(t, err, "carol already exists")
	require.ErrorIs(t, err, errTaken)
	unknown := error(&batch.Reason{Text: "who knows"})
	require.NotErrorIs(t, unknown, errTaken)
	require.NoError(t, errors.Unwrap(unknown))
	var reason *batch.Reason
	require.ErrorAs(t, batch.Result{{ID: "a", Err: err}}.Err(), &reason)
	assert.Equal(t, "carol already exists", reason.Text)
}

func TestItemSurvivesJSON(t *testing.T) {
	r := batch.Results[string]{{ID: "a", Value: "1"}, {ID: "b", Err: fmt.Errorf("%w: %w", batch.ErrNotReported, errTaken)}}
	text, err := json.Marshal(r)
	require.NoError(t, err)
	assert.JSONEq(t, `[{"id":"a","value":"1"},{"id":"b","error":{"text":"the response does not name this item: taken","kind":"not_reported"}}]`, string(text))
	var back batch.Results[string]
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, r[0], back[0])
	require.EqualError(t, back[1].Err, r[1].Err.Error())
	require.ErrorIs(t, back[1].Err, batch.ErrNotReported)

	text, err = json.Marshal(batch.Result{{ID: "a"}})
	require.NoError(t, err)
	assert.JSONEq(t, `[{"id":"a"}]`, string(text), "nothing stands for the value that there is none")
}

func TestChunks(t *testing.T) {
	var sizes []int
	for chunk := range batch.Chunks([]int{1, 2, 3, 4, 5}, 2) {
		sizes = append(sizes, len(chunk))
	}
	assert.Equal(t, []int{2, 2, 1}, sizes)
}
