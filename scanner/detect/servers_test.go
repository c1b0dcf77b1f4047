package detect_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
)

// TestOpenSSH costs one connection on a port where SSH is usual, and one more
// where it got a ClientHello first.
func TestOpenSSH(t *testing.T) {
	sshd, keygen := lab.Program(t, "sshd"), lab.Program(t, "ssh-keygen")
	if os.Geteuid() == 0 {
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	key := filepath.Join(t.TempDir(), "key")
	if out, err := exec.Command(keygen, "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	addr := lab.Port(t)
	lab.Daemon(t, addr, sshd, "-D", "-e", "-f", "/dev/null", "-h", key, "-o", "ListenAddress="+addr.String(), "-o", "PidFile=none")
	for _, tt := range []struct {
		name        string
		port        uint16
		connections int
	}{{"usual port", 22, 1}, {"odd port", 443, 2}} {
		t.Run(tt.name, func(t *testing.T) {
			b := &bench{t: t, to: addr}
			o := b.probe(tt.port, time.Second, 5*time.Second)
			if o.SSH == nil || len(o.SSH.HostKeys) != 1 || !strings.HasPrefix(o.SSH.Banner, "SSH-2.0-OpenSSH") {
				t.Fatalf("%+v %+v", o.SSH, o.Failure)
			}
			if n := int(b.dials.Load()); n != tt.connections || o.SSH.Connections != n {
				t.Errorf("%d connections, says %d, want %d", n, o.SSH.Connections, tt.connections)
			}
		})
	}
}

func TestDropbear(t *testing.T) {
	dropbear, keygen := lab.Program(t, "dropbear"), lab.Program(t, "dropbearkey")
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	if out, err := exec.Command(keygen, "-t", "ed25519", "-f", key).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	addr := lab.Port(t)
	lab.Daemon(t, addr, dropbear, "-F", "-E", "-p", addr.String(), "-P", filepath.Join(dir, "pid"), "-r", key)
	b := &bench{t: t, to: addr}
	if o := b.probe(8443, time.Second, 5*time.Second); o.SSH == nil || o.SSH.Kexinit == nil {
		t.Fatalf("%+v %+v", o.SSH, o.Failure)
	}
}

func TestVSFTPD(t *testing.T) {
	addr := lab.Port(t)
	lab.Vsftpd(t, addr, "")
	for _, tt := range []struct {
		name string
		port uint16
	}{{"usual port", 21}, {"odd port", 8443}} {
		t.Run(tt.name, func(t *testing.T) {
			b := &bench{t: t, to: addr}
			if o := b.probe(tt.port, time.Second, 5*time.Second); o.TLS == nil || b.protocol != "ftp" {
				t.Fatalf("%+v %+v, protocol %q", o.Plain, o.Failure, b.protocol)
			}
		})
	}
}

// TestNginx serves plain HTTP, which answers a ClientHello with an error page.
func TestNginx(t *testing.T) {
	addr := lab.Port(t)
	lab.Nginx(t, addr, ";")
	b := &bench{t: t, to: addr}
	o := b.probe(443, time.Second, 5*time.Second)
	if o.Plain == nil || o.Plain.Protocol != "http" {
		t.Errorf("%+v %+v", o.Plain, o.Failure)
	}
}

// TestGoTLS has a TLS server answer on a usual port and on one where a
// greeting is waited for.
func TestGoTLS(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	addr := serve(t, func(c net.Conn) { tls.Server(c, config).Handshake() })
	for _, port := range []uint16{443, 8080, 22, 25} {
		b := &bench{t: t, to: addr}
		o := b.probe(port, 300*time.Millisecond, 5*time.Second)
		if o.TLS == nil || b.dials.Load() != 1 || len(b.first) == 0 || b.first[0] != 0x16 {
			t.Errorf("port %d: %+v, failure %+v, %d connections, read %x", port, o.TLS, o.Failure, b.dials.Load(), b.first)
		}
	}
}
