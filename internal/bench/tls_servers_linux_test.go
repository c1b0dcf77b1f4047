package bench

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// A server is one that all tools are pointed at, with what it has by its own
// configuration: never by what any of the tools says.
type server struct {
	name  string
	start func(*testing.B) (netip.AddrPort, Found)
}

func tlsServers() []server {
	return []server{
		{"nginx as Debian ships it", nginxDefault},
		{"nginx modern", nginxModern},
		{"openssl everything", opensslAll},
		{"GnuTLS all but SSLv3", gnutlsAll},
		{"Go modern, ML-KEM", goModern},
		{"JDK 17 nothing disabled", javaAll},
	}
}

func rsaPair(b *testing.B) (cert, key string) { return lab.KeyPair(b, "-newkey", "rsa:2048") }
func ecPair(b *testing.B) (cert, key string) {
	return lab.KeyPair(b, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
}

// opensslSuites adds what OpenSSL lists for a version and a cipher string, of
// the kinds of key exchange and authentication that are configured.
func opensslSuites(b *testing.B, f Found, version, option, ciphers string, is func(kx, au string) bool, more ...string) {
	b.Helper()
	args := append([]string{"ciphers", "-s", "-v", "-stdname", option}, more...)
	for line := range strings.Lines(lab.Run(b, lab.Program(b, "openssl"), append(args, ciphers)...)) {
		field := strings.Fields(line) // NAME - OPENSSL-NAME VERSION Kx= Au= Enc= Mac=
		if len(field) >= 6 && is(strings.TrimPrefix(field[4], "Kx="), strings.TrimPrefix(field[5], "Au=")) {
			f.Add(Suites, version+" "+field[0])
		}
	}
}

func suites13(f Found, names ...string) {
	for _, n := range names {
		f.Add(Suites, scanner.TLSv13+" "+n)
	}
}

func nginx(b *testing.B, lines string) netip.AddrPort {
	at := lab.Port(b)
	lab.Nginx(b, at, "ssl; "+lines)
	return at
}

// nginxDefault has the two lines about TLS of Debian's nginx.conf, and nginx's
// own defaults: HIGH:!aNULL:!MD5, no DHE without ssl_dhparam, OpenSSL's groups.
// OpenSSL 3 allows TLS 1.0 and 1.1 at security level 0 alone.
func nginxDefault(b *testing.B) (netip.AddrPort, Found) {
	cert, key := rsaPair(b)
	at := nginx(b, fmt.Sprintf("ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on; ssl_certificate %s; ssl_certificate_key %s;", cert, key))
	f := Found{}
	opensslSuites(b, f, scanner.TLSv12, "-tls1_2", "HIGH:!aNULL:!MD5", func(kx, au string) bool { return kx != "DH" && au == "RSA" })
	suites13(f, "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256")
	f.Add(Groups, "x25519", "secp256r1", "x448", "secp521r1", "secp384r1", "ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192")
	return at, f
}

func nginxModern(b *testing.B) (netip.AddrPort, Found) {
	const ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"
	cert, key := rsaPair(b)
	ecCert, ecKey := ecPair(b)
	at := nginx(b, fmt.Sprintf("ssl_protocols TLSv1.2 TLSv1.3; ssl_ecdh_curve X25519:prime256v1; ssl_ciphers %s; "+
		"ssl_certificate %s; ssl_certificate_key %s; ssl_certificate %s; ssl_certificate_key %s;", ciphers, cert, key, ecCert, ecKey))
	f := Found{}
	opensslSuites(b, f, scanner.TLSv12, "-tls1_2", ciphers, func(string, string) bool { return true })
	suites13(f, "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256")
	f.Add(Groups, "x25519", "secp256r1")
	return at, f
}

// opensslAll is s_server with every suite that OpenSSL has, security level 0,
// RSA and ECDSA certificates and a pre-shared key. It serves one connection at
// a time.
func opensslAll(b *testing.B) (netip.AddrPort, Found) {
	const ciphers = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
	all13 := []string{"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256", "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"}
	cert, key := rsaPair(b)
	ecCert, ecKey := ecPair(b)
	at := lab.Port(b)
	lab.Daemon(b, at, lab.Program(b, "openssl"), "s_server", "-accept", at.String(), "-quiet", "-cert", cert, "-key", key, "-dcert", ecCert, "-dkey", ecKey,
		"-psk", "1a2b3c4d", "-cipher", ciphers, "-ciphersuites", strings.Join(all13, ":"), "-groups", "X25519:X448:P-256:P-384:P-521:ffdhe2048:ffdhe3072")
	f := Found{}
	for version, option := range map[string]string{scanner.TLSv10: "-tls1", scanner.TLSv11: "-tls1_1", scanner.TLSv12: "-tls1_2"} {
		opensslSuites(b, f, version, option, ciphers, func(_, au string) bool { return slices.Contains([]string{"RSA", "ECDSA", "None", "PSK"}, au) }, "-psk")
	}
	suites13(f, all13...)
	f.Add(Groups, "x25519", "x448", "secp256r1", "secp384r1", "secp521r1", "ffdhe2048", "ffdhe3072")
	return at, f
}

// gnutlsAll has what gnutls-cli lists for the same priority string.
func gnutlsAll(b *testing.B) (netip.AddrPort, Found) {
	const priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+CIPHER-ALL:+3DES-CBC:+ARCFOUR-128:+MAC-ALL:+MD5:" +
		"+RSA:+DHE-RSA:+ECDHE-RSA:+ECDHE-ECDSA:+ANON-DH:+ANON-ECDH:+GROUP-ALL"
	cert, key := rsaPair(b)
	ecCert, ecKey := ecPair(b)
	at := lab.Port(b)
	lab.Daemon(b, at, lab.Program(b, "gnutls-serv"), "--port", strconv.Itoa(int(at.Port())), "--priority", priority, "-a", "--nodb",
		"--x509certfile", cert, "--x509keyfile", key, "--x509certfile", ecCert, "--x509keyfile", ecKey)
	f := Found{}
	// A suite may be used from the version on that is listed; those of TLS 1.3
	// in it alone.
	upTo12 := []string{scanner.TLSv10, scanner.TLSv11, scanner.TLSv12}
	since := map[string][]string{"SSL3.0": upTo12, "TLS1.0": upTo12, "TLS1.2": {scanner.TLSv12}, "TLS1.3": {scanner.TLSv13}}
	suite := regexp.MustCompile(`^TLS_\S+\s+0x(..), 0x(..)\s+(\S+)$`)
	for line := range strings.Lines(lab.Run(b, lab.Program(b, "gnutls-cli"), "-l", "--priority", priority)) {
		line = strings.TrimSpace(line)
		if m := suite.FindStringSubmatch(line); m != nil {
			for _, v := range since[m[3]] {
				f.Add(Suites, v+" "+suiteByHex(m[1]+m[2], line))
			}
		}
		if list, ok := strings.CutPrefix(line, "Groups: "); ok {
			for g := range strings.SplitSeq(list, ", ") {
				f.Add(Groups, opensslGroup(strings.TrimPrefix(g, "GROUP-")))
			}
		}
	}
	return at, f
}

// goModern is Go's server as most programs in it have one.
func goModern(b *testing.B) (netip.AddrPort, Found) {
	config, err := goConfig(ecPair(b))
	if err != nil {
		b.Fatal(err)
	}
	at := lab.Serve(b, func(c net.Conn) {
		_ = c.SetDeadline(time.Now().Add(20 * time.Second))
		_ = tls.Server(c, config).Handshake()
	})
	return at, goTruth()
}

func goConfig(cert, key string) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12,
		CurvePreferences: []tls.CurveID{tls.X25519MLKEM768, tls.X25519, tls.CurveP256}}, err
}

// goTruth is what Go's own tables say of that, with an ECDSA key.
func goTruth() Found {
	f := Found{}
	for _, s := range tls.CipherSuites() {
		if slices.Contains(s.SupportedVersions, tls.VersionTLS13) {
			suites13(f, s.Name)
		} else if strings.Contains(s.Name, "_ECDSA_") {
			known, _ := iana.SuiteByCode(s.ID)
			f.Add(Suites, scanner.TLSv12+" "+known.Name)
		}
	}
	f.Add(Groups, "X25519MLKEM768", "x25519", "secp256r1")
	return f
}

// javaAll is the JDK's server with nothing disabled. It says itself what it
// accepts, having shaken hands with itself.
func javaAll(b *testing.B) (netip.AddrPort, Found) {
	java, keytool := lab.Program(b, "java"), lab.Program(b, "keytool")
	store := filepath.Join(b.TempDir(), "keys.p12")
	for i, kind := range []string{"RSA -keysize 2048", "EC -groupname secp256r1"} {
		lab.Run(b, keytool, append([]string{"-genkeypair", "-alias", "k" + strconv.Itoa(i), "-dname", "CN=lab.test", "-validity", "2",
			"-storetype", "PKCS12", "-keystore", store, "-storepass", "changeit", "-keyalg"}, strings.Fields(kind)...)...)
	}
	const sources = "../../scanner/tlsprobe/testdata/"
	said := lab.Start(b, java, "-Djava.security.properties="+sources+"nothing-disabled.security",
		"-Djdk.tls.namedGroups=x25519,secp256r1,secp384r1,ffdhe2048,ffdhe3072", sources+"Server.java", store, "all", "all")
	versions := map[string]string{"SSLv3": scanner.SSLv3, "TLSv1": scanner.TLSv10, "TLSv1.1": scanner.TLSv11, "TLSv1.2": scanner.TLSv12, "TLSv1.3": scanner.TLSv13}
	f := Found{}
	f.Add(Groups, "x25519", "secp256r1", "secp384r1", "ffdhe2048", "ffdhe3072")
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		file, err := os.Open(said)
		if err != nil {
			b.Fatal(err)
		}
		defer file.Close()
		for s := bufio.NewScanner(file); s.Scan(); {
			switch w := strings.Fields(s.Text()); {
			case len(w) == 3 && w[0] == "accepts":
				f.Add(Suites, versions[w[1]]+" "+strings.Replace(w[2], "SSL_", "TLS_", 1))
			case len(w) == 2 && w[0] == "port":
				return netip.MustParseAddrPort("127.0.0.1:" + w[1]), f
			}
		}
	}
	b.Fatal("the JDK's server did not start")
	return netip.AddrPort{}, nil
}
