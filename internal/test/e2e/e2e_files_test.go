package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
)

// picture is a PNG of some 100 KB: noise does not compress.
func picture(t *testing.T) []byte {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 1))
	img := image.NewRGBA(image.Rect(0, 0, 200, 150))
	for i := range img.Pix {
		img.Pix[i] = byte(random.Uint32())
	}
	img.Set(0, 0, color.Black)
	var buf bytes.Buffer
	require.NoError(t, png.Encode(&buf, img))
	return buf.Bytes()
}

// A picture is uploaded, sent, fetched in two sizes, and kept.
func TestFiles(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice")
		content := picture(t)
		up, err := client.Messages.UploadFile(ctx, file.Bytes("sun.png", content), messages.UploadOptions{Restricted: true, ThumbnailWidth: 100, ThumbnailHeight: 80})
		require.NoError(t, err)
		kept := srv.Files()[0]
		assert.Equal(t, []any{up.UUID, "sun.png", up.Secret, true}, []any{kept.UUID, kept.Name, kept.ShareSecret, kept.Restricted})
		assert.Equal(t, content, kept.Data)
		assert.Regexp(t, "^"+srv.URL()+"/(acme/demo|app-id/[0-9a-f]+)/chatfiles/"+up.UUID+"$", up.URL)

		_, err = client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Image(up.Attachment(), 200, 150)})
		require.NoError(t, err)
		assert.Contains(t, string(srv.Messages("bob")[0].Body), up.URL)

		var got bytes.Buffer
		n, err := client.Messages.DownloadFile(ctx, up.UUID, &got, messages.DownloadOptions{Secret: up.Secret})
		require.NoError(t, err)
		assert.EqualValues(t, len(content), n)
		assert.Equal(t, content, got.Bytes())
		got.Reset()
		_, err = client.Messages.DownloadThumbnail(ctx, up.UUID, &got, messages.DownloadOptions{Secret: up.Secret})
		require.NoError(t, err)
		small, _, err := image.Decode(&got)
		require.NoError(t, err)
		assert.LessOrEqual(t, small.Bounds().Dx(), 100)
		path := filepath.Join(t.TempDir(), "sun.png")
		_, err = client.Messages.SaveFile(ctx, up.UUID, path, messages.DownloadOptions{Secret: up.Secret})
		require.NoError(t, err)
		saved, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, content, saved)

		result, err := client.Messages.SetFileLifetimes(ctx, "alice", []string{up.UUID, "00000000-0000-0000-0000-000000000000"}, messages.LifetimeForever)
		require.ErrorIs(t, err, im.ErrPartial)
		assert.Equal(t, []string{up.UUID}, result.Done().IDs())
	})
}

func TestFileErrors(t *testing.T) {
	srv, client := start(t, imtest.WithMaxFileSize(1<<10))
	ctx := t.Context()
	up, err := client.Messages.UploadFile(ctx, file.Bytes("a.txt", []byte("abc")), messages.UploadOptions{Restricted: true})
	require.NoError(t, err)
	var got bytes.Buffer
	_, err = client.Messages.DownloadFile(ctx, up.UUID, &got, messages.DownloadOptions{})
	require.Error(t, err, "a restricted file needs its secret")
	_, err = client.Messages.DownloadFile(ctx, "00000000-0000-0000-0000-000000000000", &got, messages.DownloadOptions{})
	refused(t, err, im.ErrNotFound)
	assert.Zero(t, got.Len(), "an error is not taken for a file")
	_, err = client.Messages.UploadFile(ctx, file.Bytes("big.bin", make([]byte, 2<<10)), messages.UploadOptions{})
	refused(t, err, im.ErrTooLarge)
	_, err = client.Messages.UploadFile(ctx, file.Bytes("", []byte("x")), messages.UploadOptions{})
	unsent(t, err)
	_, err = client.Messages.SetFileLifetimes(ctx, "alice", names(101), messages.LifetimeForever)
	unsent(t, err)
	srv.Clock().Advance(8 * 24 * time.Hour)
	_, err = client.Messages.DownloadFile(ctx, up.UUID, &got, messages.DownloadOptions{Secret: up.Secret})
	refused(t, err, im.ErrNotFound)
}

// An hour of messages of all types, live and imported, is read back from its file.
func TestHistory(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice", "bob")
		srv.SetHistoryZone(messages.ChinaTime)
		hour := srv.Clock().Now().Truncate(time.Hour).Add(-2 * time.Hour)
		g := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob"}}).ID
		kinds := []messages.Type{}
		var ids []string
		for kind, c := range bodies(srv) {
			id, err := client.Messages.ImportToUser(ctx, "bob", messages.Import{
				From: "alice", Body: c.body, Ext: map[string]any{"id": uint64(12345678901234567890)}, SentAt: hour.Add(time.Duration(len(ids)) * time.Minute), Read: true,
			})
			require.NoError(t, err, kind)
			kinds, ids = append(kinds, messages.Type(kind)), append(ids, id)
			m, _ := srv.MessageByID(id)
			assert.True(t, m.Imported)
		}
		last, err := client.Messages.ImportToGroup(ctx, g, messages.Import{From: "alice", Body: messages.Text("to the group"), SentAt: srv.Clock().Now()})
		require.NoError(t, err)
		assert.Equal(t, last, srv.GroupMessages(g)[0].ID)

		url, err := client.Messages.GetHistoryURL(ctx, hour.Add(30*time.Minute), messages.HistoryOptions{Zone: messages.ChinaTime})
		require.NoError(t, err)
		list := fetchHistory(t, url)
		require.Len(t, list, len(ids))
		for i, record := range list {
			assert.Equal(t, ids[i], record.ID)
			assert.Equal(t, kinds[i], record.Body.Type())
			assert.Equal(t, []any{"alice", "bob", messages.ChatTypeUser}, []any{record.From, record.To, record.ChatType})
			assert.True(t, record.Time.Equal(hour.Add(time.Duration(i)*time.Minute)), "%s", record.Time)
			assert.Equal(t, "12345678901234567890", record.Ext["id"].(interface{ String() string }).String())
			sent := bodies(srv)[string(kinds[i])].body
			switch sent := sent.(type) {
			case messages.TextBody, messages.LocationBody, messages.CommandBody, messages.CustomBody:
				assert.Equal(t, sent, record.Body)
			case messages.ImageBody:
				got := record.Body.(messages.ImageBody)
				assert.Equal(t, []any{sent.File.URL, sent.File.Name, sent.File.Secret, 480, 360}, []any{got.File.URL, got.File.Name, got.File.Secret, got.Width, got.Height})
			case messages.VoiceBody:
				got := record.Body.(messages.VoiceBody)
				assert.Equal(t, []any{sent.File.URL, 3 * time.Second}, []any{got.File.URL, got.Length})
			case messages.VideoBody:
				got := record.Body.(messages.VideoBody)
				assert.Equal(t, []any{sent.File.URL, sent.Thumbnail.URL, sent.Length}, []any{got.File.URL, got.Thumbnail.URL, got.Length})
			case messages.FileBody:
				assert.Equal(t, sent.File.URL, record.Body.(messages.FileBody).File.URL)
			}
		}

		zone := messages.HistoryOptions{Zone: messages.ChinaTime}
		assert.Equal(t, list, wiretest.All(t, client.Messages.ReadHistory(ctx, hour, zone)))
		for record, err := range client.Messages.ReadHistory(ctx, hour, zone) {
			require.NoError(t, err)
			assert.Equal(t, ids[0], record.ID)
			break
		}
		path := filepath.Join(t.TempDir(), "hour.gz")
		_, err = client.Messages.SaveHistory(ctx, hour, path, zone)
		require.NoError(t, err)
		saved, err := os.Open(path)
		require.NoError(t, err)
		defer saved.Close()
		assert.Equal(t, list, wiretest.All(t, messages.ReadHistory(saved)))

		_, err = client.Messages.GetHistoryURL(ctx, hour.Add(-time.Hour), messages.HistoryOptions{Zone: messages.ChinaTime})
		refused(t, err, im.ErrUnavailable)
		require.ErrorIs(t, err, messages.ErrHistoryNotReady)
		_, err = client.Messages.GetHistoryURL(ctx, srv.Clock().Now(), messages.HistoryOptions{Zone: messages.ChinaTime})
		refused(t, err, im.ErrUnavailable)
		require.ErrorIs(t, err, messages.ErrHistoryNotReady)
	})
}

// Whatever the history holds is sent on as it stands, and arrives as it once did: what only
// client SDKs make too, and what this package does not know.
func TestHistoryIsSentOn(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice", "bob", "carol")
		other, err := im.New(srv.Config(), im.WithUserAgent("a client SDK"))
		require.NoError(t, err)
		defer other.Close()
		content := picture(t)
		up, err := client.Messages.UploadFile(ctx, file.Bytes("sun.png", content), messages.UploadOptions{Restricted: true})
		require.NoError(t, err)
		sent := map[string]string{
			"txt combined": `{"subType":"sub_combine","combineLevel":1,"title":"Chat history","summary":"alice: hi","msg":"combined","filename":"1","url":"` + up.URL + `","secret":"` + up.Secret + `"}`,
			"txt new":      `{"subType":"sub_new","msg":"hi","id":12345678901234567890}`,
			"custom list":  `{"customEvent":"gift","customExts":[{"name":"rose"},{"count":"3"}]}`,
		}
		for kind, c := range bodies(srv) {
			sent[kind] = c.json
		}
		sent["img"] = `{"url":"` + up.URL + `","secret":"` + up.Secret + `","filename":"sun.png","size":{"width":200,"height":150}}`
		hour := srv.Clock().Now().Truncate(time.Hour).Add(-2 * time.Hour)
		for kind, body := range sent {
			kind, _, _ = strings.Cut(kind, " ")
			_, err := im.Raw[struct{}](ctx, other, im.RawCall{Method: "POST", Path: "/messages/users/import", Body: map[string]any{
				"from": "alice", "target": "bob", "type": kind, "body": json.RawMessage(body), "msg_timestamp": hour.UnixMilli(),
				"ext": map[string]any{"id": uint64(12345678901234567890)},
			}})
			require.NoError(t, err, body)
		}
		srv.SetHistoryZone(time.UTC)
		list := wiretest.All(t, client.Messages.ReadHistory(ctx, hour, messages.HistoryOptions{Zone: time.UTC}))
		require.Len(t, list, len(sent))

		types, files := map[string]bool{}, 0
		for _, record := range list {
			types[fmt.Sprintf("%T", record.Body)] = true
			got, err := client.Messages.SendToUsers(ctx, []string{"carol"}, record.Message())
			require.NoError(t, err, "%s", record.Raw)
			m, ok := srv.MessageByID(got[0].Value)
			require.True(t, ok)
			arrived := recordOf(t, m)
			assert.Equal(t, []any{"alice", "carol", record.Ext, record.Text()}, []any{arrived.From, arrived.To, arrived.Ext, arrived.Text()})
			if body, ok := record.Body.(messages.RawBody); ok {
				assert.JSONEq(t, string(body.JSON), string(arrived.Body.(messages.RawBody).JSON))
			} else {
				assert.Equal(t, record.Body, arrived.Body)
			}
			a, ok := arrived.Attachment()
			if !ok || a.URL != up.URL {
				continue
			}
			files++
			var downloaded bytes.Buffer
			_, err = client.Messages.DownloadAttachment(ctx, a, &downloaded)
			require.NoError(t, err)
			assert.Equal(t, content, downloaded.Bytes())
			n, err := client.Messages.SaveAttachment(ctx, a, filepath.Join(t.TempDir(), "sun.png"))
			require.NoError(t, err)
			assert.EqualValues(t, len(content), n)
		}
		assert.Len(t, types, 10, "all types of body")
		assert.Equal(t, 2, files, "the picture, and that of the combined message")
	})
}

// recordOf reads what the server keeps of a message as the history would hold it.
func recordOf(t *testing.T, m imtest.Message) messages.Record {
	t.Helper()
	var body map[string]any
	decoder := json.NewDecoder(bytes.NewReader(m.Body))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&body))
	body["type"] = m.Type
	line, err := json.Marshal(map[string]any{"msg_id": m.ID, "payload": map[string]any{
		"bodies": []any{body}, "from": m.From, "to": m.To, "ext": m.Ext,
	}})
	require.NoError(t, err)
	return wiretest.All(t, messages.ReadHistory(bytes.NewReader(line)))[0]
}

// fetchHistory reads the file behind the address, as the documentation shows it.
func fetchHistory(t *testing.T, url string) []messages.Record {
	t.Helper()
	res, err := http.Get(url)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusOK, res.StatusCode)
	return wiretest.All(t, messages.ReadHistory(res.Body))
}

// The rest that the API offers around messages.
func TestModerationExport(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		now := srv.Clock().Now()
		id, err := client.Messages.ExportModeration(t.Context(), messages.ModerationQuery{From: now.Add(-time.Hour), To: now})
		require.NoError(t, err)
		assert.NotEmpty(t, id)
	})
}
