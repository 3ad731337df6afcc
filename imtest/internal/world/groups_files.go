package world

import (
	"net/http"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// Shared files are files of files.go that a group keeps: they do not expire,
// and are fetched with a token instead of a secret. A user's token is good for
// members; what the app uploads is the owner's, since no source says whose.
var groupFilesRoutes = []Legacy{
	{wire.Route{
		ID: "groups.list_files", Method: get, Path: "/chatgroups/{group_id}/share_files", Who: wire.AnyToken,
		Shape: groupShape | wire.InParams,
	}, GroupKind.read(wire.ErrNoCircleForFiles, forMembers(listSharedFiles))},
	{wire.Route{
		ID: "groups.upload_file", Method: post, Path: "/chatgroups/{group_id}/share_files", Who: wire.AnyToken,
		Shape: groupShape, Body: wire.MultipartBody,
	}, (*World).groupsUploadFile},
	{wire.Route{
		ID: "groups.download_file", Method: get, Path: "/chatgroups/{group_id}/share_files/{file_id}", Who: wire.AnyToken,
	}, GroupKind.read(wire.ErrNoCircleForFiles, downloadSharedFile)},
	{wire.Route{
		ID: "groups.delete_file", Method: del, Path: "/chatgroups/{group_id}/share_files/{file_id}",
		Shape: groupShape,
	}, GroupKind.write(wire.ErrNoCircleForFiles, deleteSharedFile)},
}

type SharedFile struct {
	*File
	Owner string
}

// forMembers refuses users who are no members.
func forMembers(do circleHandler) circleHandler {
	return func(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
		if !c.Caller.App && !g.Members.Has(c.Caller.User) {
			return nil, wire.ErrNotMembers([]string{c.Caller.User})
		}
		return do(w, c, g)
	}
}

// listSharedFiles shows the newest file first.
func listSharedFiles(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	page, err := c.Sheet(1000, 1000)
	if err != nil {
		return nil, err
	}
	return wire.Data(Convert(wire.OnSheet(g.Files.Newest(), page), func(f *SharedFile) map[string]any {
		return map[string]any{
			"file_id": f.UUID, "file_name": f.Name, "file_owner": f.Owner,
			"file_size": len(f.Data), "created": f.Created.UnixMilli(),
		}
	})), nil
}

// groupsUploadFile reads the file before it locks the state.
func (w *World) groupsUploadFile(c *wire.Call) (*wire.Response, *wire.Error) {
	f, err := readFile(c, w.Conf.MaxFileSize)
	switch {
	case err.Same(wire.ErrFileMissing()):
		return nil, wire.ErrSharedFileMissing()
	case err != nil && err.Status == http.StatusRequestEntityTooLarge:
		return nil, wire.ErrBodyTooLarge()
	case err != nil:
		return nil, err
	}
	f.Restricted = isTrue(c.R.Header.Get("restrict-access"))
	f.Created = w.Now()
	f.UUID = w.NewUUID(f.Created)
	return GroupKind.write(wire.ErrNoCircleForFiles, forMembers(func(_ *World, _ *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
		owner := c.Caller.User
		if c.Caller.App {
			owner = g.Owner
		}
		g.Files.Put(f.UUID, &SharedFile{f, owner})
		return wire.Data(map[string]any{
			"file_url": c.Here() + "/" + f.UUID,
			"group_id": g.ID, "file_name": f.Name, "created": f.Created.UnixMilli(),
			"file_id": f.UUID, "file_size": len(f.Data),
		}), nil
	}))(w, c)
}

// downloadSharedFile gives restricted files to members only, the others to any
// user.
func downloadSharedFile(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	f := g.Files.Get(c.Value("file_id"))
	if f == nil {
		return nil, wire.ErrFileUnknown()
	}
	give := func(*World, *wire.Call, *Circle) (*wire.Response, *wire.Error) { return w.handOut(c, f.File), nil }
	if f.Restricted {
		give = forMembers(give)
	}
	return give(w, c, g)
}

func deleteSharedFile(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	id := c.Value("file_id")
	if !g.Files.Has(id) {
		return nil, wire.ErrFileUnknown()
	}
	g.Files.Remove(id)
	return wire.Data(map[string]any{"group_id": g.ID, "file_id": id, "result": true}), nil
}
