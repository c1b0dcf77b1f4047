package hostfile

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// A directive is what a keyword of a server says.
type directive struct {
	use  string // it names a file of this sort
	kind string // its arguments name these, as a kind of rule
}

// What the values of a setting name, as a kind of rule.
const (
	versionKind = "protocol-version"
	cipherKind  = "cipher"
	suiteKind   = "tls-cipher-suite"
)

// nginxWords are those of nginx's ngx_http_ssl_module and its like for mail,
// streams and proxies, which put a prefix before them.
var nginxWords = map[string]directive{
	"ssl_certificate": {use: scanner.UseCertificate}, "ssl_certificate_key": {use: scanner.UsePrivateKey},
	"ssl_client_certificate": {use: scanner.UseTrust}, "ssl_trusted_certificate": {use: scanner.UseTrust},
	"ssl_dhparam": {use: scanner.UseParameters}, "ssl_crl": {use: scanner.UseCRL}, "include": {use: scanner.UseConfiguration},
	"ssl_protocols": {kind: versionKind}, "ssl_ciphers": {}, "ssl_ecdh_curve": {}, "ssl_conf_command": {}, "ssl_prefer_server_ciphers": {},
}

var nginxMark = regexp.MustCompile(`(?m)(?:^|[;{])[ \t]*(?:proxy_|grpc_|uwsgi_)?ssl_[a-z_]+[ \t]+[^;{}\n]+;`)

func isNginx(text []byte, name string) bool {
	return bytes.Contains(text, []byte("ssl_")) && nginxMark.Match(text) || strings.Contains(name, "/nginx/")
}

// readNginx takes a statement of ours from its keyword to the semicolon, over
// as many lines as it has.
func readNginx(m *scanner.Machine, text []byte) {
	var words []string
	began := 0
	for n, line := range lines(text, "#", false) {
		if i := strings.Index(line, " #"); i >= 0 {
			line = line[:i]
		}
		statements := strings.Split(line, ";")
		for i, statement := range statements {
			if len(words) == 0 {
				began = n
			}
			words = append(words, strings.Fields(strings.TrimLeft(statement, " \t{}"))...)
			if len(words) == 0 {
				continue
			}
			plain := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(words[0], "proxy_"), "grpc_"), "uwsgi_")
			if _, ours := nginxWords[plain]; ours && i == len(statements)-1 && len(words) < 64 && !strings.ContainsAny(statement, "{}") {
				continue
			}
			if len(words) > 1 {
				direct(m, began, nginxWords, plain, words)
			}
			words = nil
		}
	}
}

// apacheWords are those of mod_ssl; case makes no difference to Apache.
var apacheWords = map[string]directive{
	"sslcertificatefile": {use: scanner.UseCertificate}, "sslcertificatekeyfile": {use: scanner.UsePrivateKey},
	"sslcertificatechainfile": {use: scanner.UseCertificate}, "sslcacertificatefile": {use: scanner.UseTrust},
	"sslcacertificatepath": {use: scanner.UseTrust}, "sslcarevocationfile": {use: scanner.UseCRL},
	"include": {use: scanner.UseConfiguration}, "includeoptional": {use: scanner.UseConfiguration},
	"sslproxycacertificatefile": {use: scanner.UseTrust}, "sslproxymachinecertificatefile": {use: scanner.UseCertificate},
	"sslprotocol": {kind: versionKind}, "sslproxyprotocol": {kind: versionKind}, "sslciphersuite": {}, "sslproxyciphersuite": {}, "sslopensslconfcmd": {}, "sslfips": {}, "sslhonorcipherorder": {},
}

var apacheMark = regexp.MustCompile(`(?mi)^[ \t]*SSL[a-z]+[ \t]+\S`)

func isApache(text []byte, name string) bool {
	return (bytes.Contains(text, []byte("SSL")) || bytes.Contains(text, []byte("ssl"))) && apacheMark.Match(text) || strings.Contains(name, "/apache2/") || strings.Contains(name, "/httpd/")
}

func readApache(m *scanner.Machine, text []byte) {
	for n, line := range lines(text, "#", true) {
		if words := strings.Fields(line); len(words) > 1 {
			direct(m, n, apacheWords, strings.ToLower(words[0]), words)
		}
	}
}

// direct adds what a keyword with its arguments says.
func direct(m *scanner.Machine, line int, known map[string]directive, plain string, words []string) {
	d, ok := known[plain]
	args := make([]string, 0, len(words)-1)
	for _, w := range words[1:] {
		args = append(args, unquote(w))
	}
	switch {
	case !ok:
	case d.use != "":
		use(m, line, words[0], d.use, args[0])
	case d.kind == versionKind:
		set(m, scanner.Setting{Line: line, Name: words[0], Kind: d.kind, Values: allowed(args)})
	default:
		set(m, scanner.Setting{Line: line, Name: words[0], Values: args})
	}
}

// allowed are the versions that a list leaves. "all", as Apache has it, is
// every version from TLS 1.0 that OpenSSL still speaks; before 2.4.17 it had
// SSLv3 with it, which is for OpenSSL to say.
func allowed(words []string) []string {
	var left []string
	for _, w := range words {
		switch name, minus := strings.CutPrefix(w, "-"); {
		case strings.EqualFold(w, "all"), strings.EqualFold(w, "+all"):
			left = []string{"TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"}
		case minus:
			gone := versions([]string{name})
			left = slices.DeleteFunc(left, func(v string) bool { return slices.Contains(gone, v) })
		default:
			left = append(left, versions([]string{w})...)
		}
	}
	return left
}

// postfixWords are of postconf(5), without the smtp_, smtpd_ or lmtp_ before.
var postfixWords = map[string]directive{
	"tls_cert_file": {use: scanner.UseCertificate}, "tls_key_file": {use: scanner.UsePrivateKey}, "tls_chain_files": {use: scanner.UseCertificate},
	"tls_eccert_file": {use: scanner.UseCertificate}, "tls_eckey_file": {use: scanner.UsePrivateKey},
	"tls_dcert_file": {use: scanner.UseCertificate}, "tls_dkey_file": {use: scanner.UsePrivateKey},
	"tls_CAfile": {use: scanner.UseTrust}, "tls_CApath": {use: scanner.UseTrust},
	"tls_dh1024_param_file": {use: scanner.UseParameters}, "tls_dh512_param_file": {use: scanner.UseParameters},
	"tls_security_level": {}, "tls_protocols": {kind: versionKind}, "tls_mandatory_protocols": {kind: versionKind}, "tls_ciphers": {}, "tls_mandatory_ciphers": {},
	"tls_exclude_ciphers": {}, "tls_mandatory_exclude_ciphers": {}, "tls_eecdh_grade": {}, "tls_fingerprint_digest": {},
	"high_cipherlist": {}, "medium_cipherlist": {}, "low_cipherlist": {}, "export_cipherlist": {}, "null_cipherlist": {},
}

var postfixMark = regexp.MustCompile(`(?m)^(?:smtpd|smtp|lmtp)_tls_[A-Za-z0-9_]+[ \t]*=`)

func isPostfix(text []byte, name string) bool {
	return bytes.Contains(text, []byte("_tls_")) && postfixMark.Match(text) || path.Base(name) == "main.cf" || path.Base(name) == "master.cf"
}

// folded are the lines of Postfix's files by the number of their first: one
// that begins with a blank goes on with the line before (postconf(5)), but for
// the settings of a service in master.cf.
func folded(text []byte) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		var parts []string
		began, long, n := 0, 0, 0
		for raw := range bytes.Lines(text) {
			n++
			line := strings.TrimSpace(string(raw[:min(len(raw), maxLine)]))
			switch {
			case line == "" || line[0] == '#':
			case (raw[0] == ' ' || raw[0] == '\t') && len(parts) > 0 && !strings.HasPrefix(line, "-o"):
				if long += len(line); long < maxLine {
					parts = append(parts, line)
				}
			default:
				if len(parts) > 0 && !yield(began, strings.Join(parts, " ")) {
					return
				}
				began, long, parts = n, len(line), append(parts[:0], line)
			}
		}
		if len(parts) > 0 {
			yield(began, strings.Join(parts, " "))
		}
	}
}

func readPostfix(m *scanner.Machine, text []byte) {
	for n, line := range folded(text) {
		name, value, found := strings.Cut(line, "=")
		if !found {
			continue
		}
		name = strings.TrimSpace(strings.TrimPrefix(name, "-o"))
		if inner, ok := strings.CutPrefix(name, "{"); ok {
			name, value = strings.TrimSpace(inner), strings.TrimSuffix(value, "}")
		}
		_, plain, _ := strings.Cut(name, "_")
		for _, word := range list(value) {
			if d := postfixWords[plain]; d.use != "" {
				use(m, n, name, d.use, word)
			}
		}
		switch d, ok := postfixWords[plain]; {
		case ok && d.kind == versionKind && len(rangeOf(list(value))) > 0:
			set(m, scanner.Setting{Line: n, Name: name, Kind: versionKind, Values: rangeOf(list(value))})
		case ok && d.use == "":
			set(m, scanner.Setting{Line: n, Name: name, Values: list(value)})
		}
	}
}

var haproxyMark = regexp.MustCompile(`(?m)^[ \t]*(?:bind[ \t].*[ \t]ssl(?:[ \t]|$)|ssl-default-(?:bind|server)-[a-z]+[ \t])`)

func isHAProxy(text []byte, name string) bool {
	return bytes.Contains(text, []byte("ssl")) && haproxyMark.Match(text) || path.Base(name) == "haproxy.cfg"
}

// haproxyFiles are the words of bind and server lines that a file follows.
var haproxyFiles = map[string]string{"crt": scanner.UseCertificate, "crt-list": scanner.UseCertificate, "ca-file": scanner.UseTrust,
	"crl-file": scanner.UseCRL, "ssl-dh-param-file": scanner.UseParameters}

// haproxyBases are the settings that complete the names behind these words.
var haproxyBases = map[string]string{"crt": "crt-base", "ca-file": "ca-base", "crl-file": "ca-base"}

// readHAProxy completes the names of files by the bases that stand above them
// (section 3.1 of its manual).
func readHAProxy(m *scanner.Machine, text []byte) {
	bases := map[string]string{}
	based := func(word, file string) string {
		if dir := bases[haproxyBases[word]]; dir != "" && !path.IsAbs(file) {
			return path.Join(dir, file)
		}
		return ""
	}
	for n, line := range lines(text, "#", false) {
		words := strings.Fields(line)
		switch first := words[0]; {
		case (first == "crt-base" || first == "ca-base") && len(words) > 1:
			bases[first] = unquote(words[1])
		case first == "bind" || first == "server" || first == "default-server" || haproxyFiles[first] != "":
			for i := range len(words) - 1 {
				if what := haproxyFiles[words[i]]; what != "" {
					file := unquote(words[i+1])
					useAt(m, scanner.Use{Line: n, Name: words[i], What: what, File: file, Path: based(words[i], file)})
				}
				if words[i] == "ciphers" || words[i] == "ciphersuites" {
					set(m, scanner.Setting{Line: n, Name: words[i], Values: []string{unquote(words[i+1])}})
				}
			}
			boundVersions(m, n, "", words)
		case strings.HasPrefix(first, "ssl-default-") && len(words) > 1:
			set(m, scanner.Setting{Line: n, Name: first, Values: words[1:]})
			boundVersions(m, n, first, words)
		}
	}
}

var unitMark = regexp.MustCompile(`(?m)^\[(?:Service|Socket|Unit)\][ \t\r]*$`)

func isUnit(text []byte, _ string) bool {
	return bytes.IndexByte(text, '[') >= 0 && unitMark.Match(text)
}

// readUnit finds the files of certificates and keys among the arguments and
// credentials of a unit (systemd.exec(5)). Other arguments are not told.
func readUnit(m *scanner.Machine, text []byte) {
	for n, line := range lines(text, "#;", true) {
		name, value, found := strings.Cut(line, "=")
		if !found || !strings.HasPrefix(name, "Exec") && !strings.HasPrefix(name, "LoadCredential") && name != "Environment" {
			continue
		}
		for _, word := range strings.Fields(value) {
			file := unquote(word[strings.LastIndexAny(word, "=:,")+1:])
			if what := fileKind(file); what != "" && strings.Contains(file, "/") {
				use(m, n, name, what, file)
			}
		}
	}
}
