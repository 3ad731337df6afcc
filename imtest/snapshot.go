package imtest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// snapshotVersion is the version of the data that Save writes. A reader refuses
// other versions: a field that it does not know would be lost in silence.
const snapshotVersion = 1

// Save writes everything that the server holds of its app, as JSON with a
// version: users, contacts, attributes, groups, rooms, threads, messages, files,
// presence, reactions, push, callbacks. Tokens are left out, as are requests,
// faults and quotas. It is one moment of the server, which is copied first:
// calls that change the server wait for the copy, not for w. [WithData] reads it.
func (srv *Server) Save(w io.Writer) error {
	parts := snapshotParts()
	copies := copyParts(srv.world, parts)
	out := bufio.NewWriterSize(w, 1<<16)
	_, _ = fmt.Fprintf(out, "{\n\"version\": %d", snapshotVersion) // errors stay until Flush
	for i, write := range copies {
		if err := write(out); err != nil {
			return fmt.Errorf("imtest: save %s: %w", parts[i].name, err)
		}
		copies[i] = nil // its memory is free again
	}
	_, _ = out.WriteString("\n}\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("imtest: save: %w", err)
	}
	return nil
}

// copyParts returns what writes the parts as they are now.
func copyParts(s *world.World, parts []snapshotPart) []func(*bufio.Writer) error {
	writers := make([]func(*bufio.Writer) error, len(parts))
	dump := s.Dump(func() {
		for i, part := range parts {
			if part.copy != nil {
				writers[i] = part.copy(s)
			}
		}
	})
	for i, part := range parts {
		if part.copy == nil {
			writers[i] = part.write(dump)
		}
	}
	return writers
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
	write func(*world.Dump) func(*bufio.Writer) error
	copy  func(*world.World) func(*bufio.Writer) error // in place of write, until the domain has moved; the caller holds mu
	load  func(*world.World, *json.Decoder) error
}

// snapshotParts are in the order in which they are written, and read: records
// name only what came before them.
func snapshotParts() []snapshotPart {
	return []snapshotPart{
		dumpedPart("app", saveApp, loadApp),
		dumpedPart("users", saveUsers, loadUser),
		dumpedPart("mutes", saveMutes, loadMute),
		dumpedPart("contacts", saveContacts, loadContacts),
		dumpedPart("attributes", saveAttributes, loadAttributes),
		dumpedPart("presence", savePresence, loadPresence),
		dumpedPart("subscriptions", saveSubscriptions, loadSubscriptions),
		dumpedPart("groups", saveGroups, loadCircle(world.GroupKind)),
		dumpedPart("rooms", saveRooms, loadCircle(world.RoomKind)),
		dumpedPart("threads", saveThreads, loadCircle(world.ThreadKind)),
		dumpedPart("joined", saveJoined, loadJoined),
		dumpedPart("super_admins", saveSuperAdmins, loadSuperAdmin),
		dumpedPart("departures", saveDepartures, loadDeparture),
		dumpedPart("messages", saveMessages, loadMessage),
		dumpedPart("inboxes", saveInboxes, loadInbox),
		dumpedPart("group_messages", saveTimelines(func(d *world.Dump) []world.Timeline { return d.GroupMessages }), loadTimeline(world.ToGroups)),
		dumpedPart("room_messages", saveTimelines(func(d *world.Dump) []world.Timeline { return d.RoomMessages }), loadTimeline(world.ToRooms)),
		dumpedPart("streams", saveStreams, loadStream),
		dumpedPart("roaming", saveRoaming, loadRoaming),
		dumpedPart("reactions", saveReactions, loadReaction),
		dumpedPart("files", saveFiles, loadFile),
		dumpedPart("push_users", savePushUsers, loadPushUser),
		dumpedPart("push_labels", savePushLabels, loadPushLabel),
		dumpedPart("push_templates", savePushTemplates, loadPushTemplate),
		dumpedPart("push_messages", savePushMessages, loadPushMessage),
		dumpedPart("pushes", savePushes, loadPush),
		dumpedPart("push_counts", savePushCounts, loadPushCounts),
		dumpedPart("favorites", saveFavorites, loadFavorites),
		dumpedPart("keyword_lists", saveKeywordLists, loadKeywordList),
		dumpedPart("moderation_exports", saveExports, loadExport),
		dumpedPart("callbacks", saveCallbacks, loadCallbacks),
		dumpedPart("places", savePlaces, loadPlaces),
	}
}

// dumpedPart makes a part out of a record's two directions. Save encodes one record
// at a time of what all makes of the dump.
func dumpedPart[T any](name string, all func(*world.Dump) iter.Seq[T], take func(*world.World, *T) error) snapshotPart {
	part := partOf(name, func(*world.World) iter.Seq[T] { return nil }, take)
	part.copy = nil
	part.write = func(d *world.Dump) func(*bufio.Writer) error {
		return func(out *bufio.Writer) error { return writePart(out, name, all(d)) }
	}
	return part
}

// partOf makes a part out of a record's two directions. all is called under the
// lock and copies what may change; what it returns is read without the lock.
func partOf[T any](name string, all func(*world.World) iter.Seq[T], take func(*world.World, *T) error) snapshotPart {
	return snapshotPart{
		name: name,
		copy: func(s *world.World) func(*bufio.Writer) error {
			records := all(s)
			return func(out *bufio.Writer) error { return writePart(out, name, records) }
		},
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
		return err
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
		app.Zone = zone.String()
		_, app.Offset = app.Time.In(zone).Zone()
	}
	return one(app)
}

func loadApp(s *world.World, app *savedApp) error {
	s.RestoreApp(world.AppState{UUID: app.UUID, Time: app.Time, Circles: app.Circles, Pushes: app.Pushes})
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
