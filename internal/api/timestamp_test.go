package api

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/imrest/im-go/internal/test/corpus"
)

func TestTimestamp(t *testing.T) {
	want := time.UnixMilli(1697600000123)
	for _, wire := range []string{`"2023-10-18T03:33:20.123Z"`, `"2023-10-18T11:33:20.123+08:00"`, `"2023-10-18T03:33:20.123"`, `"2023-10-18T11:33:20.123+0800"`, `1697600000123`, `"1697600000123"`} {
		var got Timestamp
		if err := json.Unmarshal([]byte(wire), &got); err != nil || !got.Time().Equal(want) {
			t.Errorf("%s: %v, %v", wire, got.Time(), err)
		}
	}
	for _, wire := range []string{`"yesterday"`, `{}`, `"2023-10-18"`} {
		if json.Unmarshal([]byte(wire), new(Timestamp)) == nil {
			t.Errorf("%s was taken", wire)
		}
	}
	var none Timestamp
	if err := json.Unmarshal([]byte(`null`), &none); err != nil || !none.Time().IsZero() {
		t.Errorf("null: %v, %v", none, err)
	}
}

func FuzzTimestamp(f *testing.F) {
	corpus.Add(f)
	for _, seed := range []string{`"2023-10-18T03:33:20.123456Z"`, `"2023-10-18T03:33:20"`, `1697600000123`, `null`, `""`, `"x"`, `[]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var got Timestamp
		if json.Unmarshal(b, &got) != nil {
			return
		}
		again, err := json.Marshal(got.Time().Format(time.RFC3339Nano))
		if err != nil {
			t.Fatal(err)
		}
		if year := got.Time().UTC().Year(); year < 1 || year > 9998 {
			return // RFC 3339 cannot write it
		}
		var same Timestamp
		if err := json.Unmarshal(again, &same); err != nil || !same.Time().Equal(got.Time()) {
			t.Fatalf("%q became %s, which reads as %v, %v", b, again, same.Time(), err)
		}
	})
}
