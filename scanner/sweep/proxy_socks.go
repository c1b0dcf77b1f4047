package sweep

import (
	"fmt"
	"io"
	"net/netip"
	"syscall"
)

// The codes of RFC 1928.
const (
	socksVersion  = 5
	socksNoLogin  = 0
	socksPassword = 2
	socksConnect  = 1
)

// socks5 is RFC 1928 with the login of RFC 1929. What goes wrong before the
// address is sent is the proxy's fault.
func (p *Proxy) socks5(rw io.ReadWriter, addr netip.AddrPort) error {
	if err := p.socksGreet(rw); err != nil {
		return err
	}
	ip := addr.Addr().Unmap()
	kind := byte(1) // IPv4
	if ip.Is6() {
		kind = 4
	}
	request := append([]byte{socksVersion, socksConnect, 0, kind}, ip.AsSlice()...)
	if _, err := rw.Write(append(request, byte(addr.Port()>>8), byte(addr.Port()))); err != nil {
		return unanswered(err)
	}
	reply := make([]byte, 4)
	if _, err := io.ReadFull(rw, reply); err != nil {
		return unanswered(err)
	}
	if reply[0] != socksVersion || reply[2] != 0 {
		return p.lost("is no SOCKS5 proxy: it answers % x", reply)
	}
	if reply[1] != 0 {
		return p.socksRefusal(reply[1])
	}
	return p.socksBound(rw, reply[3])
}

// socksGreet agrees on how to log in, and does.
func (p *Proxy) socksGreet(rw io.ReadWriter) error {
	hello := []byte{socksVersion, 1, socksNoLogin}
	if p.login {
		hello = []byte{socksVersion, 2, socksNoLogin, socksPassword}
	}
	method, err := p.socksAsk(rw, hello)
	switch {
	case err != nil:
		return err
	case method[0] != socksVersion:
		return p.lost("is no SOCKS5 proxy: it answers % x", method)
	case method[1] == socksNoLogin:
		return nil
	case method[1] == socksPassword && p.login:
		return p.socksLogin(rw)
	case p.login:
		return p.lost("takes no user and password: it wants another way to log in")
	}
	return p.lost("wants credentials: write socks5://user:password@host:port")
}

func (p *Proxy) socksLogin(rw io.ReadWriter) error {
	login := append([]byte{1, byte(len(p.user))}, p.user...)
	login = append(append(login, byte(len(p.password))), p.password...)
	answer, err := p.socksAsk(rw, login)
	if err == nil && answer[1] != 0 {
		return p.lost("refuses the credentials")
	}
	return err
}

// socksAsk says something and reads an answer of two bytes, which concern the
// proxy alone.
func (p *Proxy) socksAsk(rw io.ReadWriter, say []byte) (answer [2]byte, err error) {
	if _, err = rw.Write(say); err == nil {
		_, err = io.ReadFull(rw, answer[:])
	}
	if err != nil {
		return answer, &lostProxy{proxy: p.String(), why: "does not answer: " + dialFault(err)}
	}
	return answer, nil
}

// socksRefusal is the meaning of a reply, RFC 1928 section 6.
func (p *Proxy) socksRefusal(code byte) error {
	switch code {
	case 1:
		return &proxyRefusal{"general failure", syscall.EHOSTUNREACH}
	case 2:
		return &proxyRefusal{"its rules do not allow it", syscall.EACCES}
	case 3:
		return &proxyRefusal{"network unreachable", syscall.ENETUNREACH}
	case 4:
		return &proxyRefusal{"host unreachable", syscall.EHOSTUNREACH}
	case 5:
		return &proxyRefusal{"connection refused", syscall.ECONNREFUSED}
	case 6:
		return &proxyRefusal{"TTL expired", syscall.ETIMEDOUT}
	case 7:
		return p.lost("does not take CONNECT")
	case 8:
		return &proxyRefusal{"it has no addresses of this kind", syscall.EAFNOSUPPORT}
	}
	return &proxyRefusal{fmt.Sprintf("reply %d", code), syscall.EHOSTUNREACH}
}

// socksBound reads the address at the end of a reply, which nobody needs.
func (p *Proxy) socksBound(r io.Reader, kind byte) error {
	n := 0
	switch kind {
	case 1:
		n = 4
	case 4:
		n = 16
	case 3:
		var length [1]byte
		if _, err := io.ReadFull(r, length[:]); err != nil {
			return unanswered(err)
		}
		n = int(length[0])
	default:
		return p.lost("is no SOCKS5 proxy: it answers with an address of kind %d", kind)
	}
	if _, err := io.ReadFull(r, make([]byte, n+2)); err != nil {
		return unanswered(err)
	}
	return nil
}
