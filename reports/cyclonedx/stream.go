package cyclonedx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// A stream writes one JSON object member by member, so that a list may be
// longer than memory. Each element of a list is on a line of its own. The
// first error ends it.
type stream struct {
	w       io.Writer
	buf     bytes.Buffer
	err     error
	members int
	items   int
}

func (s *stream) write(text string) {
	if s.err != nil {
		return
	}
	if _, err := io.WriteString(s.w, text); err != nil {
		s.err = fmt.Errorf("write CycloneDX: %w", err)
	}
}

// encode writes a value on one line.
func (s *stream) encode(v any) {
	if s.err != nil {
		return
	}
	s.buf.Reset()
	e := json.NewEncoder(&s.buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		s.err = fmt.Errorf("encode CycloneDX: %w", err)
		return
	}
	s.write(string(bytes.TrimRight(s.buf.Bytes(), "\n")))
}

func (s *stream) name(member string) {
	sep := ",\n"
	if s.members == 0 {
		sep = "{\n"
	}
	s.members++
	s.write(fmt.Sprintf("%s  %q: ", sep, member))
}

func (s *stream) member(name string, v any) {
	s.name(name)
	s.encode(v)
}

// list writes a member whose elements fill hands over.
func (s *stream) list(name string, fill func(item func(any)) error) error {
	s.name(name)
	s.write("[")
	s.items = 0
	err := fill(func(v any) {
		if s.items > 0 {
			s.write(",")
		}
		s.items++
		s.write("\n    ")
		s.encode(v)
	})
	if err != nil {
		return err
	}
	if s.items > 0 {
		s.write("\n  ")
	}
	s.write("]")
	return s.err
}

func (s *stream) end() error {
	s.write("\n}\n")
	return s.err
}
