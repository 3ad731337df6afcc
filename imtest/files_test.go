package imtest_test

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// upload uploads one file; header are names and values in turn.
func (c *client) upload(name string, data []byte, header ...string) got {
	c.t.Helper()
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	require.NoError(c.t, form.WriteField("filename", name))
	part, err := form.CreateFormFile("file", name)
	require.NoError(c.t, err)
	_, err = part.Write(data)
	require.NoError(c.t, err)
	require.NoError(c.t, form.Close())
	return c.postForm(form.FormDataContentType(), &buf, header...)
}

func (c *client) postForm(contentType string, body io.Reader, header ...string) got {
	c.t.Helper()
	req, err := http.NewRequest("POST", c.srv.URL()+c.prefix+"/chatfiles", body)
	require.NoError(c.t, err)
	req.Header.Set("Content-Type", contentType)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return c.do(req)
}

func (c *client) download(uuid string, header ...string) got {
	c.t.Helper()
	req, err := http.NewRequest("GET", c.srv.URL()+c.prefix+"/chatfiles/"+uuid, nil)
	require.NoError(c.t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return c.do(req)
}

func TestUploadAndDownload(t *testing.T) {
	c := newClient(t)
	got := c.upload("plan.txt", []byte("plan"))
	got.looksLike(t, `{"action": "post", "application": "4f7c1e02-93ab-4d56-8e21-b0c5d97a6f13", "path": "/chatfiles", "uri": "https://a1.example.com/acme-im/garden/chatfiles", "entities": [{"uuid": "7b3e0c50-26a1-11ef-9d4c-6f0a8be1c2d7", "type": "chatfile", "share-secret": "ez4MYCahEe-dTG8Ki-HC15bQ3wXnV0kz"}], "timestamp": 1718006400123, "duration": 0, "organization": "acme-im", "applicationName": "garden"}`)
	assert.Equal(t, "chatfile", got.path("entities", 0, "type"))
	uuid := got.path("entities", 0, "uuid").(string)

	file := c.download(uuid)
	assert.Equal(t, 200, file.status)
	assert.Equal(t, "plan", file.text)
	assert.Equal(t, "application/octet-stream", file.header.Get("Content-Type"))
	assert.Equal(t, "4", file.header.Get("Content-Length"))
	assert.Equal(t, `attachment; filename=plan.txt`, file.header.Get("Content-Disposition"))
	assert.Equal(t, "la", c.download(uuid, "Range", "bytes=1-2").text)
	assert.Equal(t, "plan", c.anonymous().download(uuid).text, "unrestricted files need no token")
	c.with("garbage").download(uuid).fails(t, 401, "auth_bad_access_token", "Unable to authenticate due to corrupt access token")
	assert.Equal(t, "plan", c.with(c.userToken("alice")).download(uuid).text)

	files := c.srv.Files()
	require.Len(t, files, 1)
	assert.Equal(t, []string{uuid, "plan.txt", "plan"}, []string{files[0].UUID, files[0].Name, string(files[0].Data)})
	resp, err := http.Get(c.srv.FileURL(uuid))
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, 200, resp.StatusCode)

	c.download("00000000-0000-1000-8000-000000000000").fails(t, 404, "entity_not_found", "file may not exists")
	c.srv.Clock().Advance(7*24*time.Hour + time.Second)
	c.anonymous().download(uuid).fails(t, 404, "file_expired", "file "+uuid+" is expired")
	c.anonymous().upload("x", nil).fails(t, 401, "unauthorized", "Unable to authenticate (OAuth)")
}

func TestRestrictedFile(t *testing.T) {
	c := newClient(t)
	for _, yes := range []string{"true", "1"} {
		got := c.upload("secret.txt", []byte("s"), "restrict-access", yes)
		uuid, secret := got.path("entities", 0, "uuid").(string), got.path("entities", 0, "share-secret").(string)
		c.download(uuid).fails(t, 403, "forbidden_op", "")
		c.download(uuid, "share-secret", "wrong").fails(t, 403, "forbidden_op", "")
		c.download(uuid, "thumbnail", "true").fails(t, 403, "forbidden_op", "")
		assert.Equal(t, "s", c.download(uuid, "share-secret", secret).text)
		assert.Equal(t, "s", c.download(uuid+"?share-secret="+secret).text)
	}
	assert.True(t, c.srv.Files()[0].Restricted)
}

func TestUploadRefused(t *testing.T) {
	c := newClient(t, imtest.WithMaxFileSize(1000))
	c.upload("big", make([]byte, 1001)).fails(t, 413, "file exceeding maximum limit", "the file size exceeds the maximum limit.")
	c.upload("bigger", make([]byte, 5<<20)).fails(t, 413, "file exceeding maximum limit", "")
	assert.Equal(t, 200, c.upload("fits", make([]byte, 1000)).status)

	kind := "multipart/form-data; boundary=b"
	c.postForm(kind, strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--b--\r\n")).
		fails(t, 400, "illegal_argument", "file must be provided.")
	c.postForm(kind, strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\ncut off")).
		fails(t, 400, "illegal_argument", "")
	c.postForm("multipart/form-data", strings.NewReader("")).fails(t, 415, "web_application", "")
	assert.Len(t, c.srv.Files(), 1)
}

// Parts as other libraries write them: no quotes, no file name, a type of
// their own, a preamble, the file not first.
func TestMultipartOfOthers(t *testing.T) {
	c := newClient(t)
	got := c.postForm(`multipart/form-data; boundary="a b"`, strings.NewReader("preamble\r\n--a b\r\nContent-Disposition: form-data; name=thumbnail-width\r\n\r\n9\r\n"+
		"--a b\r\ncontent-type: text/plain\r\ncontent-disposition: form-data; name=file; filename*=UTF-8''%E5%9B%BE.txt\r\nContent-Length: 2\r\n\r\nhi\r\n--a b--\r\nepilogue"))
	require.Equal(t, 200, got.status, got.text)
	file := c.srv.Files()[0]
	assert.Equal(t, []string{"图.txt", "text/plain", "hi"}, []string{file.Name, file.ContentType, string(file.Data)})
	assert.Equal(t, "attachment; filename*=utf-8''%E5%9B%BE.txt", c.download(file.UUID).header.Get("Content-Disposition"))
}

// picture is noisy, so that it does not compress below the limit.
func picture(w, h int) *image.Paletted {
	palette := color.Palette{}
	for i := range 256 {
		palette = append(palette, color.RGBA{uint8(i), uint8(i * 7), uint8(i * 31), 255})
	}
	img := image.NewPaletted(image.Rect(0, 0, w, h), palette)
	seed := uint32(1)
	for i := range img.Pix {
		seed = seed*1664525 + 1013904223
		img.Pix[i] = uint8(seed >> 24)
	}
	return img
}

func TestThumbnail(t *testing.T) {
	c := newClient(t)
	encode := map[string]func(io.Writer, image.Image) error{
		"png":  png.Encode,
		"jpeg": func(w io.Writer, img image.Image) error { return jpeg.Encode(w, img, nil) },
		"gif":  func(w io.Writer, img image.Image) error { return gif.Encode(w, img, nil) },
	}
	for _, tt := range []struct {
		kind, format string
		w, h         int
		header       []string
		wantW, wantH int
	}{
		{"png", "png", 400, 300, nil, 170, 127},
		{"jpeg", "jpeg", 300, 400, nil, 127, 170},
		{"gif", "png", 340, 340, []string{"thumbnail-width", "100", "thumbnail-height", "50"}, 50, 50},
		{"png", "png", 160, 160, nil, 160, 160},
		{"png", "png", 30000, 2, []string{"thumbnail-width", "ten"}, 170, 1},
		{"png", "png", 400, 300, []string{"thumbnail-width", "1", "thumbnail-height", "9223372036854775807"}, 1, 1},
		{"png", "png", 4000, 10, []string{"thumbnail-width", "1000000000"}, 2048, 5},
	} {
		var buf bytes.Buffer
		require.NoError(t, encode[tt.kind](&buf, picture(tt.w, tt.h)))
		require.Greater(t, buf.Len(), 10<<10)
		uuid := c.upload("p."+tt.kind, buf.Bytes(), tt.header...).path("entities", 0, "uuid").(string)
		for _, yes := range []string{"true", "1"} {
			got := c.download(uuid, "thumbnail", yes)
			conf, format, err := image.DecodeConfig(strings.NewReader(got.text))
			require.NoError(t, err)
			assert.Equal(t, []any{tt.format, tt.wantW, tt.wantH}, []any{format, conf.Width, conf.Height})
			assert.Equal(t, "image/"+tt.format, got.header.Get("Content-Type"))
		}
		assert.Equal(t, buf.String(), c.download(uuid, "thumbnail", "false").text)
	}
	assert.Len(t, c.srv.RequestsTo("messages.download_thumbnail"), 14)
	assert.Len(t, c.srv.RequestsTo("messages.download_file"), 7)
}

func TestThumbnailIsTheOriginal(t *testing.T) {
	c := newClient(t)
	var small bytes.Buffer
	require.NoError(t, png.Encode(&small, image.NewGray(image.Rect(0, 0, 300, 300))))
	var broken bytes.Buffer
	require.NoError(t, png.Encode(&broken, picture(300, 300)))
	broken.Truncate(20 << 10)
	for _, data := range [][]byte{small.Bytes(), broken.Bytes(), []byte("no picture"), {}} {
		uuid := c.upload("x", data).path("entities", 0, "uuid").(string)
		assert.Equal(t, string(data), c.download(uuid, "thumbnail", "true").text)
	}
}

func TestUploadKeepsTheContentType(t *testing.T) {
	c := newClient(t)
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	part, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="a.wav"`}, "Content-Type": {"audio/wav"}})
	require.NoError(t, err)
	_, _ = part.Write([]byte("RIFF"))
	require.NoError(t, form.Close())
	got := c.postForm(form.FormDataContentType(), &buf)
	assert.Equal(t, "audio/wav", c.download(got.path("entities", 0, "uuid").(string)).header.Get("Content-Type"))
}

// A size without a limit is the largest number, with which no other can be reckoned.
func TestFilesWithoutALimit(t *testing.T) {
	c := newClient(t, imtest.WithMaxFileSize(math.MaxInt64))
	require.Equal(t, 200, c.upload("plan.txt", []byte("plan")).status)
	assert.Equal(t, "plan", string(c.srv.Files()[0].Data))
}
