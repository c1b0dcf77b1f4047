//go:build unix

package certstore_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/certstore"
)

// TestUses: the files that configurations name are found where the program
// would find them, and what is there is told.
func TestUses(t *testing.T) {
	b, root := make1(t), base(t)
	write(t, root+"/etc/ssl/archive/site1.pem", b.cert)
	write(t, root+"/etc/ssl/site.key", b.key)
	write(t, root+"/etc/nginx/dh.pem", b.dh)
	write(t, root+"/home/u/.ssh/id", b.key)
	must(t, os.MkdirAll(root+"/etc/ssl/live", 0o755))
	must(t, os.Symlink("../archive/site1.pem", root+"/etc/ssl/live/site.pem"))
	exclude, err := certstore.ParseExcludes([]string{"**/secret"})
	must(t, err)
	for _, test := range []struct {
		name, path, text string
		want             []string
	}{
		{"nginx", "/etc/nginx/conf.d/site.conf", "ssl_certificate /etc/ssl/live/site.pem;\nssl_certificate_key \"/etc/ssl/site.key\";\nssl_dhparam dh.pem;\n" +
			"ssl_trusted_certificate /etc/ssl;\nssl_client_certificate /etc/ssl/gone.pem;\nssl_crl gone.crl;\nssl_certificate $name.pem;\n" +
			"ssl_certificate_key engine:pkcs11:x;\nssl_certificate data:$x;\ninclude snippets/*.conf;\ninclude /etc/nginx/mime;\nssl_crl /etc/secret;\n",
			[]string{"/etc/ssl/archive/site1.pem file", "/etc/ssl/site.key file", "/etc/nginx/dh.pem file", "/etc/ssl directory", "/etc/ssl/gone.pem missing",
				"/etc/nginx/gone.crl missing", " ", " ", " ", " ", "/etc/nginx/mime missing", " "}},
		{"relative, from deep below", "/etc/nginx/snippets/a/b.conf", "ssl_dhparam dh.pem;\nssl_certificate a/gone.pem;\n", []string{"/etc/nginx/dh.pem file", "/etc/nginx/a/gone.pem missing"}},
		{"nginx elsewhere", "/srv/web.conf", "ssl_certificate ../etc/ssl/site.key;\nssl_certificate_key nokey.pem;\n", []string{"/etc/ssl/site.key file", "/srv/nokey.pem missing"}},
		{"apache elsewhere", "/srv/apache.conf", "SSLCertificateFile gone.pem\n", []string{" "}},
		{"absolute where the copy has none", "/etc/nginx/nginx.conf", "ssl_certificate /dev/null;\n", []string{"/dev/null device"}},
		{"apache", "/etc/apache2/sites-enabled/a", "SSLCertificateFile /etc/ssl/live/site.pem\nInclude conf/x.conf\n", []string{"/etc/ssl/archive/site1.pem file", "/etc/apache2/conf/x.conf missing"}},
		{"haproxy", "/etc/haproxy/haproxy.cfg", "crt-base /etc/ssl/live\nca-base /etc/ca\nbind :443 ssl crt site.pem ca-file all.pem\nbind :444 ssl crt /etc/ssl\n",
			[]string{"/etc/ssl/archive/site1.pem file", "/etc/ca/all.pem missing", "/etc/ssl directory"}},
		{"postfix", "/etc/postfix/main.cf", "smtpd_tls_cert_file=/etc/ssl/live/site.pem\nsmtpd_tls_key_file = $smtpd_tls_cert_file\n", []string{"/etc/ssl/archive/site1.pem file", " "}},
		{"sshd", "/etc/ssh/sshd_config", "HostKey /etc/ssh/gone\nAuthorizedKeysFile .ssh/authorized_keys\nInclude /etc/ssh/sshd_config.d/*.conf\n", []string{"/etc/ssh/gone missing", " ", " "}},
		{"ssh", "/home/u/.ssh/config", "Host *\nIdentityFile ~/.ssh/id\nIdentityFile " + root + "/gone\n", []string{"/home/u/.ssh/id file", "/gone missing"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := root + test.path
			write(t, path, []byte(test.text))
			o := certstore.New(certstore.Options{Exclude: exclude}).Probe(t.Context(), scanner.File(path))
			if o.Host == nil {
				t.Fatalf("no configuration: %s", brief(o))
			}
			var got []string
			for _, u := range o.Host.Uses {
				got = append(got, strings.TrimPrefix(u.Path, root)+" "+u.State)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
