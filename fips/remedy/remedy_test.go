package remedy_test

import (
	"errors"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/catalogue"
	"github.com/fipsweep/fipsweep/fips/remedy"
	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

func judgeOn(t testing.TB, day fips.Date) *fips.Judge {
	t.Helper()
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	j, err := fips.NewJudge(c, day)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func endpoint() scanner.Endpoint { return scanner.Host(netip.MustParseAddr("127.0.0.1"), 22, "") }

// sshServer is a server that offers what OpenSSH has long offered.
func sshServer(banner string, keys ...scanner.HostKey) scanner.Observation {
	o := scanner.Observe(endpoint(), "ssh")
	ciphers, macs := []string{"aes128-ctr", "3des-cbc"}, []string{"hmac-sha2-256", "hmac-md5"}
	o.SSH = &scanner.SSH{Banner: banner, HostKeys: keys, Kexinit: &scanner.Kexinit{
		KexAlgorithms:           []string{"curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "diffie-hellman-group-exchange-sha256"},
		ServerHostKeyAlgorithms: []string{"ssh-rsa", "ecdsa-sha2-nistp256"},
		EncryptionClientServer:  ciphers, EncryptionServerClient: ciphers, MACClientServer: macs, MACServerClient: macs}}
	return o
}

func rsaKey(bits int) scanner.HostKey {
	return scanner.HostKey{Type: "ssh-rsa", Bits: bits, SHA256: strings.Repeat("a", 64), Exponent: "65537"}
}

func ecKey() scanner.HostKey {
	return scanner.HostKey{Type: "ecdsa-sha2-nistp256", Bits: 256, Curve: "nistp256", SHA256: strings.Repeat("e", 64)}
}

// settings are the lines by their first word, without what is behind it.
func settings(t testing.TB, r remedy.Remedy) map[string]string {
	t.Helper()
	m := map[string]string{}
	for _, b := range r.Blocks {
		for _, l := range b.Lines {
			word, rest, _ := strings.Cut(l.Text, " ")
			if word != "" {
				m[word] = rest
			}
		}
	}
	return m
}

func write(t testing.TB, day fips.Date, o scanner.Observation, product string) remedy.Remedy {
	t.Helper()
	j := judgeOn(t, day)
	r, err := remedy.For(j, j.Assess(o), product)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Each release gets the words that it knows, by OpenSSH's release notes.
func TestReleases(t *testing.T) {
	const (
		kex5, kex9 = "ecdh-sha2-nistp384,ecdh-sha2-nistp521,ecdh-sha2-nistp256", "mlkem768x25519-sha256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,ecdh-sha2-nistp256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256"
		gcm, etm   = "aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr", "hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512,hmac-sha2-256"
		ec         = "ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,ecdsa-sha2-nistp256"
		users74    = ec + ",ssh-ed25519,rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,ssh-ed25519-cert-v01@openssh.com"
		sk         = ",ssh-ed25519,rsa-sha2-512,rsa-sha2-256,sk-ecdsa-sha2-nistp256@openssh.com,sk-ssh-ed25519@openssh.com"
		certs      = ",ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,ssh-ed25519-cert-v01@openssh.com,rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,sk-ssh-ed25519-cert-v01@openssh.com"
	)
	for _, tt := range []struct {
		banner string
		want   map[string]string
	}{
		{"SSH-2.0-OpenSSH_5.3", map[string]string{"Ciphers": "aes256-ctr,aes192-ctr,aes128-ctr", "MACs": "hmac-sha2-256", "HostKey": "/etc/ssh/ssh_host_ecdsa_key"}},
		{"SSH-1.99-OpenSSH_5.8", map[string]string{"Protocol": "2", "KexAlgorithms": kex5, "Ciphers": "aes256-ctr,aes192-ctr,aes128-ctr", "MACs": "hmac-sha2-256", "HostKey": "/etc/ssh/ssh_host_ecdsa_key"}},
		{"SSH-2.0-OpenSSH_6.6.1p1 Ubuntu-2ubuntu2", map[string]string{"KexAlgorithms": kex5, "Ciphers": gcm, "MACs": etm, "HostKey": "/etc/ssh/ssh_host_ecdsa_key"}},
		{"SSH-2.0-OpenSSH_7.4", map[string]string{"KexAlgorithms": strings.TrimPrefix(kex9, "mlkem768x25519-sha256,"), "Ciphers": gcm, "MACs": etm,
			"HostKeyAlgorithms": ec + ",ssh-ed25519,rsa-sha2-512,rsa-sha2-256", "PubkeyAcceptedKeyTypes": users74}},
		{"SSH-2.0-OpenSSH_for_Windows_8.1", map[string]string{"KexAlgorithms": strings.TrimPrefix(kex9, "mlkem768x25519-sha256,"), "Ciphers": gcm, "MACs": etm,
			"HostKeyAlgorithms": ec + ",ssh-ed25519,rsa-sha2-512,rsa-sha2-256", "CASignatureAlgorithms": ec + ",ssh-ed25519,rsa-sha2-512,rsa-sha2-256",
			"PubkeyAcceptedKeyTypes": ec + ",ssh-ed25519,rsa-sha2-512,rsa-sha2-256" + strings.Split(certs, ",sk-")[0]}},
		{"SSH-2.0-OpenSSH_9.9", map[string]string{"KexAlgorithms": kex9, "Ciphers": gcm, "MACs": etm, "HostKeyAlgorithms": ec + sk, "CASignatureAlgorithms": ec + sk,
			"PubkeyAcceptedAlgorithms": ec + sk + certs, "RequiredRSASize": "2048"}},
		{"SSH-2.0-secret", map[string]string{"KexAlgorithms": "ecdh-sha2-nistp256", "Ciphers": "aes128-ctr", "MACs": "hmac-sha2-256", "HostKeyAlgorithms": ec + sk, "CASignatureAlgorithms": ec + sk,
			"PubkeyAcceptedAlgorithms": ec + sk + certs, "RequiredRSASize": "2048"}},
	} {
		t.Run(tt.banner, func(t *testing.T) {
			r := write(t, "2026-11-22", sshServer(tt.banner, rsaKey(2048), ecKey()), "sshd")
			if diff := cmp.Diff(tt.want, settings(t, r)); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

// A host key that does not pass is left unused where another does, and told
// where none does.
func TestHostKeys(t *testing.T) {
	dsa := scanner.HostKey{Type: "ssh-dss", Bits: 1024, SHA256: strings.Repeat("d", 64)}
	has := func(r remedy.Remedy, digest string) bool {
		return slices.ContainsFunc(r.Left, func(l remedy.Left) bool { return l.Certificate == digest })
	}
	for _, tt := range []struct {
		name  string
		keys  []scanner.HostKey
		line  string
		stays string // digest of the key that is still found
	}{
		{"short RSA and ECDSA", []scanner.HostKey{rsaKey(1024), ecKey()}, "ecdsa-sha2-nistp256", ""},
		{"short RSA", []scanner.HostKey{rsaKey(1024)}, "rsa-sha2-512", rsaKey(1024).SHA256},
		{"DSA", []scanner.HostKey{dsa}, "", dsa.SHA256},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := sshServer("SSH-2.0-OpenSSH_8.4", tt.keys...)
			o.SSH.Kexinit.ServerHostKeyAlgorithms = nil
			for _, k := range tt.keys {
				o.SSH.Kexinit.ServerHostKeyAlgorithms = append(o.SSH.Kexinit.ServerHostKeyAlgorithms, k.Type)
			}
			r := write(t, "2026-11-22", o, "sshd")
			got := strings.Split(settings(t, r)["HostKeyAlgorithms"], ",")
			if tt.line != "" && !slices.Contains(got, tt.line) || tt.name == "short RSA and ECDSA" && slices.Contains(got, "rsa-sha2-512") {
				t.Errorf("HostKeyAlgorithms %v", got)
			}
			for _, k := range tt.keys {
				if has(r, k.SHA256) != (k.SHA256 == tt.stays) {
					t.Errorf("left: %+v", r.Left)
				}
			}
		})
	}
}

// What SSH software other than OpenSSH can be told.
func TestDropbear(t *testing.T) {
	r := write(t, "2026-11-22", sshServer("SSH-2.0-dropbear_2022.83", rsaKey(2048)), "dropbear")
	if len(r.Blocks) != 1 || r.Blocks[0].Text() != "// Dropbear has no configuration file: it must be built anew with these lines.\n#define DROPBEAR_RSA_SHA1 0\n#define DROPBEAR_3DES 0\n#define DROPBEAR_CURVE25519 0\n" {
		t.Errorf("%q", r.Blocks[0].Text())
	}
}

func TestFor(t *testing.T) {
	j := judgeOn(t, "2026-11-22")
	ssh := j.Assess(sshServer("SSH-2.0-OpenSSH_9.2"))
	if _, err := remedy.For(j, ssh, "iis"); !errors.Is(err, remedy.ErrProduct) || !strings.Contains(err.Error(), "sshd, dropbear, nginx") {
		t.Errorf("iis: %v", err)
	}
	if _, err := remedy.For(j, ssh, "nginx"); !errors.Is(err, remedy.ErrKind) {
		t.Errorf("nginx for SSH: %v", err)
	}
	failed := j.Assess(scanner.Failed(endpoint(), "ssh", scanner.Failure{Stage: scanner.StageConnect, Reason: scanner.ReasonRefused}))
	if _, err := remedy.For(j, failed, "sshd"); !errors.Is(err, remedy.ErrUnseen) {
		t.Errorf("refused: %v", err)
	}
	yes := true
	clean := scanner.Observe(endpoint(), "tls")
	clean.TLS = &scanner.TLS{Versions: []scanner.TLSVersion{{Version: scanner.TLSv13, Accepted: &yes, Suites: []string{"TLS_AES_128_GCM_SHA256"}, Groups: []string{"secp256r1"}}}}
	r, err := remedy.For(j, j.Assess(clean), "nginx")
	if err != nil || len(r.Blocks)+len(r.Mends)+len(r.Left) != 0 {
		t.Errorf("nothing to mend: %+v, %v", r, err)
	}
}

// TLS 1.2 has nothing post-quantum: where the endpoint has a hybrid group, a
// policy that asks for it leaves TLS 1.3 alone, and says who is shut out.
func TestHybrid(t *testing.T) {
	yes := true
	o := scanner.Observe(endpoint(), "tls")
	o.TLS = &scanner.TLS{Versions: []scanner.TLSVersion{
		{Version: scanner.TLSv12, Accepted: &yes, Suites: []string{"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"}, Groups: []string{"secp256r1"}},
		{Version: scanner.TLSv13, Accepted: &yes, Suites: []string{"TLS_AES_256_GCM_SHA384"}, Groups: []string{"X25519MLKEM768", "secp256r1"}},
	}}
	r := write(t, "2036-01-01", o, "nginx")
	got := settings(t, r)
	if got["ssl_protocols"] != "TLSv1.3;" || got["ssl_ecdh_curve"] != "X25519MLKEM768;" || !slices.Contains(r.Notes, "Clients without TLS 1.3 are shut out.") {
		t.Errorf("%v %v", got, r.Notes)
	}
}

// Who knows only suites of TLS 1.2 that are dropped is shut out, though the
// version stays: the notes name these suites.
func TestLostSuites(t *testing.T) {
	yes := true
	const left, lost, more = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"
	for _, tt := range []struct {
		name   string
		suites []string
		want   []string
	}{
		{"some are lost", []string{left, lost, more}, []string{"Clients of TLS 1.2 that know no other suites than those it loses are shut out: " + lost + ", " + more + "."}},
		{"none is lost", []string{left}, nil},
	} {
		o := scanner.Observe(endpoint(), "tls")
		o.TLS = &scanner.TLS{Versions: []scanner.TLSVersion{
			{Version: "TLSv1.0", Accepted: new(bool)}, {Version: scanner.TLSv12, Accepted: &yes, Suites: tt.suites, Groups: []string{"secp256r1", "x25519"}},
		}}
		got := slices.DeleteFunc(slices.Clone(write(t, "2026-11-22", o, "nginx").Notes), func(s string) bool { return !strings.HasPrefix(s, "Clients of TLS 1.2") })
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Whatever a peer calls its algorithms, no line is of its making.
func TestHostileNames(t *testing.T) {
	for _, bad := range []string{"gss-nistp256-sha256-\nPermitRootLogin yes-x", "gss-group16-sha512-\r\nX-y", "gss-nistp384-sha384- #-", "ssh-ed25519\nX"} {
		o := sshServer("SSH-2.0-OpenSSH_9.2\nX", rsaKey(2048))
		o.SSH.Kexinit.KexAlgorithms = append(o.SSH.Kexinit.KexAlgorithms, bad)
		o.SSH.Kexinit.ServerHostKeyAlgorithms = append(o.SSH.Kexinit.ServerHostKeyAlgorithms, bad)
		o.SSH.HostKeys = append(o.SSH.HostKeys, scanner.HostKey{Type: bad, SHA256: "x"})
		for _, b := range write(t, "2026-11-22", o, "sshd").Blocks {
			for _, l := range b.Lines {
				if strings.ContainsAny(l.Text+l.Because, "\r\n") || strings.Contains(l.Text, "#") {
					t.Errorf("%q: line %q, because %q", bad, l.Text, l.Because)
				}
			}
		}
	}
}

// The table of OpenSSL's names is OpenSSL's, and lacks no suite that passes
// today and takes a certificate.
func TestSuitesAreOpenSSLs(t *testing.T) {
	out := lab.Run(t, lab.Program(t, "openssl"), "ciphers", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0")
	j := judgeOn(t, "2026-11-22")
	want := map[string]string{}
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		if name := f[0]; !strings.Contains(name, "PSK") && strings.Contains(name, "_WITH_") && j.StatusOf("tls-cipher-suite", name) <= fips.Allowed {
			want[name] = f[2]
		}
	}
	if diff := cmp.Diff(want, remedy.OpenSSLNames()); diff != "" {
		t.Errorf("suites (-OpenSSL +table):\n%s", diff)
	}
}

// What the tables say that a release has, it has; and no name that passes is
// wanting, but for those that are left out on purpose.
func TestTablesAreOpenSSHs(t *testing.T) {
	ssh := lab.Program(t, "ssh")
	version, _ := exec.Command(ssh, "-V").CombinedOutput()
	j := judgeOn(t, "2026-11-22")
	banner, _, _ := strings.Cut(string(version), ",")
	r := write(t, "2026-11-22", sshServer("SSH-2.0-"+banner, rsaKey(2048), ecKey()), "sshd")
	lines := settings(t, r)
	for _, tt := range []struct{ query, kind, keyword string }{
		{"kex", "ssh-kex", "KexAlgorithms"}, {"cipher", "ssh-cipher", "Ciphers"}, {"mac", "ssh-mac", "MACs"},
		{"HostKeyAlgorithms", "ssh-hostkey", "PubkeyAcceptedAlgorithms"}, {"HostKeyAlgorithms", "ssh-hostkey", "CASignatureAlgorithms"},
	} {
		var want []string
		for name := range strings.FieldsSeq(lab.Run(t, ssh, "-Q", tt.query)) {
			left := strings.Contains(name, "group-exchange") || strings.HasSuffix(name, "-cbc") || strings.HasPrefix(name, "webauthn-") || tt.keyword == "CASignatureAlgorithms" && strings.Contains(name, "-cert-")
			if !left && j.StatusOf(tt.kind, name) <= fips.Allowed {
				want = append(want, name)
			}
		}
		got := strings.Split(lines[tt.keyword], ",")
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-ssh -Q +line):\n%s", tt.keyword, diff)
		}
	}
}
