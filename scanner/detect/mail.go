package detect

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// mailOrFTP settles who says "220" without a word of what it is: by the port,
// else by whether it understands EHLO (RFC 5321 section 4.1.1.1), which FTP
// does not know. A server that was sent a ClientHello, or that turned us away,
// cannot be asked.
func mailOrFTP(l *listener, e scanner.Endpoint, spoiled bool, until time.Time) string {
	if protocol := protocolOfPort(e.Port); protocol != "" {
		return protocol
	}
	if spoiled || l.err != nil {
		return "unknown"
	}
	if l.wait(until) != nil {
		return "unknown"
	}
	if _, err := io.WriteString(l, "EHLO fipsweep.invalid\r\n"); err != nil {
		return "unknown"
	}
	lines := bufio.NewReaderSize(io.LimitReader(io.MultiReader(bytes.NewReader(l.heard), l.Conn), 16<<10), maxGreeting)
	for range 64 {
		line, err := lines.ReadSlice('\n')
		switch {
		case err != nil:
			return "unknown"
		case bytes.HasPrefix(line, []byte("250")):
			return "smtp"
		case len(line) >= 4 && (line[0] == '5' || line[0] == '4') && line[3] == ' ':
			return "ftp"
		}
	}
	return "unknown"
}

// firstLine is a greeting as it is kept. What is no text is cut where it stops
// being one.
func firstLine(heard []byte) string {
	line, _, _ := strings.Cut(string(heard), "\n")
	return scanner.Escape(strings.TrimSuffix(line, "\r"))
}
