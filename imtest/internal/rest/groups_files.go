package rest

import (
	"net/http"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

// groupFilesRoutes are the calls on files that a group shares. A user's token is good
// for members.
var groupFilesRoutes = []route{
	{wire.Route{
		ID: "groups.list_files", Method: get, Path: "/chatgroups/{group_id}/share_files", Who: wire.AnyToken,
		Shape: groupShape | wire.InParams,
	}, (*API).groupsListFiles},
	{wire.Route{
		ID: "groups.upload_file", Method: post, Path: "/chatgroups/{group_id}/share_files", Who: wire.AnyToken,
		Shape: groupShape, Body: wire.MultipartBody,
	}, (*API).groupsUploadFile},
	{wire.Route{
		ID: "groups.download_file", Method: get, Path: "/chatgroups/{group_id}/share_files/{file_id}", Who: wire.AnyToken,
	}, (*API).groupsDownloadFile},
	{wire.Route{
		ID: "groups.delete_file", Method: del, Path: "/chatgroups/{group_id}/share_files/{file_id}",
		Shape: groupShape,
	}, (*API).groupsDeleteFile},
}

// sharedFileWords are those of all of these calls.
var sharedFileWords = words{world.NoCircle: named(wire.ErrNoCircleForFiles)}

// groupsListFiles shows the newest file first.
func (a *API) groupsListFiles(c *wire.Call) (*wire.Response, *wire.Error) {
	page, err := c.Sheet(1000, 1000)
	if err != nil {
		return nil, err
	}
	list, refused := a.world.ListSharedFiles(c.Value("group_id"), c.Caller.User, page.Skip(), page.Size)
	if refused != nil {
		return nil, told(refused, sharedFileWords)
	}
	return wire.Data(world.Convert(list, func(f world.SharedFile) map[string]any {
		return map[string]any{
			"file_id": f.UUID, "file_name": f.Name, "file_owner": f.Owner,
			"file_size": len(f.Data), "created": f.Created.UnixMilli(),
		}
	})), nil
}

func (a *API) groupsUploadFile(c *wire.Call) (*wire.Response, *wire.Error) {
	f, err := readFile(c, a.world.Conf.MaxFileSize)
	switch {
	case err.Same(wire.ErrFileMissing()):
		return nil, wire.ErrSharedFileMissing()
	case err != nil && err.Status == http.StatusRequestEntityTooLarge:
		return nil, wire.ErrBodyTooLarge()
	case err != nil:
		return nil, err
	}
	f.Restricted = isTrue(c.R.Header.Get("restrict-access"))
	shared, refused := a.world.ShareFile(c.Value("group_id"), c.Caller.User, f)
	if refused != nil {
		return nil, told(refused, sharedFileWords)
	}
	return wire.Data(map[string]any{
		"file_url": c.Here() + "/" + shared.UUID,
		"group_id": c.Value("group_id"), "file_name": shared.Name, "created": shared.Created.UnixMilli(),
		"file_id": shared.UUID, "file_size": len(shared.Data),
	}), nil
}

// groupsDownloadFile returns restricted files to members only, the others to any
// user.
func (a *API) groupsDownloadFile(c *wire.Call) (*wire.Response, *wire.Error) {
	f, err := a.world.SharedFile(c.Value("group_id"), c.Caller.User, c.Value("file_id"))
	if err != nil {
		return nil, told(err, sharedFileWords)
	}
	return a.handOut(c, *f.File), nil
}

func (a *API) groupsDeleteFile(c *wire.Call) (*wire.Response, *wire.Error) {
	group, id := c.Value("group_id"), c.Value("file_id")
	if err := a.world.DeleteSharedFile(group, id); err != nil {
		return nil, told(err, sharedFileWords)
	}
	return wire.Data(map[string]any{"group_id": group, "file_id": id, "result": true}), nil
}
