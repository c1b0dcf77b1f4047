package tlsprobe

import (
	"bytes"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// plainAnswer recognises a peer that answers a ClientHello in plain HTTP.
func plainAnswer(first []byte) *scanner.Plain {
	line, _, _ := bytes.Cut(first, []byte("\n"))
	text := strings.ToLower(string(line))
	if !strings.HasPrefix(text, "http/") && !strings.HasPrefix(text, "<html") && !strings.HasPrefix(text, "<!doctype html") {
		return nil
	}
	return &scanner.Plain{Protocol: "http", Banner: scanner.Escape(bytes.TrimRight(line, "\r"))}
}
