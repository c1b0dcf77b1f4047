package main

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/internal/lab"
)

// offered scans one server and returns what the lines say of it.
func offered(t *testing.T, target string) fips.Offer {
	t.Helper()
	r := runScan(t, "--as-of", "2026-11-22", target)
	for _, line := range r.lines {
		var l struct {
			Schema string `json:"schema"`
			fips.Offer
		}
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		if l.Schema == "fipsweep.offer/v1" {
			return l.Offer
		}
	}
	t.Fatalf("no offer of %s\n%s", target, r.stderr)
	return fips.Offer{}
}

// An approved-only client by hand, as of 2026: what OpenSSL can be told to
// offer of SP 800-52, and to refuse. Level 2 refuses keys and primes below 112
// bits.
var approvedOpenSSL = []string{
	"-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:" +
		"ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:" +
		"ECDHE-ECDSA-AES256-CCM:ECDHE-ECDSA-AES128-CCM:ECDHE-ECDSA-AES256-CCM8:ECDHE-ECDSA-AES128-CCM8:" +
		"DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-CCM:DHE-RSA-AES128-CCM:DHE-RSA-AES256-CCM8:DHE-RSA-AES128-CCM8:" +
		"DHE-RSA-AES256-SHA256:DHE-RSA-AES128-SHA256:@SECLEVEL=2",
	"-ciphersuites", "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256",
	"-groups", "P-256:P-384:P-521:ffdhe2048:ffdhe3072:ffdhe4096:ffdhe6144:ffdhe8192",
	"-sigalgs", "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ed25519:ed448:rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:" +
		"rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:RSA+SHA256:RSA+SHA384:RSA+SHA512",
}

// cameTo is what s_client says of a connection, by the names of Choice.Part;
// nil where there was none. A connection of TLS 1.2 without
// extended_master_secret is one that such a client breaks off.
func cameTo(t *testing.T, addr netip.AddrPort, trust string, args ...string) (map[string]string, string) {
	t.Helper()
	args = append([]string{"s_client", "-connect", addr.String(), "-CAfile", trust, "-verify_return_error"}, args...)
	out, err := exec.Command(lab.Program(t, "openssl"), args...).CombinedOutput()
	said := func(pattern string) string {
		if m := regexp.MustCompile(`(?m)` + pattern).FindStringSubmatch(string(out)); m != nil {
			return m[1]
		}
		return ""
	}
	cipher := said(`^New, .*, Cipher is (\S+)`)
	version := strings.Replace(said(`^New, (\S+), Cipher`), "TLSv1/SSLv3", "TLSv1.2", 1)
	if p := said(`^\s*Protocol\s*: (\S+)`); p != "" {
		version = p
	}
	if err != nil || cipher == "(NONE)" || version == "TLSv1.2" && said(`Extended master secret: (\S+)`) != "yes" {
		return nil, string(out)
	}
	got := map[string]string{"version": version}
	for line := range strings.Lines(lab.Run(t, "openssl", "ciphers", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0")) {
		if f := strings.Fields(line); f[2] == cipher {
			got["suite"] = f[0]
		}
	}
	group := said(`^Server Temp Key: (.*), \d+ bits`)
	got["group"] = map[string]string{"DH": "ffdhe" + said(`^Server Temp Key: DH, (\d+) bits`), "ECDH, prime256v1": "secp256r1", "ECDH, P-256": "secp256r1", "ECDH, secp384r1": "secp384r1", "ECDH, P-384": "secp384r1",
		"ECDH, secp521r1": "secp521r1", "ECDH, P-521": "secp521r1"}[group]
	got["signature scheme"] = strings.ToLower(strings.TrimSpace(said(`^Peer signature type: (\S+)`) + " " + said(`^Peer signing digest: (\S+)`)))
	return got, string(out)
}

// signedBy is a scheme as s_client tells it.
func signedBy(scheme string) string {
	hash := scheme[strings.LastIndexByte(scheme, '_')+1:]
	switch {
	case strings.HasPrefix(scheme, "rsa_pss_rsae"):
		return "rsa-pss " + hash
	case strings.HasPrefix(scheme, "rsa_pkcs1"):
		return "rsa " + hash
	case strings.HasPrefix(scheme, "ecdsa"):
		return "ecdsa " + hash
	}
	return scheme
}

// agrees fails the test unless what was said of a client is what one came to.
func agrees(t *testing.T, n fips.Negotiation, got map[string]string, name func(string) string, out string) {
	t.Helper()
	if n.Connects != fips.Unseen && (n.Connects == fips.Yes) != (got != nil) {
		t.Fatalf("told %s %q, came to %v\n%s", n.Connects, n.Because, got, out)
	}
	for _, c := range n.Choices {
		part, told := got[c.Part], got[c.Part] != ""
		switch is := func(one string) bool { return name(one) == part || one == part }; {
		case !told && c.Part != "certificate key" && c.Part != "host key":
			t.Errorf("the client does not tell its %s\n%s", c.Part, out)
		case !told:
		case c.Chosen != "" && !is(c.Chosen), !slices.ContainsFunc(c.Among, is):
			t.Errorf("told %+v, came to %s\n%s", c, part, out)
		}
	}
}

// keyPair makes a certificate that signs itself, and its key.
func keyPair(t *testing.T, args ...string) (cert, key string) {
	t.Helper()
	return lab.KeyPair(t, append([]string{"-sha256", "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"}, args...)...)
}

// serveNginx runs nginx with the lines in its server block.
func serveNginx(t *testing.T, lines string) netip.AddrPort {
	t.Helper()
	addr := lab.Port(t)
	lab.Nginx(t, addr, "ssl; "+lines)
	return addr
}

// A client with approved algorithms alone connects exactly where that was
// told, and comes to what was told.
func TestOfferTLS(t *testing.T) {
	openssl := lab.Program(t, "openssl")
	rsa, rsaKey := keyPair(t, "-newkey", "rsa:2048")
	short, shortKey := keyPair(t, "-newkey", "rsa:1024")
	ec, ecKey := keyPair(t, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
	ed, edKey := keyPair(t, "-newkey", "ed25519")
	dir := t.TempDir()
	own, listed, both := filepath.Join(dir, "own.pem"), filepath.Join(dir, "listed.pem"), filepath.Join(dir, "both.pem")
	lab.Run(t, openssl, "dhparam", "-dsaparam", "-out", own, "1024")
	lab.Run(t, openssl, "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", listed)
	var trust []byte
	for _, file := range []string{rsa, short, ec, ed} {
		pem, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		trust = append(trust, pem...)
	}
	if err := os.WriteFile(both, trust, 0o600); err != nil {
		t.Fatal(err)
	}
	nginx := func(lines string) func(*testing.T) netip.AddrPort {
		return func(t *testing.T) netip.AddrPort {
			return serveNginx(t, fmt.Sprintf("ssl_certificate %s; ssl_certificate_key %s; %s", rsa, rsaKey, lines))
		}
	}
	server := func(args ...string) func(*testing.T) netip.AddrPort {
		return func(t *testing.T) netip.AddrPort {
			addr := lab.Port(t)
			lab.Daemon(t, addr, openssl, append([]string{"s_server", "-quiet", "-naccept", "1000", "-accept", addr.String()}, args...)...)
			return addr
		}
	}
	gnutls := func(priority string) func(*testing.T) netip.AddrPort {
		return func(t *testing.T) netip.AddrPort {
			addr := lab.Port(t)
			lab.Daemon(t, addr, lab.Program(t, "gnutls-serv"), "--nocookie", "--noticket", "--http", "--port", fmt.Sprint(addr.Port()), "--x509certfile", rsa, "--x509keyfile", rsaKey, "--priority", priority)
			return addr
		}
	}
	golang := func(c *tls.Config) func(*testing.T) netip.AddrPort {
		return func(t *testing.T) netip.AddrPort {
			pair, err := tls.LoadX509KeyPair(rsa, rsaKey)
			if err != nil {
				t.Fatal(err)
			}
			c.Certificates = []tls.Certificate{pair}
			return netip.MustParseAddrPort(serveTLS(t, c))
		}
	}
	for _, tt := range []struct {
		name  string
		serve func(*testing.T) netip.AddrPort
		want  []fips.Answer // of the clients, by hand
	}{
		{"nginx as it comes", nginx(""), []fips.Answer{fips.Yes}},
		{"nginx, ChaCha20 and x25519 first", nginx("ssl_protocols TLSv1.2; ssl_prefer_server_ciphers on; ssl_ciphers ECDHE+CHACHA20:ECDHE+AES256:ECDHE+AES128; ssl_ecdh_curve X25519:secp384r1;"), []fips.Answer{fips.Yes}},
		{"nginx, x25519 alone", nginx("ssl_protocols TLSv1.2 TLSv1.3; ssl_ecdh_curve X25519; ssl_ciphers ECDHE+AESGCM;"), []fips.Answer{fips.No}},
		{"nginx, RSA key transport alone", nginx("ssl_protocols TLSv1.2; ssl_ciphers RSA+AESGCM;"), []fips.Answer{fips.No}},
		{"nginx, old versions alone", nginx("ssl_protocols TLSv1 TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;"), []fips.Answer{fips.No}},
		{"nginx, DHE on a listed prime", nginx("ssl_protocols TLSv1.2; ssl_ciphers DHE+AESGCM; ssl_dhparam " + listed + ";"), []fips.Answer{fips.Yes}},
		{"nginx, DHE on a short prime", nginx("ssl_protocols TLSv1.2; ssl_ciphers DHE+AESGCM:@SECLEVEL=0; ssl_dhparam " + own + ";"), []fips.Answer{fips.No}},
		{"nginx, DHE on a short prime first", nginx("ssl_protocols TLSv1.2; ssl_prefer_server_ciphers on; ssl_ciphers DHE+AESGCM:ECDHE+AESGCM:@SECLEVEL=0; ssl_dhparam " + own + ";"), []fips.Answer{fips.No}},
		{"nginx, DHE on a short prime, the client's order", nginx("ssl_protocols TLSv1.2; ssl_prefer_server_ciphers off; ssl_ciphers DHE+AESGCM:ECDHE+AESGCM:@SECLEVEL=0; ssl_dhparam " + own + ";"), []fips.Answer{fips.Yes}},
		{"nginx, the curve gone and DHE left", nginx("ssl_protocols TLSv1.2; ssl_prefer_server_ciphers on; ssl_ciphers ECDHE+AESGCM:DHE+AESGCM; ssl_ecdh_curve X25519; ssl_dhparam " + listed + ";"), []fips.Answer{fips.Yes}},
		{"the server's order in TLS 1.3", server("-cert", rsa, "-key", rsaKey, "-serverpref", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"), []fips.Answer{fips.Yes}},
		{"ChaCha20 alone in TLS 1.3", server("-cert", rsa, "-key", rsaKey, "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"), []fips.Answer{fips.No, fips.Yes}},
		{"two chains, the server's order", server("-cert", rsa, "-key", rsaKey, "-dcert", ec, "-dkey", ecKey, "-tls1_2", "-serverpref", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"), []fips.Answer{fips.Yes}},
		{"two chains, RSA signs with SHA-1 alone", server("-cert", rsa, "-key", rsaKey, "-dcert", ec, "-dkey", ecKey, "-tls1_2", "-serverpref", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:@SECLEVEL=0", "-sigalgs", "RSA+SHA1:ECDSA+SHA256"), []fips.Answer{fips.Unseen}},
		{"two chains, RSA goes last and signs with SHA-1 alone", server("-cert", rsa, "-key", rsaKey, "-dcert", ec, "-dkey", ecKey, "-tls1_2", "-serverpref", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-sigalgs", "RSA+SHA1:ECDSA+SHA256"), []fips.Answer{fips.Yes}},
		{"SHA-1 alone", server("-cert", rsa, "-key", rsaKey, "-tls1_2", "-cipher", "ECDHE+AESGCM:@SECLEVEL=0", "-sigalgs", "RSA+SHA1"), []fips.Answer{fips.No}},
		{"a key that is too short", server("-cert", short, "-key", shortKey, "-tls1_2", "-cipher", "ECDHE+AESGCM:@SECLEVEL=0"), []fips.Answer{fips.No}},
		{"a key that is too short, TLS 1.3", server("-cert", short, "-key", shortKey, "-tls1_3", "-cipher", "ALL:@SECLEVEL=0"), []fips.Answer{fips.No}},
		{"Ed25519", server("-cert", ed, "-key", edKey), []fips.Answer{fips.Yes}},
		{"Ed25519 in TLS 1.2", server("-cert", ed, "-key", edKey, "-tls1_2", "-cipher", "ECDHE+AESGCM"), []fips.Answer{fips.Yes}},
		{"no extended_master_secret", nginx("ssl_protocols TLSv1.2; ssl_ciphers ECDHE+AESGCM; ssl_conf_command Options -ExtendedMasterSecret;"), []fips.Answer{fips.No}},
		{"GnuTLS as it comes", gnutls("NORMAL"), []fips.Answer{fips.Yes}},
		{"GnuTLS, TLS 1.2 by its order", gnutls("NORMAL:-VERS-TLS1.3:%SERVER_PRECEDENCE"), []fips.Answer{fips.Yes}},
		{"GnuTLS, DHE", gnutls("NORMAL:-VERS-TLS1.3:-KX-ALL:+DHE-RSA"), []fips.Answer{fips.Yes}},
		{"GnuTLS, x25519 alone", gnutls("NORMAL:-GROUP-ALL:+GROUP-X25519:-KX-ALL:+ECDHE-RSA"), []fips.Answer{fips.No}},
		{"GnuTLS, no extended_master_secret", gnutls("NORMAL:-VERS-TLS1.3:%NO_SESSION_HASH"), []fips.Answer{fips.No}},
		{"Go as it comes", golang(&tls.Config{}), []fips.Answer{fips.Yes}},
		{"Go, TLS 1.2", golang(&tls.Config{MaxVersion: tls.VersionTLS12}), []fips.Answer{fips.Yes}},
		{"one of each", server("-cert", rsa, "-key", rsaKey, "-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384", "-groups", "P-384", "-sigalgs", "RSA-PSS+SHA384"), []fips.Answer{fips.Yes}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			addr := tt.serve(t)
			offer := offered(t, "tls://"+addr.String())
			var told []fips.Answer
			for i, n := range offer.Clients {
				told = append(told, n.Connects)
				args := approvedOpenSSL
				if i > 0 {
					args = append(slices.Clone(args), "-no_tls1_3")
				}
				got, out := cameTo(t, addr, both, args...)
				agrees(t, n, got, signedBy, out)
			}
			if !slices.Equal(told, tt.want) {
				t.Errorf("told %v, want %v: %+v", told, tt.want, offer.Clients)
			}
		})
	}
}

// A hybrid group is allowed: a client that has no other connects, where the
// server has it too. OpenSSL of today lacks it, so Go is the client.
func TestOfferHybrid(t *testing.T) {
	for _, tt := range []struct {
		name   string
		curves []tls.CurveID
		want   fips.Answer
	}{
		{"hybrid and x25519", []tls.CurveID{tls.X25519MLKEM768, tls.X25519}, fips.Yes},
		{"x25519", []tls.CurveID{tls.X25519}, fips.No},
	} {
		t.Run(tt.name, func(t *testing.T) {
			addr := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ecdsaCertificate(t)}, CurvePreferences: tt.curves})
			n := offered(t, "tls://"+addr).Clients[0]
			conn, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, CurvePreferences: []tls.CurveID{tls.X25519MLKEM768}})
			if err == nil {
				conn.Close()
			}
			if n.Connects != tt.want || (err == nil) != (tt.want == fips.Yes) {
				t.Fatalf("told %+v, came to %v", n, err)
			}
			if tt.want == fips.Yes && (n.Status != fips.Allowed || n.Choices[2].Chosen != "X25519MLKEM768") {
				t.Errorf("told %+v", n)
			}
		})
	}
}

// approvedSSH is an approved-only client by hand, as of 2026: the stock order
// without what is not approved. The primes of group exchange that Debian ships
// are none of RFC 3526.
var approvedSSH = []string{
	"-o", "KexAlgorithms=ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256",
	"-o", "HostKeyAlgorithms=ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256",
	"-o", "Ciphers=aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com",
	"-o", "MACs=hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512",
	"-o", "RequiredRSASize=2048",
}

// sshCameTo is what OpenSSH's client says of a connection, up to the host key;
// nil where it broke off before.
func sshCameTo(t *testing.T, addr netip.AddrPort, args ...string) (map[string]string, string) {
	t.Helper()
	args = append([]string{"-v", "-F", "none", "-o", "BatchMode=yes", "-o", "PreferredAuthentications=none", "-o", "StrictHostKeyChecking=no",
		"-o", "UserKnownHostsFile=/dev/null", "-p", fmt.Sprint(addr.Port())}, args...)
	out, _ := exec.Command(lab.Program(t, "ssh"), append(args, addr.Addr().String(), "true")...).CombinedOutput() // nobody is let in
	if !strings.Contains(string(out), "SSH2_MSG_NEWKEYS received") {
		return nil, string(out)
	}
	got := map[string]string{}
	for part, pattern := range map[string]string{"key exchange": `algorithm: (\S+)`, "host key algorithm": `host key algorithm: (\S+)`,
		"cipher": `client->server cipher: (\S+)`, "MAC": `client->server cipher: \S+ MAC: (\S+)`} {
		if m := regexp.MustCompile(`kex: ` + pattern).FindSubmatch(out); m != nil && !strings.HasPrefix(string(m[1]), "<implicit>") {
			got[part] = string(m[1])
		}
	}
	return got, string(out)
}

// The same of SSH, of an approved-only client and of a stock one.
func TestOfferSSH(t *testing.T) {
	sshd, keygen := lab.Program(t, "sshd"), lab.Program(t, "ssh-keygen")
	if os.Geteuid() == 0 { // sshd wants its empty directory only when it could give up rights
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	key := func(name string, args ...string) string {
		file := filepath.Join(dir, name)
		lab.Run(t, keygen, append([]string{"-q", "-N", "", "-f", file}, args...)...)
		return file
	}
	rsa, short := key("rsa", "-t", "rsa", "-b", "2048"), key("short", "-t", "rsa", "-b", "1024")
	ec, ed := key("ec", "-t", "ecdsa", "-b", "256"), key("ed", "-t", "ed25519")
	for _, tt := range []struct {
		name, config string
		keys         []string
		approved     fips.Answer
		stock        fips.Grade
	}{
		{"as it comes", "", []string{rsa, ec, ed}, fips.Yes, fips.Fail},
		{"curve25519 alone", "KexAlgorithms curve25519-sha256\n", []string{rsa}, fips.No, fips.Fail},
		{"ChaCha20 alone", "Ciphers chacha20-poly1305@openssh.com\n", []string{rsa}, fips.No, fips.Fail},
		{"umac alone", "MACs umac-128@openssh.com\nCiphers aes128-ctr\n", []string{rsa}, fips.No, fips.Fail},
		{"a cipher that wants no MAC", "MACs umac-128@openssh.com\nCiphers aes128-gcm@openssh.com\n", []string{ec}, fips.Yes, fips.Fail},
		{"approved alone", "KexAlgorithms diffie-hellman-group14-sha256,ecdh-sha2-nistp384\nCiphers aes256-gcm@openssh.com,aes256-ctr\nMACs hmac-sha2-512\n", []string{rsa}, fips.Yes, fips.Pass},
		{"approved, but for the last", "KexAlgorithms ecdh-sha2-nistp384,diffie-hellman-group1-sha1\nCiphers aes256-ctr,3des-cbc\nMACs hmac-sha2-512,hmac-md5\n", []string{ec}, fips.Yes, fips.Pass},
		{"a host key that is too short", "RequiredRSASize 1024\nKexAlgorithms ecdh-sha2-nistp384\nCiphers aes256-ctr\nMACs hmac-sha2-512\n", []string{short}, fips.No, fips.Fail},
		{"ssh-rsa alone", "HostKeyAlgorithms ssh-rsa\n", []string{rsa}, fips.No, fips.NotSeen},
	} {
		t.Run(tt.name, func(t *testing.T) {
			addr := lab.Port(t)
			config := tt.config + fmt.Sprintf("ListenAddress %s\nPidFile none\nUsePAM no\n", addr)
			for _, k := range tt.keys {
				config += "HostKey " + k + "\n"
			}
			file := filepath.Join(t.TempDir(), "sshd_config")
			if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
				t.Fatal(err)
			}
			lab.Daemon(t, addr, sshd, "-D", "-e", "-f", file)
			offer := offered(t, "ssh://"+addr.String())
			same := func(s string) string { return s }
			got, out := sshCameTo(t, addr, approvedSSH...)
			agrees(t, offer.Clients[0], got, same, out)
			if strings.HasPrefix(out, "OpenSSH_9.2") { // whose lists the stock client has
				got, out = sshCameTo(t, addr)
				agrees(t, offer.Clients[1], got, same, out)
			}
			if a, s := offer.Clients[0].Connects, offer.Clients[1].Status.Grade(); a != tt.approved || s != tt.stock {
				t.Errorf("approved-only %s, stock %v; want %s, %v: %+v", a, s, tt.approved, tt.stock, offer.Clients)
			}
		})
	}
}
