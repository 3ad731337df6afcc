package page

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/imrest/im-go/imtest/event"
	"github.com/imrest/im-go/imtest/internal/world"
)

type eventRow struct {
	Seq        int64
	Kind, Data string
	Time       stamp
}

func (p *Page) eventRow(e event.Event) eventRow {
	return eventRow{e.Seq, e.Data.Kind(), eventText(e), shownTime(e.Time, p.world.Now())}
}

// eventText is what happened, in one line.
func eventText(e event.Event) string {
	text, err := json.Marshal(e.Data)
	if err != nil {
		return err.Error()
	}
	return maskedLine(text)
}

// events lists what has happened. The script of the newest page follows the stream.
func (p *Page) events(r *http.Request) (*view, error) {
	s := newSearch(r)
	kind := s.filter("kind", "Kind")
	last := p.world.LastEvent()
	var keep func(event.Event) bool
	if s.query != "" || kind.Value != "" {
		keep = func(e event.Event) bool {
			return (kind.Value == "" || e.Data.Kind() == kind.Value) && (s.query == "" || s.finds(e.Data.Kind(), eventText(e)))
		}
	}
	found, next, looked, err := collect(p.readEvents, s.after, keep)
	if err != nil {
		return nil, err
	}
	l := s.page("events", int(last), next, looked, kind)
	l.Events = world.Convert(found, p.eventRow)
	if s.after == "" {
		l.After = last
	}
	return &view{Title: "Events", List: l}, nil
}

// readEvents reads back from the event whose Seq is the cursor, which is left out.
func (p *Page) readEvents(cursor string, limit int) (list []event.Event, next string, err error) {
	end := p.world.LastEvent() + 1
	if cursor != "" {
		asked, err := strconv.ParseInt(cursor, 10, 64)
		if err != nil || asked < 1 {
			return nil, "", badQuery{"The place in the list is not one."}
		}
		end = min(end, asked)
	}
	start := max(0, end-1-int64(limit))
	for e := range p.world.Events(start) {
		if e.Seq >= end {
			break
		}
		list = append(list, e)
	}
	slices.Reverse(list)
	if n := len(list); start == 0 || n == 0 {
		return list, "", nil
	} else if _, missed := list[n-1].Data.(event.Missed); missed {
		return list, "", nil
	}
	return list, strconv.FormatInt(start+1, 10), nil
}
