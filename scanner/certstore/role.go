package certstore

import (
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// roles tells what each certificate is for. Paired are the items whose private
// key lies in the file, issuers the names that issued another one there.
func (c *content) roles(items []scanner.Item, paired map[int]bool, issuers map[string]bool) {
	roots, shut := map[string]int{}, map[string]bool{} // by member
	private := map[string]bool{}                       // public halves of the keys
	for i := range items {
		item := &items[i]
		switch {
		case item.Certificate != nil && item.Certificate.Role() == scanner.RoleAnchor:
			roots[item.Member]++
		case item.Kind == scanner.ItemPrivateKey:
			shut[item.Member] = shut[item.Member] || item.SHA256 == ""
			private[item.SHA256] = item.SHA256 != ""
		}
	}
	for i := range items {
		item := &items[i]
		cert := item.Certificate
		if cert == nil {
			continue
		}
		if item.Role = cert.Role(); item.Role != scanner.RoleAnchor {
			continue
		}
		entry := c.entries[item.SHA256] && (item.Alias != "" || !shut[item.Member])
		switch {
		case paired[i], private[cert.Key.SPKISHA256]:
			item.Role, item.RoleBy = scanner.RoleEndEntity, scanner.RoleByKey
		case c.secrets[item.SHA256]:
			item.Role, item.RoleBy = scanner.RoleEndEntity, scanner.RoleBySecret
		case entry, roots[item.Member] > 1 && !shut[item.Member], c.trustPlace(item.Member):
			item.RoleBy = scanner.RoleByStore
		case issuers[cert.Subject]:
			item.RoleBy = scanner.RoleByIssued
		default:
			item.Role, item.RoleBy = ownRole(cert)
		}
	}
}

// hashed is the name by which OpenSSL looks an anchor up in a folder; only a
// folder that somebody made a trust store of has such links.
var hashed = regexp.MustCompile(`^[0-9a-f]{8}\.[0-9]+$`)

// trustFolders are folders in which systems keep the roots that they trust:
// Debian, Alpine and Arch; Red Hat; SUSE; Android and BSD.
var trustFolders = []string{"/ca-certificates/", "/ca-trust/", "/ca-trust-source/", "/pki/trust/", "/cacerts/", "/certs/trusted/"}

// trustValues are values of Kubernetes's objects that are there to be trusted.
var trustValues = []string{":ca.crt", ":caBundle", ":certificate-authority-data"}

// trustPlace tells whether the file, or the member of an archive, lies where
// anchors are kept.
func (c *content) trustPlace(member string) bool {
	names := append([]string{c.observation.Endpoint.Path}, c.observation.Store.Links...)
	if member != "" {
		names = []string{"/" + member}
	}
	return slices.ContainsFunc(names, func(name string) bool {
		in := func(folder string) bool { return strings.Contains(name, folder) }
		value := func(end string) bool { return member != "" && strings.HasSuffix(name, end) }
		return hashed.MatchString(filepath.Base(name)) || slices.ContainsFunc(trustFolders, in) || slices.ContainsFunc(trustValues, value)
	})
}

// serverUsages are those that a root has no use for (RFC 5280 section 4.2.1.3).
var serverUsages = []string{"keyEncipherment", "dataEncipherment", "keyAgreement"}

// ownRole is what a certificate that looks like a root says of itself besides.
func ownRole(cert *scanner.Certificate) (role, by string) {
	server := func(usage string) bool { return slices.Contains(serverUsages, usage) }
	switch {
	case slices.ContainsFunc(cert.Names, isHost):
		return scanner.RoleEndEntity, scanner.RoleByNames
	case slices.Contains(cert.ExtKeyUsage, "serverAuth"), slices.ContainsFunc(cert.KeyUsage, server):
		return scanner.RoleEndEntity, scanner.RoleByUsage
	case slices.Contains(cert.KeyUsage, "keyCertSign"):
		return scanner.RoleAnchor, scanner.RoleByUsage
	}
	return scanner.RoleEndEntity, scanner.RoleByNothing
}

// isHost tells whether an alternative name is a DNS name or an address: others
// are written type:value, and a colon in an address makes it one all the same.
func isHost(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil || !strings.Contains(name, ":")
}
