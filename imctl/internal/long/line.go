// Package long has what commands share that take long: the line that shows how far they are, and how to go on
// after they were stopped.
package long

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/imrest/im-go/imctl/internal/app"
)

// State is how far a command is.
type State struct {
	Done, Refused, Unknown int
	Total                  int     // 0: not known
	Rate                   float64 // a second
	Pool                   string  // of quotas, the one that calls wait for most
	Left                   time.Duration
}

// Every is how often the state is to be shown: on a terminal a bar moves, a pipe gets a line now and then.
func Every(a *app.App) time.Duration {
	if a.Terminal.Stderr {
		return 200 * time.Millisecond
	}
	return 10 * time.Second
}

// Line shows the state on stderr: as a bar on a terminal, as a plain line in a pipe, and not at all
// under --quiet.
type Line struct {
	app *app.App

	mu    sync.Mutex
	drawn bool
}

// NewLine is a line that shows nothing yet.
func NewLine(a *app.App) *Line { return &Line{app: a} }

// Show shows a state.
func (l *Line) Show(s State) {
	if l.app.Globals.Quiet {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.app.Terminal.Stderr {
		fmt.Fprint(l.app.Stderr, l.app.Join(l.words(s))+"\n")
		return
	}
	fmt.Fprint(l.app.Stderr, erase+l.bar(s, l.width()))
	l.drawn = true
}

// erase goes to the beginning of the line and empties it.
const erase = "\r\x1b[K"

// End takes the bar away, so that other output begins on an empty line.
func (l *Line) End() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end()
}

func (l *Line) end() {
	if l.drawn {
		fmt.Fprint(l.app.Stderr, erase)
		l.drawn = false
	}
}

// Warn writes a message to stderr, with the bar taken away before it.
func (l *Line) Warn(english string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end()
	l.app.Warn(english, args...)
}

// Above is w, with the bar taken away before each write.
func (l *Line) Above(w io.Writer) io.Writer { return above{l, w} }

type above struct {
	line *Line
	w    io.Writer
}

func (a above) Write(p []byte) (int, error) {
	a.line.mu.Lock()
	defer a.line.mu.Unlock()
	a.line.end()
	return a.w.Write(p)
}

func (l *Line) width() int {
	if l.app.Terminal.Width != nil {
		if width := l.app.Terminal.Width(); width > 0 {
			return width
		}
	}
	return 80
}

// words are the parts of a line in a pipe.
func (l *Line) words(s State) []string {
	words := []string{l.counts(s)}
	if s.Refused > 0 {
		words = append(words, l.app.T("%s refused", Number(s.Refused)))
	}
	if s.Unknown > 0 {
		words = append(words, l.app.T("%s unknown", Number(s.Unknown)))
	}
	words = append(words, l.app.T("%s a second", Number(int(s.Rate))))
	if s.Left > 0 {
		words = append(words, l.app.T("%s left", s.Left.Round(time.Second)))
	}
	if s.Pool != "" {
		words = append(words, l.app.T("held up by the quota %s", s.Pool))
	}
	return words
}

func (l *Line) counts(s State) string {
	if s.Total > 0 {
		return l.app.T("%s of %s done", Number(s.Done), Number(s.Total))
	}
	return l.app.T("%s done", Number(s.Done))
}

// narrowest is the least bar that is worth its place.
const narrowest = 10

// bar is the state in one line of a terminal: what has no room is left out, the least important first.
func (l *Line) bar(s State, width int) string {
	parts := []string{Number(int(s.Rate)) + "/s"}
	if s.Left > 0 {
		parts = append(parts, l.app.T("%s left", s.Left.Round(time.Second)))
	}
	if s.Pool != "" {
		parts = append(parts, s.Pool)
	}
	if s.Refused+s.Unknown > 0 {
		parts = append(parts, l.app.T("%s not done", Number(s.Refused+s.Unknown)))
	}
	settled := min(s.Done+s.Refused+s.Unknown, s.Total)
	if s.Total == 0 {
		return text.Trim(strings.Join(append([]string{l.counts(s)}, parts...), "  "), width-1)
	}
	part := float64(settled) / float64(s.Total)
	head := fmt.Sprintf("%3d%%  ", int(100*part))
	tail := strings.Join(append(parts, l.counts(s)), "  ")
	for len(parts) > 0 && text.StringWidth(head+tail) > width-1-narrowest-4 {
		tail = strings.Join(parts, "  ")
		parts = parts[:len(parts)-1]
	}
	room := width - 1 - text.StringWidth(head+tail) - 4
	if room < narrowest {
		return text.Trim(head+tail, width-1)
	}
	room = min(room, 40)
	full := int(float64(room) * part)
	return "[" + strings.Repeat("=", full) + strings.Repeat(" ", room-full) + "] " + head + tail
}

// Number is a number with commas between its thousands.
func Number(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
