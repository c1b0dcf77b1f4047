package sweep

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"syscall"

	"github.com/fipsweep/fipsweep/scanner"
)

const (
	maxProxyLine  = 4 << 10 // bytes of one line of a proxy's answer
	maxProxyLines = 128     // of all of it
)

// connectHTTP is the CONNECT method, RFC 9110 section 9.3.6.
func (p *Proxy) connectHTTP(rw io.ReadWriter, addr netip.AddrPort) (ahead []byte, err error) {
	request := fmt.Sprintf("CONNECT %[1]s HTTP/1.1\r\nHost: %[1]s\r\n", addr)
	if p.login {
		request += "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(p.user+":"+p.password)) + "\r\n"
	}
	if _, err := io.WriteString(rw, request+"\r\n"); err != nil {
		return nil, unanswered(err)
	}
	r := bufio.NewReaderSize(rw, maxProxyLine)
	status, text, err := p.status(r)
	switch {
	case err != nil:
		return nil, err
	case status == "407" && p.login:
		return nil, p.lost("refuses the credentials: %s", text)
	case status == "407":
		return nil, p.lost("wants credentials (%s): write %s://user:password@host:port", text, p.scheme)
	case status == "400" || status == "405" || status == "501":
		return nil, p.lost("does not take CONNECT: %s", text)
	case status[0] != '2':
		return nil, &proxyRefusal{text, httpLike(status)}
	}
	for range maxProxyLines {
		line, err := r.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, p.lost("answers with a line that has no end")
		case err != nil:
			return nil, unanswered(err)
		case len(bytes.TrimRight(line, "\r\n")) == 0:
			ahead, _ := r.Peek(r.Buffered())
			return slices.Clone(ahead), nil
		}
	}
	return nil, p.lost("answers with more header lines than anybody needs")
}

// status reads the status line, RFC 9112 section 4.
func (p *Proxy) status(r *bufio.Reader) (code, text string, err error) {
	line, err := r.ReadSlice('\n')
	if err != nil && len(line) == 0 {
		return "", "", unanswered(err)
	}
	version, text, _ := strings.Cut(strings.TrimRight(string(line), "\r\n"), " ")
	if err != nil || !strings.HasPrefix(version, "HTTP/1.") || len(text) < 3 || strings.Trim(text[:3], "0123456789") != "" || len(text) > 3 && text[3] != ' ' {
		return "", "", p.lost("is no HTTP proxy: it answers %q", scanner.Escape(string(line[:min(len(line), 48)])))
	}
	return text[:3], scanner.Escape(text), nil
}

// httpLike is the error of a direct connection that a status stands for. Most
// proxies have one status for whatever keeps them from connecting.
func httpLike(status string) error {
	switch status {
	case "403", "451":
		return syscall.EACCES
	case "408", "504":
		return syscall.ETIMEDOUT
	}
	return syscall.EHOSTUNREACH
}
