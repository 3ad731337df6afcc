package imtest_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// fetch reads an address with no token.
func fetch(t *testing.T, url string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequest("GET", url, nil)
	require.NoError(t, err)
	req.Header.Set("Accept-Encoding", "identity")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}

// lines unpacks a history file.
func lines(t *testing.T, packed string) []string {
	t.Helper()
	zip, err := gzip.NewReader(strings.NewReader(packed))
	require.NoError(t, err)
	var list []string
	for scan := bufio.NewScanner(zip); scan.Scan(); {
		list = append(list, scan.Text())
	}
	return list
}

func TestHistory(t *testing.T) {
	clock := imtest.NewClock(time.Date(2024, 6, 10, 8, 0, 0, 123e6, time.UTC))
	c := newClient(t, imtest.WithClock(clock))
	id := c.send("POST", "/messages/users", `{"from":"alice","to":["bob"],"type":"txt","body":{"msg":"The kettle is on."},"ext":{"order":"A-17"}}`).path("data", "bob")
	group := c.send("POST", "/messages/chatgroups", `{"from":"alice","to":["7"],"type":"cmd","body":{"action":"refresh"}}`).path("data", "7")
	recalled := say(c, "users", "bob", "oops")
	c.send("POST", "/messages/msg_recall", order(recalled, "bob", "chat", false))
	c.send("GET", "/chatmessages/2024061008", "").fails(t, 400, "illegal_argument",
		"illegal arguments: appkey: acme#demo, time: 2024061008, maybe chat message history is expired or unstored")
	clock.Advance(time.Hour)
	say(c, "users", "bob", "in the next hour")

	got := c.send("GET", "/chatmessages/2024061008", "")
	got.like(t, "messages.history_url")
	url := got.path("data", 0, "url").(string)
	assert.Regexp(t, `^http://127\.0\.0\.1:\d+/chat-history/acme/demo/2024061008\.gz\?Expires=\d+&OSSAccessKeyId=imtest&Signature=`, url)
	status, packed := fetch(t, url)
	require.Equal(t, 200, status)
	list := lines(t, packed)
	require.Len(t, list, 2)
	assert.JSONEq(t, fmt.Sprintf(`{"msg_id":"%s","timestamp":1718006400123,"direction":"outgoing","to":"bob","from":"alice","chat_type":"chat","payload":{"bodies":[{"msg":"The kettle is on.","type":"txt"}],"ext":{"order":"A-17"},"from":"alice","to":"bob"}}`, id), list[0])
	assert.JSONEq(t, fmt.Sprintf(`{"msg_id":"%s","timestamp":1718006400123,"direction":"outgoing","to":"7","from":"alice","chat_type":"groupchat","payload":{"bodies":[{"action":"refresh","type":"cmd"}],"ext":{},"from":"alice","to":"7"}}`, group), list[1])
	status, part := fetch(t, url, "Range", "bytes=2-9")
	assert.Equal(t, 206, status)
	assert.Equal(t, packed[2:10], part)

	status, text := fetch(t, url, "Authorization", "Bearer "+c.token)
	assert.Equal(t, 400, status)
	assert.Contains(t, text, "<Code>InvalidArgument</Code>")
	status, text = fetch(t, strings.Replace(url, "2024061008", "2024061009", 1))
	assert.Equal(t, 403, status)
	assert.Contains(t, text, "<Code>SignatureDoesNotMatch</Code>")
	clock.Advance(time.Hour)
	status, text = fetch(t, url)
	assert.Equal(t, 403, status)
	assert.Contains(t, text, "<Code>AccessDenied</Code>")

	c.send("GET", "/chatmessages/2024061007", "").fails(t, 404, "storage_object_not_found",
		"Failed to find chat message history download url for appkey: acme#demo, time: 2024061007")
	for _, bad := range []string{"20240610", "2024061025", "today"} {
		c.send("GET", "/chatmessages/"+bad, "").fails(t, 400, "illegal_argument", "illegal arguments: appkey: acme#demo, time: "+bad)
	}
	clock.Advance(3 * 24 * time.Hour)
	c.send("GET", "/chatmessages/2024061008", "").fails(t, 400, "illegal_argument", "")
}

func TestHistoryZone(t *testing.T) {
	clock := imtest.NewClock(time.Date(2024, 6, 10, 8, 0, 0, 0, time.UTC))
	c := newClient(t, imtest.WithClock(clock))
	c.srv.SetHistoryZone(time.FixedZone("UTC+8", 8*60*60))
	say(c, "users", "bob", "hi")
	clock.Advance(time.Hour)
	assert.Equal(t, 404, c.send("GET", "/chatmessages/2024061008", "").status)
	status, packed := fetch(t, c.send("GET", "/chatmessages/2024061016", "").path("data", 0, "url").(string))
	require.Equal(t, 200, status)
	assert.Len(t, lines(t, packed), 1)
}

// On Easemob the hours are Beijing's.
func TestHistoryZoneOfEasemob(t *testing.T) {
	clock := imtest.NewClock(time.Date(2024, 6, 10, 8, 0, 0, 0, time.UTC))
	c := newClient(t, imtest.WithClock(clock), imtest.WithEasemobQuotas())
	say(c, "users", "bob", "hi")
	clock.Advance(time.Hour)
	assert.Equal(t, 404, c.send("GET", "/chatmessages/2024061008", "").status)
	assert.Equal(t, 200, c.send("GET", "/chatmessages/2024061016", "").status)
	c.srv.SetHistoryZone(time.UTC)
	assert.Equal(t, 200, c.send("GET", "/chatmessages/2024061008", "").status)
}

// Some types differ between what is sent and what is recorded.
func TestHistoryForms(t *testing.T) {
	clock := imtest.NewClock(time.Date(2024, 6, 10, 8, 0, 0, 0, time.UTC))
	c := newClient(t, imtest.WithClock(clock))
	file := c.srv.FileURL(c.upload("a.txt", []byte("hello")).path("entities", 0, "uuid").(string))
	for _, m := range [][2]string{
		{"loc", `{"lat":"47.3769","lng":8.5417,"addr":"Bahnhofplatz 1"}`},
		{"file", `{"url":"` + file + `"}`},
		{"custom", `{"customEvent":"gift","customExts":{"name":"rose","count":"3"}}`},
		{"custom", `{"customEvent":"gift"}`},
	} {
		sent := c.send("POST", "/messages/users", `{"to":["bob"],"type":"`+m[0]+`","body":`+m[1]+`}`)
		require.Equal(t, 200, sent.status, sent.text)
	}
	clock.Advance(time.Hour)
	_, packed := fetch(t, c.send("GET", "/chatmessages/2024061008", "").path("data", 0, "url").(string))
	list := lines(t, packed)
	require.Len(t, list, 4)
	for i, want := range []string{
		`{"addr":"Bahnhofplatz 1","lat":47.3769,"lng":8.5417,"type":"loc"}`,
		`{"file_length":5,"filename":"a.txt","type":"file","url":"` + file + `"}`,
		`{"customEvent":"gift","customExts":[{"count":"3"},{"name":"rose"}],"v2:customExts":{"name":"rose","count":"3"},"type":"custom"}`,
		`{"customEvent":"gift","type":"custom"}`,
	} {
		var line struct {
			Payload struct {
				Bodies []json.RawMessage `json:"bodies"`
			} `json:"payload"`
		}
		require.NoError(t, json.Unmarshal([]byte(list[i]), &line))
		assert.JSONEq(t, want, string(line.Payload.Bodies[0]))
	}
}
