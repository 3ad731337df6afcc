package output

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"sync"
)

// yamlList is a YAML sequence, written element by element. What is written is the part of YAML that
// JSON values need; the packages for all of it are slow to start.
type yamlList struct {
	w     io.Writer
	begun bool
}

func (p *yamlList) row(value any) error {
	p.begun = true
	return p.write([]any{value})
}

func (p *yamlList) single(value any) error {
	p.begun = true
	return p.write(value)
}

func (p *yamlList) write(value any) error {
	var b bytes.Buffer
	writeYAML(&b, value, 0)
	_, err := p.w.Write(bytes.TrimLeft(append(b.Bytes(), '\n'), " \n"))
	return err
}

func (p *yamlList) end() error {
	if p.begun {
		return nil
	}
	_, err := io.WriteString(p.w, "[]\n")
	return err
}

// writeYAML writes a value after its key or hyphen: a scalar on the same line, all else below.
func writeYAML(b *bytes.Buffer, node any, depth int) {
	indent := "\n" + strings.Repeat("  ", depth)
	switch v := node.(type) {
	case *object:
		if len(v.keys) == 0 {
			b.WriteString(" {}")
		}
		for _, key := range v.keys {
			b.WriteString(indent + scalar(key) + ":")
			writeYAML(b, v.values[key], depth+1)
		}
	case []any:
		if len(v) == 0 {
			b.WriteString(" []")
		}
		for _, item := range v {
			var below bytes.Buffer
			writeYAML(&below, item, depth+1)
			first := strings.TrimLeft(below.String(), "\n ")
			b.WriteString(indent + "- " + first)
		}
	default:
		b.WriteString(" " + scalar(v))
	}
}

// plainText is what YAML reads as the text that it is. A date or a number is none.
var plainText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_/][A-Za-z0-9_./@-]*$`) })

// words are not texts, by YAML 1.1 or 1.2.
const words = " null true false yes no on off y n "

// scalar is a value on one line: quoted as in JSON, unless the text is plain.
func scalar(node any) string {
	text, ok := node.(string)
	if !ok {
		return string(compact(node))
	}
	if plainText().MatchString(text) && !strings.Contains(words, " "+strings.ToLower(text)+" ") {
		return text
	}
	return string(compact(json.RawMessage(compact(text))))
}
