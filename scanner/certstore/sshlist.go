package certstore

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/sshfile"
)

// sshKeyText finds a public key of OpenSSH's in text. AAAA is what the length
// of any key type, below 2^24, comes to in base64.
var sshKeyText = regexp.MustCompile(`(?:^|[ \t"'=])(?:(?:ssh-(?:rsa|dss|ed25519|ed448)|ecdsa-sha2-nistp(?:256|384|521)|` +
	`(?:webauthn-)?sk-(?:ssh-ed25519|ecdsa-sha2-nistp256))(?:-cert-v01)?(?:@openssh\.com)?)[ \t]+AAAA[A-Za-z0-9+/]{8,}={0,2}`)

// sshKeyBegin is in every such key, and in little else.
var sshKeyBegin = []byte("AAAA")

// maxSSHLine bounds one key in text: RSA of 16384 bits needs 2800 bytes.
const maxSSHLine = 16 << 10

// sshPublicKey reads a file of OpenSSH's public key form, which is one line:
// type, key, comment. It tells whether the file is one.
func (c *content) sshPublicKey(prefix []byte) bool {
	line, rest, _ := bytes.Cut(prefix, []byte("\n"))
	if len(bytes.TrimSpace(rest)) > 0 || len(line) > maxSSHLine || !beginsWithKey(line) || keyList(c.path()) {
		return false
	}
	public, ok := sshfile.ParsePublicKey(line)
	if !ok {
		return false
	}
	c.format("OpenSSH public key")
	c.sshKey(scanner.ItemPublicKey, public, nil)
	return true
}

func beginsWithKey(line []byte) bool {
	at := sshKeyText.FindIndex(line)
	return at != nil && at[0] == 0 && bytes.IndexByte([]byte(" \t\"'="), line[0]) < 0
}

// keyList tells by its name that a file is a list even if it has one line.
func keyList(path string) bool {
	return strings.HasPrefix(base(path), "authorized_keys") || strings.HasPrefix(base(path), "known_hosts")
}

// sshKey adds a key that stood in text, and the certificate around it.
func (c *content) sshKey(kind string, public sshfile.PublicKey, entry *scanner.SSHEntry) {
	item := scanner.Item{Kind: kind, Alias: public.Comment, SSH: entry, Problem: public.Problem}
	if public.Key.Algorithm != "" {
		c.weak(&public.Key, public.Blob)
		item.Key = &public.Key
		item.SHA256 = cmp.Or(public.Key.SPKISHA256, scanner.Digest(public.Blob))
		certificate, err := sshfile.CertificateOf(public.Blob)
		item.SSHCertificate, item.Problem = certificate, cmp.Or(item.Problem, text(err))
		if certificate != nil {
			item.SHA256 = certificate.SHA256
		}
	}
	c.add(item)
}

// isSSHList recognises authorized_keys and known_hosts: every line of the
// beginning has a key, and not all of it is that key.
func isSSHList(prefix []byte, path string) bool {
	if !bytes.Contains(prefix, sshKeyBegin) {
		return false
	}
	lines, keys := said(wholeLines(prefix)), 0
	for _, line := range lines {
		if sshKeyText.Match(line) {
			keys++
		}
	}
	return keys > 0 && (2*keys > len(lines) || keyList(path))
}

// sshList reads a list of keys, of whichever sort its lines are.
func (c *content) sshList(data []byte) {
	if knownHosts(data, c.path()) {
		c.format("known_hosts")
		list, problems := sshfile.ParseKnownHosts(data)
		for _, h := range list {
			c.sshKey(scanner.ItemKnownHost, h.PublicKey, &scanner.SSHEntry{Line: h.Line, Hosts: h.Hosts, Marker: h.Marker})
		}
		c.lines(problems)
		return
	}
	c.format("authorized_keys")
	list, problems := sshfile.ParseAuthorizedKeys(data)
	for _, k := range list {
		entry := &scanner.SSHEntry{Line: k.Line}
		for _, o := range k.Options {
			name, _, _ := strings.Cut(o, "=")
			entry.Options = append(entry.Options, name)
		}
		c.sshKey(scanner.ItemAuthorizedKey, k.PublicKey, entry)
	}
	c.lines(problems)
}

// authorizedOptions are those of sshd(8).
var authorizedOptions = []string{"agent-forwarding", "cert-authority", "command", "environment", "expiry-time", "from",
	"no-agent-forwarding", "no-port-forwarding", "no-pty", "no-user-rc", "no-x11-forwarding", "permitlisten", "permitopen",
	"port-forwarding", "principals", "pty", "no-touch-required", "verify-required", "restrict", "tunnel", "user-rc", "x11-forwarding"}

// knownHosts tells the two sorts apart by the first line with a key.
func knownHosts(data []byte, path string) bool {
	for _, line := range said(data) {
		first, _, _ := bytes.Cut(line, []byte(" "))
		if !sshKeyText.Match(line) {
			continue
		}
		name := strings.ToLower(string(first[:min(len(first), 40)]))
		name, _, _ = strings.Cut(name, "=")
		name, _, _ = strings.Cut(name, ",")
		return !beginsWithKey(line) && !slices.Contains(authorizedOptions, name)
	}
	return strings.HasPrefix(base(path), "known_hosts")
}

// maxProblems bounds the bad lines that are told one by one.
const maxProblems = 20

// lines tells the lines that could not be read.
func (c *content) lines(problems []sshfile.Problem) {
	for i, p := range problems {
		if i == maxProblems {
			c.incomplete("lines", scanner.ReasonGarbage, fmt.Sprintf("%d more could not be read", len(problems)-i))
			return
		}
		c.incomplete(fmt.Sprintf("line %d", p.Line), scanner.ReasonGarbage, p.What)
	}
}

// holdsSSHKey recognises a text of some other sort in which keys stand, such
// as a script.
func holdsSSHKey(prefix []byte, _ string) bool {
	return bytes.Contains(prefix, sshKeyBegin) && sshKeyText.Match(prefix)
}

// sshKeys takes the keys out of a text.
func (c *content) sshKeys(data []byte) {
	for line := range bytes.Lines(data) {
		for _, found := range sshKeyText.FindAll(line[:min(len(line), maxSSHLine)], -1) {
			if public, ok := sshfile.ParsePublicKey(bytes.TrimLeft(found, " \t\"'=")); ok {
				c.format("text with OpenSSH keys")
				c.sshKey(scanner.ItemPublicKey, public, nil)
			}
		}
	}
}

// isModuli recognises the primes of group exchange (moduli(5)).
func isModuli(prefix []byte, _ string) bool {
	if first, ok := firstWord(prefix); !ok || len(first) != len("20060102150405") {
		return false
	}
	lines := said(wholeLines(prefix))
	for _, line := range lines {
		if f := bytes.Fields(line); len(f) != 7 || len(f[0]) != len("20060102150405") || len(f[6]) < 64 {
			return false
		}
	}
	return len(lines) > 0
}

// moduli adds each prime from which sshd may choose.
func (c *content) moduli(data []byte) {
	c.format("moduli")
	list, problems := sshfile.ParseModuli(data)
	for _, m := range list {
		item := scanner.Item{Kind: scanner.ItemParameters, SHA256: m.Prime.SHA256, Prime: &m.Prime}
		if !m.Safe() {
			item.Problem = "not said to be a safe prime that was tested"
		}
		c.add(item)
	}
	c.lines(problems)
}
