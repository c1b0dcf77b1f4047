package main

import (
	"bufio"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fipsweep/fipsweep/scanner/certstore"
	"github.com/fipsweep/fipsweep/scanner/target"
)

// storeFlags say which files are read, and how much of one.
type storeFlags struct {
	stores       string
	excludePaths []string
	maxFileSize  string
}

func (f *storeFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.stores, "stores", "", "read the standard places of this machine too: `system` for trust stores, servers, Java, SSH and homes")
	fl.StringArrayVar(&f.excludePaths, "exclude-path", nil, "leave alone files and folders by this `GLOB`, such as /srv/backup, '*.iso' or '**/node_modules'; repeatable")
	fl.StringVar(&f.maxFileSize, "max-file-size", "64M", "how much of one file is read, as `BYTES` or with K, M or G")
}

// options reads the flags for the walker of files.
func (f *storeFlags) options() (certstore.Options, error) {
	var o certstore.Options
	var errExclude, errSize error
	if o.Exclude, errExclude = certstore.ParseExcludes(f.excludePaths); errExclude != nil {
		errExclude = fmt.Errorf("--exclude-path: %w", errExclude)
	}
	if o.MaxFileSize, errSize = parseSize(f.maxFileSize); errSize != nil {
		errSize = fmt.Errorf("--max-file-size %s: %w", f.maxFileSize, errSize)
	}
	return o, errors.Join(errExclude, errSize)
}

// parseSize reads a number of bytes.
func parseSize(s string) (int64, error) {
	units := map[string]int64{"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
	digits := strings.TrimRight(s, "KMG")
	unit, known := units[s[len(digits):]]
	n, err := strconv.ParseInt(digits, 10, 64)
	if !known || err != nil || n > math.MaxInt32*64/unit {
		return 0, errors.New("want bytes, such as 1048576, 64M or 1G, up to 128G")
	}
	if n *= unit; n < 4096 {
		return 0, errors.New("want 4K or more: less holds no certificate")
	}
	return n, nil
}

// systemPlaces are where a Linux machine keeps certificates, keys and what says
// which are in use. Those of them that are there are read.
func systemPlaces() []string {
	return []string{
		"/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/ca-certificates.conf", "/usr/share/ca-certificates",
		"/usr/local/share/ca-certificates", "/usr/local/ssl", "/etc/crypto-policies", "/proc/sys/crypto/fips_enabled",
		"/usr/lib/jvm/*/lib/security", "/usr/lib/jvm/*/conf/security", "/etc/java*/security", "/etc/default/cacerts",
		"/etc/ssh", "/usr/local/etc/ssh",
		"/etc/nginx", "/etc/apache2", "/etc/httpd", "/etc/haproxy", "/etc/postfix", "/etc/dovecot", "/etc/exim4", "/etc/ldap",
		"/etc/openldap", "/etc/letsencrypt", "/etc/kubernetes", "/var/lib/kubelet/pki", "/etc/rancher", "/etc/docker",
		"/etc/openvpn", "/etc/ipsec.d", "/etc/swanctl", "/etc/stunnel", "/etc/systemd/system", "/etc/systemd/user",
	}
}

// homePlaces are those below a home.
func homePlaces() []string {
	return []string{".ssh", ".gnupg", ".pki", ".kube", ".putty", ".java", ".keystore", ".docker", ".config/systemd/user",
		".mozilla/firefox", ".thunderbird", ".globus", ".minikube", "snap/firefox/common/.mozilla/firefox"}
}

// systemLines are the standard places that are there and may be read, as
// targets. Root is "/" but for tests.
func systemLines(root string) []target.Line {
	var found []string
	look := func(pattern string) {
		matches, _ := filepath.Glob(pattern) // ours are well formed
		for _, path := range matches {
			if f, err := os.Open(path); err == nil { // whom it is not for
				f.Close()
				found = append(found, path)
			}
		}
	}
	for _, place := range systemPlaces() {
		look(filepath.Join(root, place))
	}
	for _, home := range homes(root) {
		for _, place := range homePlaces() {
			look(filepath.Join(root, escapeGlob(home), place))
		}
	}
	slices.Sort(found)
	var lines []target.Line
	for _, path := range slices.Compact(found) {
		lines = append(lines, target.Line{Text: path, Where: "--stores system"})
	}
	return lines
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

// homes are the home folders that passwd(5) names, but for those that many
// accounts of services share.
func homes(root string) []string {
	f, err := os.Open(filepath.Join(root, "etc/passwd"))
	if err != nil {
		return nil
	}
	defer f.Close()
	var list []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Split(lines.Text(), ":")
		if len(fields) == 7 && filepath.IsAbs(fields[5]) && filepath.Clean(fields[5]) != "/" && !slices.Contains(list, fields[5]) {
			list = append(list, fields[5])
		}
	}
	return list
}
