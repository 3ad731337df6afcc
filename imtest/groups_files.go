package imtest

import (
	"net/http"
)

// Shared files are files of files.go that a group keeps: they do not expire,
// and are fetched with a token instead of a secret. A user's token is good for
// members; what the app uploads is the owner's, since no source says whose.
var groupFilesRoutes = []legacy{
	{
		id: "groups.list_files", method: get, path: "/chatgroups/{group_id}/share_files", who: anyToken,
		shape: groupShape | inParams, do: groupKind.read(errNoCircleForFiles, forMembers(listSharedFiles)),
	},
	{
		id: "groups.upload_file", method: post, path: "/chatgroups/{group_id}/share_files", who: anyToken,
		shape: groupShape, body: multipartBody, do: (*state).groupsUploadFile,
	},
	{
		id: "groups.download_file", method: get, path: "/chatgroups/{group_id}/share_files/{file_id}", who: anyToken,
		do: groupKind.read(errNoCircleForFiles, downloadSharedFile),
	},
	{
		id: "groups.delete_file", method: del, path: "/chatgroups/{group_id}/share_files/{file_id}",
		shape: groupShape, do: groupKind.write(errNoCircleForFiles, deleteSharedFile),
	},
}

type sharedFile struct {
	*file
	owner string
}

// forMembers refuses users who are no members.
func forMembers(do circleHandler) circleHandler {
	return func(s *state, c *call, g *circle) (*response, *apiError) {
		if !c.caller.app && !g.members.has(c.caller.user) {
			return nil, errNotMembers([]string{c.caller.user})
		}
		return do(s, c, g)
	}
}

// listSharedFiles shows the newest file first.
func listSharedFiles(_ *state, c *call, g *circle) (*response, *apiError) {
	page, err := c.sheet(1000, 1000)
	if err != nil {
		return nil, err
	}
	return data(convert(onSheet(g.files.newest(), page), func(f *sharedFile) map[string]any {
		return map[string]any{
			"file_id": f.uuid, "file_name": f.name, "file_owner": f.owner,
			"file_size": len(f.data), "created": f.created.UnixMilli(),
		}
	})), nil
}

// groupsUploadFile reads the file before it locks the state.
func (s *state) groupsUploadFile(c *call) (*response, *apiError) {
	f, err := readFile(c, s.conf.maxFileSize)
	switch {
	case err.same(errFileMissing()):
		return nil, errSharedFileMissing()
	case err != nil && err.status == http.StatusRequestEntityTooLarge:
		return nil, errBodyTooLarge()
	case err != nil:
		return nil, err
	}
	f.restricted = isTrue(c.r.Header.Get("restrict-access"))
	f.created = s.now()
	f.uuid = s.newUUID(f.created)
	return groupKind.write(errNoCircleForFiles, forMembers(func(_ *state, _ *call, g *circle) (*response, *apiError) {
		owner := c.caller.user
		if c.caller.app {
			owner = g.owner
		}
		g.files.put(f.uuid, &sharedFile{f, owner})
		return data(map[string]any{
			"file_url": c.here() + "/" + f.uuid,
			"group_id": g.id, "file_name": f.name, "created": f.created.UnixMilli(),
			"file_id": f.uuid, "file_size": len(f.data),
		}), nil
	}))(s, c)
}

// downloadSharedFile gives restricted files to members only, the others to any
// user.
func downloadSharedFile(s *state, c *call, g *circle) (*response, *apiError) {
	f := g.files.get(c.value("file_id"))
	if f == nil {
		return nil, errFileUnknown()
	}
	give := func(*state, *call, *circle) (*response, *apiError) { return s.handOut(c, f.file), nil }
	if f.restricted {
		give = forMembers(give)
	}
	return give(s, c, g)
}

func deleteSharedFile(_ *state, c *call, g *circle) (*response, *apiError) {
	id := c.value("file_id")
	if !g.files.has(id) {
		return nil, errFileUnknown()
	}
	g.files.remove(id)
	return data(map[string]any{"group_id": g.id, "file_id": id, "result": true}), nil
}
