package tlsprobe

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

// A talk is a plain-text conversation that is to turn to TLS.
type talk struct {
	conn     net.Conn
	r        *bufio.Reader
	host     string // what to call the server
	protocol string
	banner   string
	through  io.ReadWriter // what TLS goes through, where not the connection itself
	required *bool         // the server insists on TLS; nil where it did not say
	curious  bool          // it is asked, where it does not say by itself
	insisted bool          // of FTP: it insists for users with a password
}

// dialogues is the STARTTLS conversations by scheme. Each ends where the next
// byte is the ClientHello's. Never written to.
var dialogues = map[string]func(*talk) error{
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

// Schemes lists what an endpoint's Scheme may be: "tls" for TLS at once, and
// the protocols that are asked to turn to it or known without it.
func Schemes() []string {
	return slices.Concat([]string{"tls"}, slices.Sorted(maps.Keys(dialogues)), slices.Sorted(maps.Keys(wrapped)))
}

// declined ends a dialogue that did not lead to TLS: the server has no
// STARTTLS, or would not have it now.
type declined struct {
	plain   *scanner.Plain
	failure scanner.Failure
}

func (d *declined) Error() string {
	if d.plain != nil {
		return d.plain.Protocol + " offers no STARTTLS"
	}
	return string(d.failure.Reason) + ": " + d.failure.Detail
}

// maxConnections bounds the connections to servers that shut out a host which
// breaks too many handshakes off: MySQL and MariaDB do after 100
// (max_connect_errors). They count every connection that ends before a login,
// however it does, and add up over sweeps until a client of the host logs in:
// two sweeps stay below. A login that is refused does not count (MariaDB 10.11),
// but it would be one, and sets nothing back. Never written to.
var maxConnections = map[string]int{"mysql": 49, "mariadb": 49}

// counted tells whether the server counts connections. It is not asked what
// such servers have no use for: they know no server names, and their clients
// do not fall back.
func (s *session) counted() bool { return maxConnections[s.endpoint.Scheme] > 0 }

// converse leads a connection through a dialogue and returns what it came to;
// TLS goes through talk.through, since bytes may have been read ahead. An error
// of the network comes as it is, unless the peer had spoken before; what was
// learned until then comes with it.
func converse(conn net.Conn, e scanner.Endpoint, dialogue func(*talk) error, curious, insisted bool) (*talk, error) {
	t := &talk{conn: conn, host: serverName(e), protocol: e.Scheme, curious: curious, insisted: insisted}
	heard := &listener{r: conn}
	t.r = bufio.NewReaderSize(heard, maxLine)
	if t.host == "" {
		t.host = e.Address.String()
	}
	err := dialogue(t)
	if refusal := (*declined)(nil); err != nil && heard.any && !errors.As(err, &refusal) {
		return t, &declined{failure: scanner.Failure{Stage: scanner.StageSTARTTLS, Reason: scanner.ReasonOf(err), Detail: err.Error()}}
	}
	if err != nil {
		return t, err
	}
	if t.through == nil {
		t.through = &upgraded{conn, t.r}
	}
	return t, nil
}

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
func (t *talk) none() error {
	return &declined{plain: &scanner.Plain{Protocol: t.protocol, Banner: t.banner}}
}

// busy is a refusal for now: the peer limits us or is not well.
func (t *talk) busy(reply string) error {
	return t.fail(scanner.ReasonThrottled, reply)
}

// lost is a reply that the protocol does not know.
func (t *talk) lost(reply string) error {
	return t.fail(scanner.ReasonGarbage, reply)
}

func (t *talk) fail(reason scanner.Reason, reply string) error {
	return &declined{failure: scanner.Failure{
		Stage: scanner.StageSTARTTLS, Reason: reason, Detail: t.protocol + ": " + escape([]byte(reply)),
	}}
}

// line reads one line without its end.
func (t *talk) line() (string, error) {
	b, err := t.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", t.fail(scanner.ReasonTooLarge, string(b))
	}
	if err != nil {
		if len(b) > 0 && errors.Is(err, io.EOF) {
			return "", t.lost(string(b))
		}
		return "", fmt.Errorf("reading a reply of %s: %w", t.protocol, err)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

func (t *talk) say(text string) error {
	if _, err := io.WriteString(t.conn, text); err != nil {
		return fmt.Errorf("asking %s for TLS: %w", t.protocol, err)
	}
	return nil
}

// reply reads a numbered reply, RFC 5321 section 4.2.1 and RFC 959 section
// 4.2: its code and its lines. In FTP the lines between may have no number.
func (t *talk) reply() (code string, lines []string, err error) {
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
func (t *talk) greeting() error {
	code, lines, err := t.reply()
	if err != nil {
		return err
	}
	t.banner = printable([]byte(lines[0]))
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
func (t *talk) ask(command, want string) error {
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
