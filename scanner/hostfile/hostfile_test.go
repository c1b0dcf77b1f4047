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
			[]string{"apache", "4 SSLProtocol=TLSv1.2,TLSv1.3 (protocol-version)", "5 SSLCipherSuite=HIGH:!aNULL", "3 SSLCertificateFile: certificate /etc/a.pem", "line 5, SSLCipherSuite: HIGH"}},
		{"postfix", "x", "myhostname = a\nsmtpd_tls_cert_file = /etc/a.pem\nsmtpd_tls_key_file=$smtpd_tls_cert_file\nsmtp_tls_CApath=/etc/ssl/certs\nsmtpd_tls_protocols = >=TLSv1.2\n",
			[]string{"postfix", "5 smtpd_tls_protocols=TLSv1.2 (protocol-version)", "2 smtpd_tls_cert_file: certificate /etc/a.pem", "3 smtpd_tls_key_file: private-key $smtpd_tls_cert_file", "4 smtp_tls_CApath: trust /etc/ssl/certs"}},
		{"haproxy", "x", "global\n  ssl-default-bind-ciphers HIGH\nfrontend a\n  bind :443 ssl crt /etc/a.pem ca-file /etc/ca.pem ssl-min-ver TLSv1.1\n  server x password secret\n",
			[]string{"haproxy", "2 ssl-default-bind-ciphers=HIGH", "4 ssl-min-ver=TLSv1.1 (protocol-version)", "4 crt: certificate /etc/a.pem", "4 ca-file: trust /etc/ca.pem", "line 2, ssl-default-bind-ciphers: HIGH"}},
		{"unit", "x.service", "[Unit]\nDescription=x\n[Service]\nEnvironment=TOKEN=secret\nExecStart=/bin/d --cert=/etc/a.crt \\\n  --tls-key /etc/a.key\nLoadCredential=tls:/etc/b.p12\n",
			[]string{"systemd unit", "5 ExecStart: certificate /etc/a.crt", "5 ExecStart: private-key /etc/a.key", "7 LoadCredential: certificate /etc/b.p12"}},
		{"openssl", "x", "openssl_conf = init\n[init]\nproviders = list\nssl_conf = ssl\n[list]\nfips = f\nbase = b\nlegacy = l\n[f]\nactivate = 1\n[b]\nactivate = yes\n[l]\nactivate = 0\n[ssl]\nsystem_default = d\n[d]\nMinProtocol = TLSv1 # old\nCipherString = DEFAULT@SECLEVEL=1\n",
			[]string{"openssl.cnf", "18 MinProtocol=TLSv1.0 in d (protocol-version)", "19 CipherString=DEFAULT@SECLEVEL=1 in d", "11 activate=base in provider", "9 activate=fips in provider", "line 19, CipherString: @SECLEVEL=1, DEFAULT"}},
		{"java", "x", "security.provider.1=SunPKCS11 ${java.home}/lib/fips.cfg\n# c\njdk.tls.disabledAlgorithms=SSLv3, RC4, \\\n    DH keySize < 1024\nkeystore.password=secret\n",
			[]string{"java.security", "1 security.provider.1=SunPKCS11 ${java.home}/lib/fips.cfg", "3 jdk.tls.disabledAlgorithms=SSLv3,RC4,DH keySize < 1024",
				"3 left by jdk.tls.disabledAlgorithms=TLSv1.0 (protocol-version)", "3 left by jdk.tls.disabledAlgorithms=TLSv1.1 (protocol-version)", "3 left by jdk.tls.disabledAlgorithms=3DES-EDE-CBC (cipher)"}},
		{"openssl without an oldest version", "x", "[system_default_sect]\nMinProtocol = None\n", []string{"openssl.cnf", "2 MinProtocol=None in system_default_sect"}},
		{"openssl with suites named", "x", "[system_default_sect]\nCipherString = RC4-SHA:DES-CBC3-SHA:@SECLEVEL=0\nCiphersuites = TLS_AES_128_CCM_8_SHA256\n",
			[]string{"openssl.cnf", "2 CipherString=RC4-SHA:DES-CBC3-SHA:@SECLEVEL=0 in system_default_sect",
				"2 suites named by CipherString=TLS_RSA_WITH_RC4_128_SHA,TLS_RSA_WITH_3DES_EDE_CBC_SHA in system_default_sect (tls-cipher-suite)",
				"3 Ciphersuites=TLS_AES_128_CCM_8_SHA256 in system_default_sect", "3 suites named by Ciphersuites=TLS_AES_128_CCM_8_SHA256 in system_default_sect (tls-cipher-suite)",
				"line 2, CipherString: @SECLEVEL=0"}},
		{"nginx's suites", "x", "ssl_ciphers 'RC4-SHA:!RC4:AES128-SHA';\nproxy_ssl_ciphers HIGH;\nssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;\n",
			[]string{"nginx", "1 ssl_ciphers=RC4-SHA:!RC4:AES128-SHA", "1 suites named by ssl_ciphers=TLS_RSA_WITH_AES_128_CBC_SHA (tls-cipher-suite)", "2 proxy_ssl_ciphers=HIGH",
				"3 ssl_conf_command=Ciphersuites,TLS_AES_128_GCM_SHA256", "3 suites named by ssl_conf_command=TLS_AES_128_GCM_SHA256 (tls-cipher-suite)", "line 2, proxy_ssl_ciphers: HIGH"}},
		{"nginx over lines", "x", "server { # x\n  add_header A \"b #c\";\n  ssl_ciphers\n    RC4-SHA:AES128-SHA\n  ; # old\n  ssl_protocols TLSv1\n    TLSv1.2;\n}\nssl_certificate /a.pem; # a\nssl_crl /b.crl;\n",
			[]string{"nginx", "3 ssl_ciphers=RC4-SHA:AES128-SHA", "3 suites named by ssl_ciphers=TLS_RSA_WITH_RC4_128_SHA,TLS_RSA_WITH_AES_128_CBC_SHA (tls-cipher-suite)",
				"6 ssl_protocols=TLSv1.0,TLSv1.2 (protocol-version)", "9 ssl_certificate: certificate /a.pem", "10 ssl_crl: crl /b.crl"}},
		{"apache's suites", "x", "SSLCipherSuite TLSv1.3 TLS_AES_128_GCM_SHA256\nSSLProxyCipherSuite NULL-SHA:RC4-SHA\nSSLOpenSSLConfCmd CipherString DES-CBC3-SHA\n",
			[]string{"apache", "1 SSLCipherSuite=TLSv1.3,TLS_AES_128_GCM_SHA256", "1 suites named by SSLCipherSuite=TLS_AES_128_GCM_SHA256 (tls-cipher-suite)",
				"2 SSLProxyCipherSuite=NULL-SHA:RC4-SHA", "2 suites named by SSLProxyCipherSuite=TLS_RSA_WITH_RC4_128_SHA (tls-cipher-suite)",
				"3 SSLOpenSSLConfCmd=CipherString,DES-CBC3-SHA", "3 suites named by SSLOpenSSLConfCmd=TLS_RSA_WITH_3DES_EDE_CBC_SHA (tls-cipher-suite)"}},
		{"haproxy's suites", "x", "global\n ssl-default-bind-ciphers HIGH:AES128-SHA\n ssl-default-server-ciphersuites TLS_AES_128_GCM_SHA256\nfrontend a\n bind :443 ssl crt /a ciphers RC4-SHA\n",
			[]string{"haproxy", "2 ssl-default-bind-ciphers=HIGH:AES128-SHA", "2 suites named by ssl-default-bind-ciphers=TLS_RSA_WITH_AES_128_CBC_SHA (tls-cipher-suite)",
				"3 ssl-default-server-ciphersuites=TLS_AES_128_GCM_SHA256", "3 suites named by ssl-default-server-ciphersuites=TLS_AES_128_GCM_SHA256 (tls-cipher-suite)",
				"5 ciphers=RC4-SHA", "5 suites named by ciphers=TLS_RSA_WITH_RC4_128_SHA (tls-cipher-suite)", "5 crt: certificate /a", "line 2, ssl-default-bind-ciphers: HIGH"}},
		{"postfix's suites", "x", "smtpd_tls_ciphers = high\ntls_high_cipherlist = RC4-SHA:DES-CBC3-SHA\nsmtpd_tls_exclude_ciphers = RC4, aNULL\n",
			[]string{"postfix", "1 smtpd_tls_ciphers=high", "2 tls_high_cipherlist=RC4-SHA,DES-CBC3-SHA", "2 suites named by tls_high_cipherlist=TLS_RSA_WITH_3DES_EDE_CBC_SHA (tls-cipher-suite)",
				"3 smtpd_tls_exclude_ciphers=RC4,aNULL", "line 1, smtpd_tls_ciphers: high", "line 2, tls_high_cipherlist: RC4-SHA"}},
		{"postfix's long lines", "main.cf", "smtpd_tls_cert_file =\n  /etc/a.pem\n\n# c\ntls_medium_cipherlist = RC4-SHA,\n# c\n\tDES-CBC3-SHA\nx = y\n",
			[]string{"postfix", "5 tls_medium_cipherlist=RC4-SHA,DES-CBC3-SHA", "5 suites named by tls_medium_cipherlist=TLS_RSA_WITH_RC4_128_SHA,TLS_RSA_WITH_3DES_EDE_CBC_SHA (tls-cipher-suite)",
				"1 smtpd_tls_cert_file: certificate /etc/a.pem"}},
		{"postfix's services", "master.cf", "smtps inet n - y - - smtpd\n  -o smtpd_tls_wrappermode=yes\n  -o smtpd_tls_mandatory_protocols=>=TLSv1\n  -o { smtpd_tls_key_file = /etc/a.key }\n",
			[]string{"postfix", "3 smtpd_tls_mandatory_protocols=TLSv1.0 (protocol-version)", "4 smtpd_tls_key_file: private-key /etc/a.key"}},
		{"haproxy's versions", "x", "global\n ssl-default-bind-options ssl-min-ver TLSv1.0 no-tls-tickets\nfrontend a\n bind :443 ssl crt /a no-tlsv13 force-tlsv10 force-tlsv11\n bind :444 ssl crt /b ssl-max-ver TLSv1.1\n",
			[]string{"haproxy", "2 ssl-default-bind-options=ssl-min-ver,TLSv1.0,no-tls-tickets", "2 ssl-min-ver=TLSv1.0 in ssl-default-bind-options (protocol-version)",
				"4 force-tlsv11=TLSv1.1 (protocol-version)", "5 ssl-max-ver=TLSv1.1 (protocol-version)", "4 crt: certificate /a", "5 crt: certificate /b"}},
		{"postfix's versions", "x", "smtpd_tls_protocols = >=TLSv1, <=TLSv1.2\nsmtpd_tls_mandatory_protocols = SSLv3, TLSv1\nsmtp_tls_protocols = !SSLv2, !SSLv3, !TLSv1\nlmtp_tls_protocols = $smtp_tls_protocols\n",
			[]string{"postfix", "1 smtpd_tls_protocols=TLSv1.0,TLSv1.2 (protocol-version)", "2 smtpd_tls_mandatory_protocols=SSLv3,TLSv1.0 (protocol-version)",
				"3 smtp_tls_protocols=TLSv1.1,TLSv1.2,TLSv1.3 (protocol-version)", "4 lmtp_tls_protocols=$smtp_tls_protocols"}},
		{"policy", "/etc/crypto-policies/config", "# comment\nFIPS:NO-SHA1\n", []string{"crypto-policies", "2 policy=FIPS,NO-SHA1"}},
		{"kernel", "/proc/sys/crypto/fips_enabled", "1\n", []string{"fips_enabled", "1 fips_enabled=1"}},
		{"prose", "x", "The ssl_certificate directive names a file.\n", nil},
		{"a unit without keys", "x", "[Unit]\nDescription=x\n", nil},
		{"nothing of ours where nginx looks", "/etc/nginx/mime.types", "types { text/html html; }\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, open, ok := hostfile.Parse([]byte(tt.text), tt.path)
			if ok != (tt.want != nil) {
				t.Fatalf("%v %+v", ok, m)
			}
			if ok {
				got := told(m)
				for _, o := range open {
					got = append(got, o.What+strings.TrimPrefix(o.Detail, "what of it is let in depends on the OpenSSL that reads it"))
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
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
	m, _, ok := hostfile.Parse([]byte(printed), "x")
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
			m, _, _ := hostfile.Parse([]byte(text), properties)
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
		m, _, ok := hostfile.Parse(data, pattern)
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
		m, _, ok := hostfile.Parse(text, path)
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
