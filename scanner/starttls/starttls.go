// Package starttls holds the conversations in clear that come before TLS: those
// that turn to it (STARTTLS and its kin), the question that tells a protocol
// where TLS is not spoken though it comes first or not at all, and what tells
// whether a server insists on TLS.
//
// It is handed a connection with a deadline, says what the protocol's documents
// have a client say, never logs in, and reads no more of a reply than is bounded.
package starttls

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

const (
	maxLine  = 4 << 10 // no protocol here allows as much for a line
	maxLines = 128     // of one reply
)

// A Talk is a conversation in clear that comes before TLS, or in its stead. The
// caller says who is asked; what was learned stands in it also where it failed.
type Talk struct {
	Scheme string // of the protocol
	Host   string // what to call the server
	// Curious asks whether the server insists on TLS, where it does not say so by
	// itself, by something that is neither a login nor leaves anything behind. Who
	// hangs up on that is to be asked again without.
	Curious bool
	// Insisted is of FTP: the server insists of users with a password. Of one that
	// hung up after it said so, the next Talk is to be told, and asks the rest.
	Insisted bool

	Required *bool         // whether the server insists on TLS; nil where it did not say
	Through  io.ReadWriter // what TLS goes through where TLS comes next: bytes may have been read ahead

	conn   net.Conn
	r      *bufio.Reader
	banner string
}

// A Dialogue is one protocol's part of a Talk. It ends where the next byte is
// the ClientHello's, or in an error.
type Dialogue func(*Talk) error

// upgrades is the dialogues that turn to TLS, by scheme. Never written to.
var upgrades = map[string]Dialogue{
	"ftp":         ftp,
	"imap":        imap,
	"irc":         irc,
	"ldap":        ldap,
	"lmtp":        lmtp,
	"mariadb":     mysql,
	"mssql":       mssql,
	"mysql":       mysql,
	"nntp":        nntp,
	"pop3":        pop3,
	"postgres":    postgres,
	"rdp":         rdp,
	"sieve":       sieve,
	"smtp":        smtp,
	"submission":  smtp,
	"xmpp":        xmppClient,
	"xmpp-client": xmppClient,
	"xmpp-server": xmppServer,
}

// Schemes lists the protocols that are asked to turn to TLS or known without it.
func Schemes() []string {
	return slices.Concat(slices.Sorted(maps.Keys(upgrades)), slices.Sorted(maps.Keys(wrapped)))
}

// Upgrade is what comes before TLS in the protocol of the scheme; nil where
// nothing does.
func Upgrade(scheme string) Dialogue { return upgrades[scheme] }

// Declined ends a talk that did not lead to TLS: the server has no STARTTLS, or
// would not have it now.
type Declined struct {
	Plain   *scanner.Plain  // the protocol without TLS; nil where it is not known
	Failure scanner.Failure // why not, where Plain is nil
}

func (d *Declined) Error() string {
	if d.Plain != nil {
		return d.Plain.Protocol + " offers no STARTTLS"
	}
	return string(d.Failure.Reason) + ": " + d.Failure.Detail
}

// Hold leads a connection through a dialogue. An error is a *Declined, or the
// network's own where the peer had said nothing before.
func (t *Talk) Hold(conn net.Conn, d Dialogue) error {
	heard := &listener{r: conn}
	t.conn, t.r = conn, bufio.NewReaderSize(heard, maxLine)
	err := d(t)
	if refusal := (*Declined)(nil); err != nil && heard.any && !errors.As(err, &refusal) {
		return &Declined{Failure: scanner.Failure{Stage: scanner.StageSTARTTLS, Reason: scanner.ReasonOf(err), Detail: err.Error()}}
	}
	if err == nil && t.Through == nil {
		t.Through = &upgraded{conn, t.r}
	}
	return err
}

// upgraded is a connection with a reader of its own: what was read ahead of it
// comes first.
type upgraded struct {
	net.Conn
	r io.Reader
}

func (u *upgraded) Read(p []byte) (int, error) { return u.r.Read(p) }

// listener remembers whether the peer has said anything.
type listener struct {
	r   io.Reader
	any bool
}

func (l *listener) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	l.any = l.any || n > 0
	return n, err
}

// none is the server's word that it has no STARTTLS.
func (t *Talk) none() error {
	return &Declined{Plain: &scanner.Plain{Protocol: t.Scheme, Banner: t.banner}}
}

// busy is a refusal for now: the peer limits us or is not well.
func (t *Talk) busy(reply string) error {
	return t.fail(scanner.ReasonThrottled, reply)
}

// lost is a reply that the protocol does not know.
func (t *Talk) lost(reply string) error {
	return t.fail(scanner.ReasonGarbage, reply)
}

func (t *Talk) fail(reason scanner.Reason, reply string) error {
	return &Declined{Failure: scanner.Failure{
		Stage: scanner.StageSTARTTLS, Reason: reason, Detail: t.Scheme + ": " + scanner.Escape(reply),
	}}
}

// line reads one line without its end.
func (t *Talk) line() (string, error) {
	b, err := t.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", t.fail(scanner.ReasonTooLarge, string(b))
	}
	if err != nil {
		if len(b) > 0 && errors.Is(err, io.EOF) {
			return "", t.lost(string(b))
		}
		return "", fmt.Errorf("reading a reply of %s: %w", t.Scheme, err)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

func (t *Talk) say(text string) error {
	if _, err := io.WriteString(t.conn, text); err != nil {
		return fmt.Errorf("asking %s for TLS: %w", t.Scheme, err)
	}
	return nil
}

// reply reads a numbered reply, RFC 5321 section 4.2.1 and RFC 959 section
// 4.2: its code and its lines. In FTP the lines between may have no number.
func (t *Talk) reply() (code string, lines []string, err error) {
	for len(lines) < maxLines {
		line, err := t.line()
		if err != nil {
			return "", nil, err
		}
		lines = append(lines, line)
		if code == "" {
			if len(line) < 3 || strings.Trim(line[:3], "0123456789") != "" {
				return "", nil, t.lost(line)
			}
			code = line[:3]
		}
		if strings.HasPrefix(line, code) && (len(line) == 3 || line[3] != '-') {
			return code, lines, nil
		}
	}
	return "", nil, t.fail(scanner.ReasonTooLarge, lines[0])
}

// greeting reads a numbered greeting of class 2.
func (t *Talk) greeting() error {
	code, lines, err := t.reply()
	if err != nil {
		return err
	}
	t.banner = scanner.Escape(lines[0])
	switch code[0] {
	case '2':
		return nil
	case '1', '4': // FTP's 120 is ready in so many minutes
		return t.busy(lines[0])
	case '5':
		return t.fail(scanner.ReasonDenied, lines[0])
	}
	return t.lost(lines[0])
}

// ask sends a command and expects the code; class 4 is a refusal for now, any
// other reply the lack of STARTTLS.
func (t *Talk) ask(command, want string) error {
	if err := t.say(command + "\r\n"); err != nil {
		return err
	}
	code, lines, err := t.reply()
	switch {
	case err != nil:
		return err
	case code == want:
		return nil
	case code[0] == '4':
		return t.busy(lines[0])
	}
	return t.none()
}
