package main

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

const proxyPassword = "hunter2-9f3a"

// proxies are real ones that want a login and connect from 127.0.0.5, so that
// a server can tell who came through them.
func proxies(t *testing.T) map[string]string {
	t.Helper()
	ports := lab.Ports(t, 2)
	http, socks := ports[0], ports[1]
	conf := filepath.Join(t.TempDir(), "tinyproxy.conf")
	write(t, conf, []byte(fmt.Sprintf("Port %d\nListen 127.0.0.1\nBind 127.0.0.5\nTimeout 60\nMaxClients 100\nBasicAuth bob %s\n", http.Port(), proxyPassword)))
	lab.Daemon(t, http, lab.Program(t, "tinyproxy"), "-d", "-c", conf)
	lab.Daemon(t, socks, lab.Program(t, "microsocks"), "-i", "127.0.0.1", "-p", fmt.Sprint(socks.Port()), "-u", "bob", "-P", proxyPassword, "-b", "127.0.0.5")
	return map[string]string{"http": http.String(), "socks5": socks.String()}
}

// TestScanThroughProxy sees the same through a proxy as without, connects from
// nowhere else, and tells the proxy's password to nobody.
func TestScanThroughProxy(t *testing.T) {
	at := proxies(t)
	var mu sync.Mutex
	from := map[string]int{}
	config := &tls.Config{Certificates: []tls.Certificate{ecdsaCertificate(t)}, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}
	server := serve(t, func(c net.Conn) {
		mu.Lock()
		from[c.RemoteAddr().(*net.TCPAddr).IP.String()]++
		mu.Unlock()
		_ = tls.Server(c, config).Handshake()
	})
	closed := lab.Port(t).String()
	direct := runScan(t, server)
	for scheme, want := range map[string]scanner.Reason{"http": scanner.ReasonUnreachable, "socks5": scanner.ReasonRefused} {
		t.Run(scheme, func(t *testing.T) {
			mu.Lock()
			clear(from)
			mu.Unlock()
			state := t.TempDir()
			r := runScan(t, "--state", state, "--proxy", scheme+"://bob:"+proxyPassword+"@"+at[scheme], "-o", "html="+filepath.Join(state, "r.html"), server, closed)
			if diff := cmp.Diff(direct.at(t, server).TLS.Versions, r.at(t, server).TLS.Versions); diff != "" {
				t.Errorf("versions (-direct +proxied):\n%s", diff)
			}
			mu.Lock()
			if len(from) != 1 || from["127.0.0.5"] != r.at(t, server).TLS.Connections {
				t.Errorf("connections came from %v, and %d were told", from, r.at(t, server).TLS.Connections)
			}
			mu.Unlock()
			if o := r.at(t, closed); o.Failure == nil || o.Failure.Stage != scanner.StageConnect || o.Failure.Reason != want {
				t.Errorf("closed port: %+v", o.Failure)
			}
			if r.status != exitFindings {
				t.Errorf("exit status %d\n%s", r.status, r.stderr)
			}
			if !strings.Contains(string(r.lines[len(r.lines)-1]), `"proxy":"`+scheme+"://"+at[scheme]+`"`) {
				t.Errorf("the sweep's line does not name the proxy: %s", r.lines[len(r.lines)-1])
			}
			told := r.stdout + r.stderr
			for _, line := range r.lines {
				told += string(line)
			}
			noSecret(t, told, state)
		})
	}
}

// noSecret fails the test where text or a file below dir holds the password,
// in clear or as a proxy is sent it.
func noSecret(t *testing.T, text, dir string) {
	t.Helper()
	has := func(s string) bool {
		return strings.Contains(s, proxyPassword) || strings.Contains(s, "Ym9iOmh1bnRlcjItOWYzYQ")
	}
	if has(text) {
		t.Errorf("the output holds the password:\n%s", text)
	}
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if has(string(data)) {
			t.Errorf("%s holds the password", path)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files, %v", files, err)
	}
}

// TestProxyThatFails ends a sweep with one error that says what to do.
func TestProxyThatFails(t *testing.T) {
	at := proxies(t)
	dead := lab.Port(t).String()
	ssh := serve(t, func(c net.Conn) { fmt.Fprint(c, "SSH-2.0-lab\r\n"); c.Read(make([]byte, 512)) })
	target := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ecdsaCertificate(t)}})
	for _, tt := range []struct{ name, proxy, want string }{
		{"dead", "http://" + dead, "fipsweep: the proxy http://" + dead + " cannot be reached: connect: connection refused\n"},
		{"tinyproxy without a login", "http://" + at["http"], "fipsweep: the proxy http://" + at["http"] + " wants credentials (407 Proxy Authentication Required): write http://user:password@host:port\n"},
		{"microsocks without a login", "socks5://" + at["socks5"], "fipsweep: the proxy socks5://" + at["socks5"] + " wants credentials: write socks5://user:password@host:port\n"},
		{"microsocks with a wrong login", "socks5://bob:" + proxyPassword + "x@" + at["socks5"], "fipsweep: the proxy socks5://" + at["socks5"] + " refuses the credentials\n"},
		{"the other kind", "socks5://" + at["http"], "fipsweep: the proxy socks5://" + at["http"] + " does not answer: i/o timeout\n"},
		{"no proxy", "http://" + ssh, "fipsweep: the proxy http://" + ssh + ` is no HTTP proxy: it answers "SSH-2.0-lab\\r\\n"` + "\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			state := t.TempDir()
			var out, errs bytes.Buffer
			status := run([]string{"scan", "--state", state, "--timeout", "2s", "--proxy", tt.proxy, target}, streams{in: &bytes.Buffer{}, out: &out, err: &errs})
			_, said, _ := strings.Cut(errs.String(), "\n") // the first line names the sweep
			said, resume, _ := strings.Cut(said, "what was finished is kept, with 1 endpoint left ("+target+"); go on with: fipsweep scan --resume ")
			if resume == "" {
				t.Errorf("no word of how to go on: %s", &errs)
			}
			if status != exitFailed || out.Len() > 0 || said != tt.want {
				t.Errorf("exit status %d, want %q\n%s%s", status, tt.want, said, &out)
			}
			noSecret(t, out.String()+errs.String(), state)
		})
	}
}
