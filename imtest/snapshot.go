package imtest

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// snapshotVersion is the version of the data that Save writes. A reader refuses
// other versions: a field that it does not know would be lost silently.
const snapshotVersion = 1

// Save writes everything that the server holds of its app, as JSON with a
// version: users, contacts, attributes, groups, rooms, threads, messages, files,
// presence, reactions, push, callbacks. Tokens are left out, as are requests,
// faults and quotas. It is one moment of the server, which is copied first:
// calls that change the server wait for the copy, not for w. [WithData] reads it.
func (srv *Server) Save(w io.Writer) error {
	dump := srv.world.Dump()
	out := bufio.NewWriterSize(w, 1<<16)
	_, _ = fmt.Fprintf(out, "{\n\"version\": %d", snapshotVersion) // errors stay until Flush
	for _, part := range snapshotParts() {
		if err := part.write(out, dump); err != nil {
			return fmt.Errorf("imtest: save %s: %w", part.name, err)
		}
	}
	_, _ = out.WriteString("\n}\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("imtest: save: %w", err)
	}
	return nil
}

// WithData starts the server with what Save wrote. Data that cannot be read
// is an error of [Start]. A clock that is behind the data is moved forward, since
// the time of an app does not go back.
func WithData(r io.Reader) Option {
	return func(c *config) { c.data = r }
}

// A snapshotPart is one field of the data: a list of records of one kind, one a
// line.
type snapshotPart struct {
	name  string
	write func(*bufio.Writer, *world.Dump) error
	load  func(*world.World, *json.Decoder) error
}

// snapshotParts are in the order in which they are written, and read: records
// name only what came before them.
func snapshotParts() []snapshotPart {
	return []snapshotPart{
		partOf("app", saveApp, loadApp),
		partOf("users", saveUsers, loadUser),
		partOf("mutes", saveMutes, loadMute),
		partOf("contacts", saveContacts, loadContacts),
		partOf("attributes", saveAttributes, loadAttributes),
		partOf("presence", savePresence, loadPresence),
		partOf("subscriptions", saveSubscriptions, loadSubscriptions),
		partOf("groups", saveGroups, loadCircle(world.GroupKind)),
		partOf("rooms", saveRooms, loadCircle(world.RoomKind)),
		partOf("threads", saveThreads, loadCircle(world.ThreadKind)),
		partOf("joined", saveJoined, loadJoined),
		partOf("super_admins", saveSuperAdmins, loadSuperAdmin),
		partOf("departures", saveDepartures, loadDeparture),
		partOf("messages", saveMessages, loadMessage),
		partOf("inboxes", saveInboxes, loadInbox),
		partOf("group_messages", saveTimelines(func(d *world.Dump) []world.Timeline { return d.GroupMessages }), loadTimeline(world.ToGroups)),
		partOf("room_messages", saveTimelines(func(d *world.Dump) []world.Timeline { return d.RoomMessages }), loadTimeline(world.ToRooms)),
		partOf("streams", saveStreams, loadStream),
		partOf("roaming", saveRoaming, loadRoaming),
		partOf("reactions", saveReactions, loadReaction),
		partOf("files", saveFiles, loadFile),
		partOf("push_users", savePushUsers, loadPushUser),
		partOf("push_labels", savePushLabels, loadPushLabel),
		partOf("push_templates", savePushTemplates, loadPushTemplate),
		partOf("push_messages", savePushMessages, loadPushMessage),
		partOf("pushes", savePushes, loadPush),
		partOf("push_counts", savePushCounts, loadPushCounts),
		partOf("favorites", saveFavorites, loadFavorites),
		partOf("keyword_lists", saveKeywordLists, loadKeywordList),
		partOf("moderation_exports", saveExports, loadExport),
		partOf("callbacks", saveCallbacks, loadCallbacks),
		partOf("places", savePlaces, loadPlaces),
	}
}

// partOf makes a part out of a record's two directions. Save encodes one record at a
// time of what all makes of the dump.
func partOf[T any](name string, all func(*world.Dump) iter.Seq[T], take func(*world.World, *T) error) snapshotPart {
	return snapshotPart{
		name:  name,
		write: func(out *bufio.Writer, d *world.Dump) error { return writePart(out, name, all(d)) },
		load: func(s *world.World, dec *json.Decoder) error {
			for n := 0; dec.More(); n++ {
				var record T
				err := dec.Decode(&record)
				if err == nil {
					err = take(s, &record)
				}
				if err != nil {
					return fmt.Errorf("%s[%d]: %w", name, n, err)
				}
			}
			return nil
		},
	}
}

// writePart writes a record a line.
func writePart[T any](out *bufio.Writer, name string, records iter.Seq[T]) error {
	_, _ = fmt.Fprintf(out, ",\n%q: [", name)
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false) // bodies are kept as they are
	comma := "\n"
	for record := range records {
		line.Reset()
		if err := enc.Encode(record); err != nil {
			return err
		}
		_, _ = out.WriteString(comma)
		if _, err := out.Write(bytes.TrimRight(line.Bytes(), "\n")); err != nil {
			return err
		}
		comma = ",\n"
	}
	_, err := out.WriteString("]")
	return err
}

// loadWorld reads what Save wrote into an empty state.
func loadWorld(s *world.World, r io.Reader) error {
	dec := json.NewDecoder(bufio.NewReaderSize(r, 1<<16))
	dec.DisallowUnknownFields()
	dec.UseNumber()
	if err := loadParts(s, dec); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // the data ends too early, and that is all that is wrong
		}
		return fmt.Errorf("%s: %w", nameOf(r, "data"), err)
	}
	return nil
}

func loadParts(s *world.World, dec *json.Decoder) error {
	if err := expect(dec, json.Delim('{')); err != nil {
		return err
	}
	if err := loadVersion(dec); err != nil {
		return err
	}
	parts := snapshotParts()
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		for len(parts) > 0 && parts[0].name != name { // a part without records may be left out
			parts = parts[1:]
		}
		if len(parts) == 0 {
			return fmt.Errorf("%q is unknown, or not in its place", name)
		}
		if err := expect(dec, json.Delim('[')); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := parts[0].load(s, dec); err != nil {
			return err
		}
		if err := expect(dec, json.Delim(']')); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		parts = parts[1:]
	}
	if err := expect(dec, json.Delim('}')); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows after the end")
	}
	return nil
}

// loadVersion reads the first field.
func loadVersion(dec *json.Decoder) error {
	if err := expect(dec, "version"); err != nil {
		return fmt.Errorf("%w: keys must keep the order of a saved file", err)
	}
	version := 0
	if err := dec.Decode(&version); err != nil {
		return fmt.Errorf("version: %w", err)
	}
	if version != snapshotVersion {
		return fmt.Errorf("version %d; this program reads version %d", version, snapshotVersion)
	}
	return nil
}

func expect(dec *json.Decoder, want json.Token) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("%v where %v should be", token, want)
	}
	return nil
}

// savedApp is what is there once.
type savedApp struct {
	UUID       string    `json:"uuid"`
	Time       time.Time `json:"time"`             // of the server's clock
	Circles    int64     `json:"circles"`          // groups, rooms and threads ever made, as the others
	Reactions  int64     `json:"reactions"`        //
	Pushes     int64     `json:"pushes"`           //
	Broadcasts int64     `json:"broadcasts"`       //
	Delay      int64     `json:"delay,omitempty"`  // of history files, in nanoseconds
	Zone       string    `json:"zone,omitempty"`   // of their hours
	Offset     int       `json:"offset,omitempty"` // seconds east of UTC, of a zone that no table knows
}

func saveApp(d *world.Dump) iter.Seq[savedApp] {
	app := savedApp{
		UUID: d.App.UUID, Time: d.App.Time, Circles: d.App.Circles, Pushes: d.App.Pushes,
		Reactions: d.MessagesState.Reactions, Broadcasts: d.MessagesState.Broadcasts,
		Delay: int64(d.MessagesState.HistoryDelay),
	}
	if zone := d.MessagesState.HistoryZone; zone != nil {
		app.Zone = cmp.Or(zone.String(), app.Time.In(zone).Format("-07:00")) // it need not have a name
		_, app.Offset = app.Time.In(zone).Zone()
	}
	return one(app)
}

func loadApp(s *world.World, app *savedApp) error {
	err := s.RestoreApp(world.AppState{UUID: app.UUID, Time: app.Time, Circles: app.Circles, Pushes: app.Pushes})
	if err != nil {
		return err
	}
	state := world.MessagesState{
		Reactions: app.Reactions, Broadcasts: app.Broadcasts, HistoryDelay: time.Duration(app.Delay),
	}
	if app.Zone != "" {
		state.HistoryZone = zoneOf(app)
	}
	s.RestoreMessagesState(state)
	return nil
}

// zoneOf finds a zone by its name, unless another one has that name here.
func zoneOf(app *savedApp) *time.Location {
	zone, err := time.LoadLocation(app.Zone)
	if err == nil {
		if _, offset := app.Time.In(zone).Zone(); offset == app.Offset {
			return zone
		}
	}
	return time.FixedZone(app.Zone, app.Offset)
}

// one yields one value.
func one[T any](v T) iter.Seq[T] {
	return func(yield func(T) bool) { yield(v) }
}

// errUnknown is a record that names something which is not there.
func errUnknown(what, id string) error { return fmt.Errorf("there is no %s %q", what, id) }
