package scanner

import "fmt"

// MaxText is how many bytes of a peer's words an observation keeps.
const MaxText = 255

// Escape makes a peer's bytes fit to print, log and store: printable ASCII
// stays, a backslash is doubled, anything else becomes \n, \r, \t or \xNN. No
// more than MaxText bytes come back; "..." marks what was cut.
func Escape[T string | []byte](peer T) string {
	const mark = "..."
	out := make([]byte, 0, min(len(peer), MaxText))
	keep := 0 // longest whole prefix that leaves room for the mark
	for i := range len(peer) {
		next := escapeByte(peer[i])
		if len(out)+len(next) > MaxText {
			return string(out[:keep]) + mark
		}
		out = append(out, next...)
		if len(out) <= MaxText-len(mark) {
			keep = len(out)
		}
	}
	return string(out)
}

func escapeByte(c byte) string {
	switch {
	case c == '\\':
		return `\\`
	case c == '\n':
		return `\n`
	case c == '\r':
		return `\r`
	case c == '\t':
		return `\t`
	case c < ' ' || c > '~':
		return fmt.Sprintf(`\x%02x`, c)
	}
	return string(rune(c))
}
