package scanner_test

import (
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

func TestEscape(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", "SSH-2.0-OpenSSH_9.2p1 Debian-2", "SSH-2.0-OpenSSH_9.2p1 Debian-2"},
		{"line ends", "220 a\r\n\t", `220 a\r\n\t`},
		{"terminal control", "\x1b[31mred\x00", `\x1b[31mred\x00`},
		{"not ASCII", "é", `\xc3\xa9`},
		{"backslash", `\x41`, `\\x41`},
		{"full", strings.Repeat("a", 255), strings.Repeat("a", 255)},
		{"one over", strings.Repeat("a", 256), strings.Repeat("a", 252) + "..."},
		{"escapes are not cut in two", strings.Repeat("a", 251) + "\x00\x00", strings.Repeat("a", 251) + "..."},
		{"100 kB", strings.Repeat("\xff", 100000), strings.Repeat(`\xff`, 63) + "..."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := scanner.Escape(tt.in); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			if got := scanner.Escape([]byte(tt.in)); got != tt.want {
				t.Errorf("as bytes %q", got)
			}
		})
	}
}
