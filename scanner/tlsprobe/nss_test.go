package tlsprobe

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// NSS has a prime of its own for clients that name no group of RFC 7919, and
// refuses finite fields to those who name such as it has not: the more so where a
// suite of DSA is the only one.
func TestNSS(t *testing.T) {
	const dsa12, dsaOld = 0x00a2, 0x0032 // TLS_DHE_DSS_WITH_AES_128_GCM_SHA256, ..._CBC_SHA
	gcm, cbc := []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}, []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}
	ecdsa := []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}
	db := nssDatabase(t)
	for _, row := range []struct {
		keys, leaves string
		oldest       string
		suites       string
		for12, older []uint16
	}{
		{"-n rsa -S dsa", "DSA 2048,RSA 2048", "tls1.0", ":00A2:0032:C02F:002F", append(gcm, cbc...), cbc},
		{"-n rsa -S dsa", "DSA 2048,RSA 2048", "tls1.0", ":00A2:0032:002F", cbc, cbc},
		{"-e ec -S dsa", "DSA 2048,EC secp256r1", "tls1.0", ":00A2:0032:C009", ecdsa, ecdsa},
		{"-n rsa -e ec -S dsa", "DSA 2048,EC secp256r1,RSA 2048", "tls1.2", ":00A2:0032:C02F:C009", append(gcm, ecdsa...), nil},
	} {
		t.Run(row.keys+row.suites, func(t *testing.T) {
			port := lab.Port(t).Port()
			lab.Start(t, lab.Program(t, "selfserv"), append(strings.Fields(row.keys), "-d", db, "-p", portArg(port),
				"-V", row.oldest+":tls1.2", "-H", "1", "-W", "1", "-I", "P256", "-c", row.suites)...)
			e := listening(t, port)
			lab.Wait(t, "selfserv has made its parameters, while connections wait", func() bool {
				conn, err := tls.DialWithDialer(&net.Dialer{Timeout: time.Second}, "tcp", e.AddrPort().String(), &tls.Config{InsecureSkipVerify: true})
				if err == nil {
					conn.Close()
				}
				return err == nil || !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, os.ErrDeadlineExceeded)
			})
			o := probe(t, e)
			got := seenOf(t, o)
			same(t, "suites of TLS 1.2", suiteNames(append(row.for12, dsa12, dsaOld)...), got[scanner.TLSv12].Suites)
			versions := []version{tls10, tls11, tls12}
			if row.older == nil {
				versions = versions[2:]
			}
			for _, v := range versions {
				if v != tls12 {
					same(t, "suites of "+v.name, suiteNames(append(row.older, dsaOld)...), got[v.name].Suites)
				}
				v := o.TLS.Versions[slices.Index(oldestFirst, v)]
				if len(v.Primes) != 1 || v.Primes[0].Bits != 1024 || v.Primes[0].Group != "" {
					t.Errorf("primes of %s: %+v", v.Version, v.Primes)
				}
			}
			same(t, "leaves", strings.Split(row.leaves, ","), leafKeys(o))
			same(t, "incomplete", []string(nil), incomplete(o))
			atFloor(t, o)
		})
	}
}

// nssDatabase has a key of each kind, under its own name: NSS tells certificates
// of one subject apart by nothing.
func nssDatabase(t *testing.T) string {
	dir := t.TempDir()
	db := "sql:" + dir
	lab.Run(t, lab.Program(t, "certutil"), "-N", "-d", db, "--empty-password")
	for name, kind := range map[string]string{"rsa": "RSA 2048", "ec": "EC secp256r1", "dsa": "DSA 2048"} {
		cert, key := keyPair(t, append(strings.Fields(keyKinds[kind]), "-subj", "/CN="+name+".lab.test")...)
		bundle := filepath.Join(dir, name+".p12")
		lab.Run(t, lab.Program(t, "openssl"), "pkcs12", "-export", "-in", cert, "-inkey", key, "-name", name, "-out", bundle, "-passout", "pass:x")
		lab.Run(t, lab.Program(t, "pk12util"), "-i", bundle, "-d", db, "-W", "x")
	}
	return db
}
