package hostfile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/hostfile"
)

// told writes facts one a line.
func told(m scanner.Machine) []string {
	list := []string{m.Format}
	for _, s := range m.Settings {
		text := fmt.Sprintf("%d %s=%s", s.Line, s.Name, strings.Join(s.Values, ","))
		if s.Scope != "" {
			text += " in " + s.Scope
		}
		if s.Kind != "" {
			text += " (" + s.Kind + ")"
		}
		list = append(list, text)
	}
	for _, u := range m.Uses {
		list = append(list, fmt.Sprintf("%d %s: %s %s", u.Line, u.Name, u.What, u.File))
	}
	return list
}

func TestParse(t *testing.T) {
	tests := []struct {
		name, path, text string
		want             []string
	}{
		{"nginx", "site", "server {\n  listen 443 ssl;\n  ssl_certificate /etc/a.pem; ssl_certificate_key \"/etc/a.key\";\n  ssl_protocols TLSv1 TLSv1.2;\n  # ssl_crl x;\n}\n",
			[]string{"nginx", "4 ssl_protocols=TLSv1.0,TLSv1.2 (protocol-version)", "3 ssl_certificate: certificate /etc/a.pem", "3 ssl_certificate_key: private-key /etc/a.key"}},
		{"nginx on a line", "x", "server { listen 443 ssl; ssl_certificate tls/a.pem; ssl_certificate_key tls/a.key; }", []string{"nginx", "1 ssl_certificate: certificate tls/a.pem", "1 ssl_certificate_key: private-key tls/a.key"}},
		{"apache", "site.conf", "<VirtualHost *:443>\n  SSLEngine on\n  SSLCertificateFile \"/etc/a.pem\"\n  SSLProtocol all -TLSv1 -TLSv1.1 -SSLv3\n  SSLCipherSuite HIGH:!aNULL\n</VirtualHost>\n",
			[]string{"apache", "4 SSLProtocol=TLSv1.2,TLSv1.3 (protocol-version)", "5 SSLCipherSuite=HIGH:!aNULL", "3 SSLCertificateFile: certificate /etc/a.pem"}},
		{"postfix", "x", "myhostname = a\nsmtpd_tls_cert_file = /etc/a.pem\nsmtpd_tls_key_file=$smtpd_tls_cert_file\nsmtp_tls_CApath=/etc/ssl/certs\nsmtpd_tls_protocols = >=TLSv1.2\n",
			[]string{"postfix", "5 smtpd_tls_protocols=>=TLSv1.2", "2 smtpd_tls_cert_file: certificate /etc/a.pem", "3 smtpd_tls_key_file: private-key $smtpd_tls_cert_file", "4 smtp_tls_CApath: trust /etc/ssl/certs"}},
		{"haproxy", "x", "global\n  ssl-default-bind-ciphers HIGH\nfrontend a\n  bind :443 ssl crt /etc/a.pem ca-file /etc/ca.pem ssl-min-ver TLSv1.1\n  server x password secret\n",
			[]string{"haproxy", "2 ssl-default-bind-ciphers=HIGH", "4 ssl-min-ver=TLSv1.1 (protocol-version)", "4 crt: certificate /etc/a.pem", "4 ca-file: trust /etc/ca.pem"}},
		{"unit", "x.service", "[Unit]\nDescription=x\n[Service]\nEnvironment=TOKEN=secret\nExecStart=/bin/d --cert=/etc/a.crt \\\n  --tls-key /etc/a.key\nLoadCredential=tls:/etc/b.p12\n",
			[]string{"systemd unit", "5 ExecStart: certificate /etc/a.crt", "5 ExecStart: private-key /etc/a.key", "7 LoadCredential: certificate /etc/b.p12"}},
		{"openssl", "x", "openssl_conf = init\n[init]\nproviders = list\nssl_conf = ssl\n[list]\nfips = f\nbase = b\nlegacy = l\n[f]\nactivate = 1\n[b]\nactivate = yes\n[l]\nactivate = 0\n[ssl]\nsystem_default = d\n[d]\nMinProtocol = TLSv1 # old\nCipherString = DEFAULT@SECLEVEL=1\n",
			[]string{"openssl.cnf", "18 MinProtocol=TLSv1.0 in d (protocol-version)", "19 CipherString=DEFAULT@SECLEVEL=1 in d", "11 activate=base in provider", "9 activate=fips in provider"}},
		{"java", "x", "security.provider.1=SunPKCS11 ${java.home}/lib/fips.cfg\n# c\njdk.tls.disabledAlgorithms=SSLv3, RC4, \\\n    DH keySize < 1024\nkeystore.password=secret\n",
			[]string{"java.security", "1 security.provider.1=SunPKCS11 ${java.home}/lib/fips.cfg", "3 jdk.tls.disabledAlgorithms=SSLv3,RC4,DH keySize < 1024",
				"3 left by jdk.tls.disabledAlgorithms=TLSv1.0 (protocol-version)", "3 left by jdk.tls.disabledAlgorithms=TLSv1.1 (protocol-version)", "3 left by jdk.tls.disabledAlgorithms=3DES-EDE-CBC (cipher)"}},
		{"openssl without an oldest version", "x", "[system_default_sect]\nMinProtocol = None\n", []string{"openssl.cnf", "2 MinProtocol=None in system_default_sect"}},
		{"policy", "/etc/crypto-policies/config", "# comment\nFIPS:NO-SHA1\n", []string{"crypto-policies", "2 policy=FIPS,NO-SHA1"}},
		{"kernel", "/proc/sys/crypto/fips_enabled", "1\n", []string{"fips_enabled", "1 fips_enabled=1"}},
		{"prose", "x", "The ssl_certificate directive names a file.\n", nil},
		{"a unit without keys", "x", "[Unit]\nDescription=x\n", nil},
		{"nothing of ours where nginx looks", "/etc/nginx/mime.types", "types { text/html html; }\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, ok := hostfile.Parse([]byte(tt.text), tt.path)
			if ok != (tt.want != nil) {
				t.Fatalf("%v %+v", ok, m)
			}
			if ok {
				if diff := cmp.Diff(tt.want, told(m)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// TestAsNginxReads holds the sample to nginx itself, which prints what it has
// read.
func TestAsNginxReads(t *testing.T) {
	dir := t.TempDir()
	lab.RunIn(t, dir, lab.Program(t, "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=a", "-keyout", "a.key", "-out", "a.pem")
	conf := filepath.Join(dir, "nginx.conf")
	text := "pid " + dir + "/pid;\nevents {}\nhttp {\n server {\n  listen " + lab.Port(t).String() + " ssl;\n  ssl_certificate " + dir + "/a.pem;ssl_certificate_key '" + dir + "/a.key';\n  ssl_protocols TLSv1.2 TLSv1.3;\n }\n}\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	printed := lab.Run(t, lab.Program(t, "nginx"), "-T", "-q", "-c", conf, "-e", filepath.Join(dir, "log"))
	m, ok := hostfile.Parse([]byte(printed), "x")
	var files []string
	for _, u := range m.Uses {
		files = append(files, u.What+" "+u.File)
	}
	if want := []string{"certificate " + dir + "/a.pem", "private-key " + dir + "/a.key"}; !ok || !slices.Equal(files, want) {
		t.Errorf("%v, want %v", files, want)
	}
}

// javaOffers prints what Java offers of TLS by itself.
const javaOffers = `import javax.net.ssl.*;
public class Offers {
  public static void main(String[] args) throws Exception {
    SSLServerSocket s = (SSLServerSocket) SSLServerSocketFactory.getDefault().createServerSocket();
    for (String p : s.getEnabledProtocols()) System.out.println(p);
    for (String c : s.getEnabledCipherSuites()) for (String w : new String[] {"3DES", "RC4", "_DES", "NULL", "anon"}) if (c.contains(w)) System.out.println(w);
  }
}`

// TestAsJavaReads holds what a list of disabled algorithms leaves to what the
// JDK then offers, also where it leaves more than anybody would.
func TestAsJavaReads(t *testing.T) {
	java, dir := lab.Program(t, "java"), t.TempDir()
	source := filepath.Join(dir, "Offers.java")
	if err := os.WriteFile(source, []byte(javaOffers), 0o600); err != nil {
		t.Fatal(err)
	}
	lab.Run(t, lab.Program(t, "javac"), "-d", dir, source)
	names := map[string]string{"TLSv1": "TLSv1.0", "TLSv1.1": "TLSv1.1", "3DES": "3DES-EDE-CBC"}
	for _, list := range []string{"", "SSLv3, tlsv1, RC4", "TLSv1.1, DESede", "TLSv1, TLSv1.1, 3des_ede_cbc", "TLSv1, 3DES, DES, TLSv1.1", "TLS"} {
		t.Run(list, func(t *testing.T) {
			properties := filepath.Join(dir, "java.security") // a # in its path would be a fragment to Java
			text := "jdk.tls.disabledAlgorithms=" + list + "\n"
			if err := os.WriteFile(properties, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			var offers []string
			for _, word := range strings.Fields(lab.Run(t, java, "-Djava.security.properties="+properties, "-cp", dir, "Offers")) {
				if word != "TLSv1.2" && word != "TLSv1.3" && !slices.Contains(offers, names[word]) {
					offers = append(offers, names[word]) // "" for what is not foreseen
				}
			}
			m, _ := hostfile.Parse([]byte(text), properties)
			var left []string
			for _, s := range m.Settings {
				if s.Kind != "" {
					left = append(left, s.Values...)
				}
			}
			slices.Sort(offers)
			slices.Sort(left)
			if diff := cmp.Diff(offers, left); diff != "" {
				t.Errorf("Java offers, and is told to be left (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMachineFiles reads what the distribution ships.
func TestMachineFiles(t *testing.T) {
	for pattern, want := range map[string]string{
		"/etc/ssl/openssl.cnf":                        "openssl.cnf",
		"/etc/java-17-openjdk/security/java.security": "java.security",
		"/etc/postfix/main.cf":                        "postfix",
		"/proc/sys/crypto/fips_enabled":               "fips_enabled",
	} {
		data, err := os.ReadFile(pattern)
		if err != nil {
			t.Logf("not here: %v", err)
			continue
		}
		m, ok := hostfile.Parse(data, pattern)
		t.Logf("%s: %v %d settings, %d uses", pattern, ok, len(m.Settings), len(m.Uses))
		if ok && m.Format != want || !ok && want != "openssl.cnf" {
			t.Errorf("%s: %v", pattern, told(m))
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"ssl_certificate a;", "SSLProtocol all -TLSv1\n", "smtpd_tls_key_file=a,b\n", " bind x ssl crt", "[Unit]\nExecStart=a \\\n /b.key",
		"openssl_conf=a\n[a]\nproviders=b\n[b]\nx=y\n[y]\nactivate=1", "security.provider.1=x, \\", "server a ssl-min-ver"} {
		f.Add([]byte(text), "x")
	}
	f.Add([]byte("1"), "/fips_enabled")
	f.Add([]byte("FIPS:A"), "/etc/crypto-policies/config")
	f.Fuzz(func(t *testing.T, text []byte, path string) {
		m, ok := hostfile.Parse(text, path)
		if ok && (m.Format == "" || !hostfile.Is(text, path)) {
			t.Fatalf("%+v", m)
		}
		for _, line := range told(m) {
			if strings.ContainsAny(line, "\n\x1b") {
				t.Fatalf("%q", line)
			}
		}
	})
}
