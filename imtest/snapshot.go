package imtest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"
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
	copies := srv.state.copyParts(parts)
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
func (s *state) copyParts(parts []snapshotPart) []func(*bufio.Writer) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return convert(parts, func(part snapshotPart) func(*bufio.Writer) error { return part.copy(s) })
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
	name string
	copy func(*state) func(*bufio.Writer) error // the caller of copy holds mu, that of what it returns does not
	load func(*state, *json.Decoder) error
}

// snapshotParts are in the order in which they are written, and read: records
// name only what came before them.
func snapshotParts() []snapshotPart {
	return []snapshotPart{
		partOf("app", (*state).saveApp, (*state).loadApp),
		partOf("users", (*state).saveUsers, (*state).loadUser),
		partOf("mutes", (*state).saveMutes, (*state).loadMute),
		partOf("contacts", (*state).saveContacts, (*state).loadContacts),
		partOf("attributes", (*state).saveAttributes, (*state).loadAttributes),
		partOf("presence", (*state).savePresence, (*state).loadPresence),
		partOf("subscriptions", (*state).saveSubscriptions, (*state).loadSubscriptions),
		partOf("groups", saveCircles(groupKind), loadCircle(groupKind)),
		partOf("rooms", saveCircles(roomKind), loadCircle(roomKind)),
		partOf("threads", saveCircles(threadKind), loadCircle(threadKind)),
		partOf("joined", (*state).saveJoined, (*state).loadJoined),
		partOf("super_admins", (*state).saveSuperAdmins, (*state).loadSuperAdmin),
		partOf("departures", (*state).saveDepartures, (*state).loadDeparture),
		partOf("messages", (*state).saveMessages, (*state).loadMessage),
		partOf("inboxes", (*state).saveInboxes, (*state).loadInbox),
		partOf("group_messages", saveTimeline(toGroups), loadTimeline(toGroups)),
		partOf("room_messages", saveTimeline(toRooms), loadTimeline(toRooms)),
		partOf("streams", (*state).saveStreams, (*state).loadStream),
		partOf("roaming", (*state).saveRoaming, (*state).loadRoaming),
		partOf("reactions", (*state).saveReactions, (*state).loadReaction),
		partOf("files", (*state).saveFiles, (*state).loadFile),
		partOf("push_users", (*state).savePushUsers, (*state).loadPushUser),
		partOf("push_labels", (*state).savePushLabels, (*state).loadPushLabel),
		partOf("push_templates", (*state).savePushTemplates, (*state).loadPushTemplate),
		partOf("push_messages", (*state).savePushMessages, (*state).loadPushMessage),
		partOf("pushes", (*state).savePushes, (*state).loadPush),
		partOf("push_counts", (*state).savePushCounts, (*state).loadPushCounts),
		partOf("callbacks", (*state).saveCallbacks, (*state).loadCallbacks),
		partOf("places", (*state).savePlaces, (*state).loadPlaces),
	}
}

// partOf makes a part out of a record's two directions. all is called under the
// lock and copies what may change; what it returns is read without the lock.
func partOf[T any](name string, all func(*state) iter.Seq[T], take func(*state, *T) error) snapshotPart {
	return snapshotPart{
		name: name,
		copy: func(s *state) func(*bufio.Writer) error {
			records := all(s)
			return func(out *bufio.Writer) error { return writePart(out, name, records) }
		},
		load: func(s *state, dec *json.Decoder) error {
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

// load reads what Save wrote into an empty state.
func (s *state) load(r io.Reader) error {
	dec := json.NewDecoder(bufio.NewReaderSize(r, 1<<16))
	dec.DisallowUnknownFields()
	dec.UseNumber()
	if err := s.loadParts(dec); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // the data ends too early, and that is all that is wrong
		}
		return fmt.Errorf("%s: %w", nameOf(r, "data"), err)
	}
	return nil
}

func (s *state) loadParts(dec *json.Decoder) error {
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

func (s *state) saveApp() iter.Seq[savedApp] {
	app := savedApp{
		UUID: s.uuid, Time: s.now(), Circles: s.ids.groups.Load(),
		Reactions: s.reactions.made, Pushes: s.push.ids, Broadcasts: s.messages.broadcasts,
		Delay: int64(s.messages.delay),
	}
	if zone := s.messages.zone; zone != nil {
		app.Zone = zone.String()
		_, app.Offset = app.Time.In(zone).Zone()
	}
	return one(app)
}

func (s *state) loadApp(app *savedApp) error {
	s.uuid = app.UUID
	s.ids.groups.Store(app.Circles)
	s.reactions.made, s.push.ids, s.messages.broadcasts = app.Reactions, app.Pushes, app.Broadcasts
	s.messages.delay = time.Duration(app.Delay)
	if app.Zone != "" {
		s.messages.zone = zoneOf(app)
	}
	if behind := app.Time.Sub(s.now()); behind > 0 {
		s.conf.clock.Advance(behind)
	}
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

// each copies what a list becomes.
func each[V, T any](list iter.Seq[V], record func(V) T) iter.Seq[T] {
	var records []T
	for v := range list {
		records = append(records, record(v))
	}
	return slices.Values(records)
}

// copied copies a list.
func copied[T any](list iter.Seq[T]) iter.Seq[T] { return slices.Values(slices.Collect(list)) }

// errUnknown is a record that names something which is not there.
func errUnknown(what, id string) error { return fmt.Errorf("there is no %s %q", what, id) }
