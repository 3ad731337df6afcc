package rest

import (
	"errors"
	"io"
	"math"
	"mime/multipart"
	"strconv"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const (
	maxLifetimeBatch = 100
	maxThumbnail     = 2048 // pixels of a side
)

var filesRoutes = []route{
	{wire.Route{
		ID: "messages.upload_file", Method: post, Path: "/chatfiles", Shape: wire.Full,
		Body: wire.MultipartBody, Who: wire.AnyToken,
	}, (*API).filesUpload},
	{wire.Route{
		ID: "messages.download_thumbnail", Method: get, Also: post, Path: "/chatfiles/{file_uuid}",
		Who: wire.MayHave, When: wantsThumbnail,
	}, (*API).filesThumbnail},
	{wire.Route{
		ID: "messages.download_file", Method: get, Also: post, Path: "/chatfiles/{file_uuid}",
		Who: wire.MayHave,
	}, (*API).filesDownload},
	{wire.Route{
		ID: "messages.set_attachment_lifetime", Method: put, Also: post, Path: "/users/{username}/chatfiles/lifetime",
		Shape: wire.Full, Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*API).filesSetLifetime},
}

// wantsThumbnail distinguishes the two downloads; the PHP SDK sends 1 for true.
func wantsThumbnail(c *wire.Call) bool { return isTrue(c.R.Header.Get("thumbnail")) }

func isTrue(header string) bool { return header == "true" || header == "1" }

type fileEntity struct {
	UUID   string `json:"uuid"`
	Type   string `json:"type"`
	Secret string `json:"share-secret"`
}

func (a *API) filesUpload(c *wire.Call) (*wire.Response, *wire.Error) {
	f, err := readFile(c, a.world.Conf.MaxFileSize)
	if err != nil {
		return nil, err
	}
	header := c.R.Header
	f.Restricted = isTrue(header.Get("restrict-access"))
	f.ThumbWidth = pixels(header.Get("thumbnail-width"))
	f.ThumbHeight = pixels(header.Get("thumbnail-height"))
	f = a.world.KeepFile(f)
	return wire.Entities(fileEntity{f.UUID, "chatfile", f.Secret}), nil
}

// pixels reads a side of the thumbnail, 170 if there is none.
func pixels(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 170
	}
	return min(n, maxThumbnail)
}

// readFile reads the part named "file" and takes in the others.
func readFile(c *wire.Call, most int64) (world.File, *wire.Error) {
	var f world.File
	parts, err := c.R.MultipartReader()
	if err != nil {
		return f, wire.ErrMediaType()
	}
	for found := false; ; {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF) && !found:
			return f, wire.ErrFileMissing()
		case errors.Is(err, io.EOF):
			return f, nil
		case err != nil:
			return f, wire.ErrInvalidRequest()
		case part.FormName() != "file" || found:
			continue // NextPart steps over its content
		}
		var refused *wire.Error
		if f, refused = readPart(part, most); refused != nil {
			return f, refused
		}
		found = true
	}
}

func readPart(part *multipart.Part, most int64) (world.File, *wire.Error) {
	data, err := io.ReadAll(io.LimitReader(part, min(most, math.MaxInt64-1)+1))
	switch {
	case err != nil:
		return world.File{}, wire.ErrInvalidRequest()
	case int64(len(data)) > most:
		return world.File{}, wire.ErrFileTooLarge()
	}
	kind := part.Header.Get("Content-Type")
	if kind == "" {
		kind = "application/octet-stream"
	}
	return world.File{Name: part.FileName(), ContentType: kind, Data: data}, nil
}

// openFile returns the file of a call that may have it.
func (a *API) openFile(c *wire.Call) (world.File, *wire.Error) {
	f, err := a.world.OpenFile(c.Value("file_uuid"), c.R.Header.Get("share-secret"), c.Query.Get("share-secret"))
	if err != nil {
		return f, told(err)
	}
	return f, nil
}

func (a *API) filesDownload(c *wire.Call) (*wire.Response, *wire.Error) {
	f, err := a.openFile(c)
	if err != nil {
		return nil, err
	}
	return a.handOut(c, f), nil
}

// filesThumbnail responds with the file itself where there is nothing to scale.
func (a *API) filesThumbnail(c *wire.Call) (*wire.Response, *wire.Error) {
	f, err := a.openFile(c)
	if err != nil {
		return nil, err
	}
	return a.handOut(c, f.Thumbnail()), nil
}

func (a *API) filesSetLifetime(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	lifetime, ids := world.Lifetime(o.Text("lifetime")), o.Texts("chatfile_ids")
	switch {
	case o.Bad != "" || len(ids) == 0:
		return nil, wire.ErrInvalidRequest()
	case len(ids) > maxLifetimeBatch:
		return nil, wire.ErrIllegalArgument("chatfile_ids size is too large")
	case lifetime != world.LifetimeDefault && lifetime != world.LifetimeRefresh && lifetime != world.LifetimeForever:
		return nil, wire.ErrIllegalArgument("lifetime must be either 'forever' or 'default' or 'refresh'")
	}
	outcome := make(map[string]string, len(ids))
	for i, done := range a.world.SetLifetime(c.Value("username"), lifetime, ids) {
		outcome[ids[i]] = "failed"
		if done {
			outcome[ids[i]] = "success"
		}
	}
	return wire.Data(outcome), nil
}
