package world

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/event"
)

// Who is online or banned is known without looking at everybody, whatever has happened to them.
func TestUsersByState(t *testing.T) {
	w := newWorld(new(testClock))
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		w.AddUser(NewUser{Name: name})
	}
	in := func(state UserState) (names []string) {
		for cursor := ""; ; {
			page, next, err := w.NewestUsers(state, cursor, 2)
			require.Nil(t, err)
			for _, u := range page {
				names = append(names, u.Name)
			}
			if cursor = next; next == "" {
				return names
			}
		}
	}
	for _, name := range []string{"a", "b", "c", "d"} {
		require.Nil(t, w.LogIn(name))
	}
	assert.Equal(t, []string{"e", "d", "c", "b", "a"}, in(AnyUser))
	assert.Equal(t, []string{"d", "c", "b", "a"}, in(OnlineUser))
	_, err := w.Ban("b")
	require.Nil(t, err)
	_, err = w.Ban("e")
	require.Nil(t, err)
	require.Nil(t, w.LogOut("c", event.LogoutSelf))
	assert.Equal(t, []string{"d", "a"}, in(OnlineUser))
	assert.Equal(t, []string{"e", "b"}, in(BannedUser))
	require.Nil(t, w.Unban("b"))
	_, err = w.DeleteUser("e")
	require.Nil(t, err)
	_, err = w.DeleteUser("d")
	require.Nil(t, err)
	assert.Equal(t, []string{"a"}, in(OnlineUser))
	assert.Empty(t, in(BannedUser))
	assert.Equal(t, Census{Users: 3, Online: 1}, w.Count())
	_, _, err = w.NewestUsers(AnyUser, "no", 2)
	assert.True(t, err.Of(BadCursor))

	other := newWorld(new(testClock))
	require.NoError(t, other.RestoreUser(User{Name: "x", UUID: "1", Online: true}))
	require.NoError(t, other.RestoreUser(User{Name: "y", UUID: "2", Banned: true}))
	w.Become(other)
	assert.Equal(t, [][]string{{"y", "x"}, {"x"}, {"y"}}, [][]string{in(AnyUser), in(OnlineUser), in(BannedUser)})
}

func TestNewestMessagesOfBoxes(t *testing.T) {
	w := newWorld(new(testClock))
	w.AddCircle(CircleRecord{Circle: Circle{CircleID: CircleID{Kind: GroupKind, ID: "g"}, Owner: "a"}, Members: []Member{{User: "b"}}}, nil)
	for _, text := range []string{"1", "2", "3"} {
		w.Send(Content{From: "a", Kind: "txt", Body: text}, ToUsers, []string{"b"})
		w.Send(Content{From: "a", Kind: "txt", Body: text}, ToGroups, []string{"g"})
	}
	texts := func(box MessageBox, end, limit int) (list []string, count int) {
		found, count := w.NewestMessages(box, end, limit)
		for _, m := range found {
			list = append(list, m.Body)
		}
		return list, count
	}
	for _, c := range []struct {
		box        MessageBox
		end, limit int
		want       []string
		count      int
	}{
		{MessageBox{}, -1, 3, []string{"3", "3", "2"}, 6},
		{MessageBox{}, 3, 9, []string{"2", "1", "1"}, 6},
		{MessageBox{}, 99, 1, []string{"3"}, 6},
		{MessageBox{}, -1, 0, nil, 6},
		{MessageBox{ToUsers, "B"}, -1, 9, []string{"3", "3", "2", "2", "1", "1"}, 6},
		{MessageBox{ToGroups, "g"}, 2, 9, []string{"2", "1"}, 3},
		{MessageBox{ToRooms, "g"}, -1, 9, nil, 0},
		{MessageBox{ToUsers, "nobody"}, 5, 9, nil, 0},
	} {
		list, count := texts(c.box, c.end, c.limit)
		assert.Equal(t, c.want, list, c)
		assert.Equal(t, c.count, count, c)
	}
}

func TestNewestFilesAndEvents(t *testing.T) {
	w := newWorld(new(testClock))
	assert.Zero(t, w.LastEvent())
	for _, name := range []string{"1", "2", "3"} {
		w.KeepFile(File{Name: name})
	}
	page, next, err := w.NewestFiles("", 2)
	require.Nil(t, err)
	assert.Equal(t, []string{"3", "2"}, []string{page[0].Name, page[1].Name})
	page, next, err = w.NewestFiles(next, 2)
	require.Nil(t, err)
	assert.Equal(t, []string{"1", ""}, []string{page[0].Name, next})
	_, _, err = w.NewestFiles("no", 2)
	assert.True(t, err.Of(BadCursor))
	assert.EqualValues(t, 3, w.LastEvent())
	assert.Equal(t, 3, w.Count().Files)
}
