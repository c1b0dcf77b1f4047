package bench

import (
	"bufio"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// farmEnv makes the test program the farm, of so many endpoints.
const farmEnv = "BENCH_FIPSWEEP_FARM"

// A farm is many TLS servers of Go's in one other process, each at an address
// of its own from 127.1.0.0 on and all on one port.
type farm struct {
	port uint16
	ask  io.Writer
	says *bufio.Reader
}

// farmAt is the address of the i-th server.
func farmAt(i int) netip.Addr {
	var a [4]byte
	binary.BigEndian.PutUint32(a[:], 0x7f010000+uint32(i))
	return netip.AddrFrom4(a)
}

// network is the first n servers, a power of two.
func (f *farm) network(n int) string {
	bits := 32
	for size := 1; size < n; size *= 2 {
		bits--
	}
	return netip.PrefixFrom(farmAt(0), bits).String()
}

// A load is what the farm had to bear since it was asked before.
type load struct {
	Connections, Most int // in all; at the server that had most
	CPU               time.Duration
}

func (f *farm) load(b *testing.B) load {
	b.Helper()
	var l load
	_, err := fmt.Fprintln(f.ask)
	if err == nil {
		_, err = fmt.Fscanln(f.says, &l.Connections, &l.Most, &l.CPU)
	}
	if err != nil {
		b.Fatalf("the farm is gone: %v", err)
	}
	return l
}

// startFarm starts a farm of n servers.
func startFarm(b *testing.B, n int) *farm {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", farmEnv, n))
	cmd.Stderr = os.Stderr
	in, inErr := cmd.StdinPipe()
	out, outErr := cmd.StdoutPipe()
	if err := errors.Join(inErr, outErr, cmd.Start()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	f := &farm{ask: in, says: bufio.NewReader(out)}
	if _, err := fmt.Fscanln(f.says, &f.port); err != nil {
		b.Fatalf("the farm did not start: %v", err)
	}
	return f
}

// A breed is one way to configure Go's server, and what it has by that
// configuration and Go's own tables.
type breed struct {
	name   string
	config func(ec, rsa tls.Certificate) *tls.Config
	truth  Found
}

// oldSuites are what a server of breed "old" takes.
func oldSuites() []uint16 {
	return []uint16{tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_RSA_WITH_AES_256_CBC_SHA, tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}
}

// breeds are what stands on a farm, one after the other.
func breeds() []breed {
	var modern, both []uint16
	for _, s := range tls.CipherSuites() {
		if both = append(both, s.ID); !strings.Contains(s.Name, "_RSA_") {
			modern = append(modern, s.ID)
		}
	}
	return []breed{
		{"modern", func(ec, _ tls.Certificate) *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{ec}, MinVersion: tls.VersionTLS12, CurvePreferences: []tls.CurveID{tls.X25519MLKEM768, tls.X25519, tls.CurveP256}}
		}, truthOf(modern, tls.VersionTLS12, tls.VersionTLS13, "X25519MLKEM768", "x25519", "secp256r1")},
		{"two certificates", func(ec, rsa tls.Certificate) *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{ec, rsa}, MinVersion: tls.VersionTLS12, CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}}
		}, truthOf(both, tls.VersionTLS12, tls.VersionTLS13, "x25519", "secp256r1", "secp384r1", "secp521r1")},
		{"ML-KEM alone", func(ec, _ tls.Certificate) *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{ec}, MinVersion: tls.VersionTLS13, CurvePreferences: []tls.CurveID{tls.X25519MLKEM768}}
		}, truthOf(both, tls.VersionTLS13, tls.VersionTLS13, "X25519MLKEM768")},
		{"old", func(_, rsa tls.Certificate) *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{rsa}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12, CipherSuites: oldSuites(),
				CurvePreferences: []tls.CurveID{tls.CurveP256, tls.CurveP384}}
		}, truthOf(oldSuites(), tls.VersionTLS10, tls.VersionTLS12, "secp256r1", "secp384r1")},
	}
}

// truthOf is the suites by the versions, from one to another, that Go's tables
// have them in.
func truthOf(ids []uint16, first, last uint16, groups ...string) Found {
	names := map[uint16]string{tls.VersionTLS10: scanner.TLSv10, tls.VersionTLS11: scanner.TLSv11, tls.VersionTLS12: scanner.TLSv12, tls.VersionTLS13: scanner.TLSv13}
	f := Found{}
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		for _, v := range s.SupportedVersions {
			if known, ok := iana.SuiteByCode(s.ID); ok && slices.Contains(ids, s.ID) && first <= v && v <= last {
				f.Add(Suites, names[v]+" "+known.Name)
			}
		}
	}
	f.Add(Groups, groups...)
	return f
}

// serveFarm is the farm's process: it serves, answers each line of its standard
// input with the load, and ends with it.
func serveFarm(n int) error {
	ec, err := certificate(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	if err != nil {
		return err
	}
	rsa, err := certificate(rsa.GenerateKey(rand.Reader, 2048))
	if err != nil {
		return err
	}
	var configs []*tls.Config
	for _, b := range breeds() {
		configs = append(configs, b.config(ec, rsa))
	}
	counts, port := make([]atomic.Int64, n), uint16(0)
	for i := range n {
		l, err := net.Listen("tcp", netip.AddrPortFrom(farmAt(i), port).String())
		if err != nil {
			return err
		}
		port = l.Addr().(*net.TCPAddr).AddrPort().Port()
		go stand(l, configs[i%len(configs)], &counts[i])
	}
	fmt.Println(port)
	var before time.Duration
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var now syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &now); err != nil {
			return err
		}
		total, most, cpu := int64(0), int64(0), time.Duration(now.Utime.Nano()+now.Stime.Nano())
		for i := range counts {
			c := counts[i].Swap(0)
			total, most = total+c, max(most, c)
		}
		fmt.Println(total, most, int64(cpu-before))
		before = cpu
	}
	return nil
}

func stand(l net.Listener, config *tls.Config, count *atomic.Int64) {
	for {
		c, err := l.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, "the farm:", err)
			time.Sleep(10 * time.Millisecond) // out of files, most likely
			continue
		}
		count.Add(1)
		go func() {
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(20 * time.Second))
			_ = tls.Server(c, config).Handshake()
		}()
	}
}

// certificate makes one that signed itself.
func certificate[K crypto.Signer](key K, err error) (tls.Certificate, error) {
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"farm.test"}, NotBefore: time.Now(), NotAfter: time.Now().AddDate(0, 0, 90)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
