package world

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// This file goes with groups_files.go and the handlers of push: package rest has
// what they need.

func isTrue(header string) bool { return header == "true" || header == "1" }

func readFile(c *wire.Call, most int64) (*File, *wire.Error) {
	parts, err := c.R.MultipartReader()
	if err != nil {
		return nil, wire.ErrMediaType()
	}
	var f *File
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, wire.ErrInvalidRequest()
		}
		if part.FormName() != "file" || f != nil {
			continue
		}
		var refused *wire.Error
		if f, refused = readPart(part, most); refused != nil {
			return nil, refused
		}
	}
	if f == nil {
		return nil, wire.ErrFileMissing()
	}
	return f, nil
}

func readPart(part *multipart.Part, most int64) (*File, *wire.Error) {
	data, err := io.ReadAll(io.LimitReader(part, most+1))
	switch {
	case err != nil:
		return nil, wire.ErrInvalidRequest()
	case int64(len(data)) > most:
		return nil, wire.ErrFileTooLarge()
	}
	kind := part.Header.Get("Content-Type")
	if kind == "" {
		kind = "application/octet-stream"
	}
	return &File{Name: part.FileName(), ContentType: kind, Data: data}, nil
}

func (w *World) handOut(c *wire.Call, f *File) *wire.Response {
	if w.StoragePort == "" {
		return &wire.Response{File: &wire.Download{Name: f.Name, ContentType: f.ContentType, Data: f.Data, Modified: f.Created}}
	}
	path := "/chat-files/" + w.Conf.Org + "/" + w.Conf.App + "/" + f.UUID
	expires := strconv.FormatInt(w.Now().Add(time.Hour).Unix(), 10)
	h := hmac.New(sha256.New, []byte(w.Conf.ClientSecret))
	h.Write([]byte(path + "\n" + expires))
	signature := base64.StdEncoding.EncodeToString(h.Sum(nil))
	query := url.Values{"Expires": {expires}, "OSSAccessKeyId": {"imtest"}, "Signature": {signature}}
	address := url.URL{Scheme: c.Scheme(), Host: c.R.Host, Path: path, RawQuery: query.Encode()}
	address.Scheme, address.Host = "http", net.JoinHostPort(address.Hostname(), w.StoragePort)
	return &wire.Response{Location: address.String()}
}

// Compact strips the blanks of valid JSON.
func Compact(text json.RawMessage) string {
	var buf bytes.Buffer
	_ = json.Compact(&buf, text)
	return buf.String()
}

func (w *World) allUsers() []string {
	_, list := w.targets(AllUsers)
	return list
}
