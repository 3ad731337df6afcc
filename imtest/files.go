package imtest

import (
	"crypto/subtle"
	"errors"
	"io"
	"mime/multipart"
	"strconv"
	"time"
)

// fileLifetime is how long an attachment is kept.
const fileLifetime = 7 * 24 * time.Hour

var filesRoutes = []legacy{
	{
		id: "messages.upload_file", method: post, path: "/chatfiles", shape: full,
		body: multipartBody, who: anyToken, do: (*state).uploadFile,
	},
	{
		id: "messages.download_thumbnail", method: get, also: post, path: "/chatfiles/{file_uuid}",
		who: mayHave, when: wantsThumbnail, do: (*state).downloadThumbnail,
	},
	{
		id: "messages.download_file", method: get, also: post, path: "/chatfiles/{file_uuid}",
		who: mayHave, do: (*state).downloadFile,
	},
}

// wantsThumbnail tells the two downloads apart; the PHP SDK sends 1 for true.
func wantsThumbnail(c *call) bool { return isTrue(c.r.Header.Get("thumbnail")) }

func isTrue(header string) bool { return header == "true" || header == "1" }

// file is an attachment. It does not change once it is stored: another lifetime
// makes another file of it.
type file struct {
	uuid        string
	name        string
	contentType string
	data        []byte
	secret      string
	restricted  bool // the secret is needed
	created     time.Time
	expires     time.Time // zero: never

	thumbWidth, thumbHeight int // the box for the thumbnail
}

type fileEntity struct {
	UUID   string `json:"uuid"`
	Type   string `json:"type"`
	Secret string `json:"share-secret"`
}

func (s *state) uploadFile(c *call) (*response, *apiError) {
	f, err := readFile(c, s.conf.maxFileSize)
	if err != nil {
		return nil, err
	}
	header := c.r.Header
	f.restricted = isTrue(header.Get("restrict-access"))
	f.thumbWidth = pixels(header.Get("thumbnail-width"))
	f.thumbHeight = pixels(header.Get("thumbnail-height"))
	f.created = s.now()
	f.expires = f.created.Add(fileLifetime)
	f.uuid, f.secret = s.newUUID(f.created), secret(32)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files.put(f.uuid, f)
	return entities(fileEntity{f.uuid, "chatfile", f.secret}), nil
}

// pixels reads a side of the thumbnail, 170 if there is none.
func pixels(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 170
	}
	return min(n, maxSide)
}

// readFile reads the part named "file" and takes in the others.
func readFile(c *call, most int64) (*file, *apiError) {
	parts, err := c.r.MultipartReader()
	if err != nil {
		return nil, errMediaType()
	}
	var f *file
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, errInvalidRequest()
		}
		if part.FormName() != "file" || f != nil {
			continue // NextPart steps over its content
		}
		var refused *apiError
		if f, refused = readPart(part, most); refused != nil {
			return nil, refused
		}
	}
	if f == nil {
		return nil, errFileMissing()
	}
	return f, nil
}

func readPart(part *multipart.Part, most int64) (*file, *apiError) {
	data, err := io.ReadAll(io.LimitReader(part, most+1))
	switch {
	case err != nil:
		return nil, errInvalidRequest()
	case int64(len(data)) > most:
		return nil, errFileTooLarge()
	}
	kind := part.Header.Get("Content-Type")
	if kind == "" {
		kind = "application/octet-stream"
	}
	return &file{name: part.FileName(), contentType: kind, data: data}, nil
}

// findFile returns the file of a call that may have it.
func (s *state) findFile(c *call) (*file, *apiError) {
	s.mu.RLock()
	f := s.files.get(c.value("file_uuid"))
	s.mu.RUnlock()
	switch {
	case f == nil:
		return nil, errFileUnknown()
	case f.expired(s.now()):
		return nil, errFileExpired(f.uuid)
	case f.restricted && !f.opens(c.r.Header.Get("share-secret")) && !f.opens(c.query.Get("share-secret")):
		return nil, errFileRestricted()
	}
	return f, nil
}

func (f *file) opens(secret string) bool {
	return subtle.ConstantTimeCompare([]byte(f.secret), []byte(secret)) == 1
}

func (s *state) downloadFile(c *call) (*response, *apiError) {
	f, err := s.findFile(c)
	if err != nil {
		return nil, err
	}
	return s.handOut(c, f), nil
}

// downloadThumbnail responses the file itself where there is nothing to scale.
func (s *state) downloadThumbnail(c *call) (*response, *apiError) {
	f, err := s.findFile(c)
	if err != nil {
		return nil, err
	}
	return s.handOut(c, f.thumbnail()), nil
}
