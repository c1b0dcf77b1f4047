package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// sshWords tells what is notable of SSH servers beside the rulings; nothing
// where nothing is.
func sshWords(s reports.SSHServers) []string {
	var words []string
	for _, row := range []struct {
		n           int
		one, others string
	}{
		{s.Protocol1, "speaks protocol 1", "speak protocol 1"},
		{s.Terrapin, "is exposed to Terrapin (CVE-2023-48795)", "are exposed to Terrapin (CVE-2023-48795)"},
		{s.OldGroups, "answers group requests of before RFC 4419", "answer group requests of before RFC 4419"},
		{s.NotSafe, "sent a group that is no safe prime", "sent groups that are no safe primes"},
		{s.NotListed, "sent a prime that no moduli file has which was named", "sent primes that no moduli file has which was named"},
	} {
		if row.n > 0 {
			words = append(words, fmt.Sprintf("%s %s", number(row.n), verb(row.n, row.one, row.others)))
		}
	}
	if len(words) > 0 {
		words[0] = fmt.Sprintf("of %s %s", many(s.Servers, "SSH server"), words[0])
	}
	return words
}

// ssh says it on paper.
func (p *paper) ssh(r *reports.Report) {
	if words := sshWords(r.SSH); len(words) > 0 {
		p.para(styled(bold, "SSH"), 10, strings.Join(words, "; "))
		p.line()
	}
}

// ssh says it in Markdown, below who can connect.
func (m *markdown) ssh() {
	if words := sshWords(m.r.SSH); len(words) > 0 {
		m.f("%s.\n\n", upperFirst(prose(strings.Join(words, "; "))))
	}
}

// SSHWords says it in HTML.
func (v *view) SSHWords() string { return upperFirst(strings.Join(sshWords(v.R.SSH), "; ")) }

// ssh adds what a server says of itself.
func (x *endpointView) ssh(s *scanner.SSH, m rulings, a fips.Assessment) []string {
	x.When += ", " + many(s.Connections, "connection")
	read := s.Read()
	x.text("Banner", s.Banner)
	x.text("Software", read.Software)
	x.text("Comments", read.Comments)
	x.text("Protocols", strings.Join(read.Protocols, ", "))
	if k := s.Kexinit; k != nil {
		x.text("Terrapin", terrapin(*k))
		x.text("Signals", strings.Join(read.Markers, ", "))
		x.list("kex_algorithms", m.all("ssh-kex", k.KeyExchanges()))
		x.list("server_host_key_algorithms", m.all("ssh-hostkey", k.ServerHostKeyAlgorithms))
		x.directions("encryption_algorithms", m.all("ssh-cipher", k.EncryptionClientServer), m.all("ssh-cipher", k.EncryptionServerClient))
		x.directions("mac_algorithms", m.all("ssh-mac", k.MACClientServer), m.all("ssh-mac", k.MACServerClient))
	}
	x.primes(s, m)
	x.hostKeys(s, a)
	if i := s.ExtInfo; i != nil {
		x.text("Extensions", cmp.Or(strings.Join(i.Names, ", "), "none"))
		x.list("server-sig-algs, what it says it takes of users' keys; OpenSSH lists what it knows, allowed or not", plainly(i.ServerSigAlgs))
	}
	x.text("Not put", cutRunes(strings.Join(s.NotPut, ", "), 400))
	return []string{cutRunes(s.Banner, 60)}
}

// text adds a fact in words, if there are any.
func (x *endpointView) text(name, text string) {
	if text != "" {
		x.Facts = append(x.Facts, fact{Name: name, Text: clean(text)})
	}
}

// plainly names what is shown and not ruled on.
func plainly(names []string) []judged {
	var list []judged
	for _, n := range names[:min(maxListed, len(names))] {
		list = append(list, judged{Name: clean(n)})
	}
	return list
}

// terrapin says why a server is exposed, or why not.
func terrapin(k scanner.Kexinit) string {
	switch {
	case k.Terrapin():
		return "exposed (CVE-2023-48795): it offers ChaCha20-Poly1305, or CBC with encrypt-then-MAC, and does not count packets strictly"
	case slices.ContainsFunc(k.Markers(), func(m string) bool { return strings.HasPrefix(m, "kex-strict-s-") }):
		return "not exposed, to a client that counts packets strictly too"
	}
	return "not exposed: it offers none of the ciphers and MACs that it takes"
}

// primes adds the groups that group exchange brought, each with what was asked
// for.
func (x *endpointView) primes(s *scanner.SSH, m rulings) {
	for _, p := range s.Primes {
		j := m.prime(p)
		var asked []string
		for _, g := range s.Groups {
			if g.SHA256 == p.SHA256 {
				asked = append(asked, fmt.Sprintf("%d%s", g.Asked, map[bool]string{true: " in the old style"}[g.OldStyle]))
			}
		}
		if len(asked) > 0 {
			j.Note = strings.Join(slices.DeleteFunc([]string{j.Note, "asked for " + strings.Join(asked, ", ") + " bits"}, func(n string) bool { return n == "" }), "; ")
		}
		x.Facts = append(x.Facts, fact{Name: "Group exchange", Judged: []judged{j}})
	}
	if s.OldGroupRequest {
		x.text("Old group requests", "answered as before RFC 4419")
	}
}

// hostKeys lists the keys, each with the certificate that came in its place.
func (x *endpointView) hostKeys(s *scanner.SSH, a fips.Assessment) {
	var keys []judged
	for _, h := range s.HostKeys {
		key := judged{Name: clean(fmt.Sprintf("%s %d", h.Type, h.Bits)), Note: clean(cutRunes("sha256 "+h.SHA256, 24))}
		if !h.Proven {
			key.Note += ", its signature not checked"
		}
		key.rule(about(a, h.SHA256))
		keys = append(keys, key)
		if c := h.Certificate; c != nil {
			keys = append(keys, certified(c, a))
		}
	}
	x.list("host_keys", keys)
}

// certified is a certificate as a line, under the worst of what was ruled of it
// and of its signer.
func certified(c *scanner.SSHCertificate, a fips.Assessment) judged {
	notes := []string{fmt.Sprintf("%s certificate %q by %s %d, signed with %s", c.Kind, c.ID, c.CA.Type, c.CA.Bits, c.Signature), "for " + cmp.Or(strings.Join(c.Principals, ", "), "every name")}
	if c.ValidAfter != nil {
		notes = append(notes, "from "+c.ValidAfter.UTC().Format("2006-01-02"))
	}
	if c.ValidBefore != nil {
		notes = append(notes, "until "+c.ValidBefore.UTC().Format("2006-01-02"))
	} else {
		notes = append(notes, "without end")
	}
	if !c.CA.Proven {
		notes = append(notes, "its signature not checked")
	}
	j := judged{Name: clean(c.Type), Note: clean(cutRunes(strings.Join(notes, ", "), 400))}
	j.rule(append(about(a, c.SHA256), about(a, c.CA.SHA256)...))
	return j
}

// rule puts the worst of rulings on a line.
func (j *judged) rule(list []judged) {
	for _, r := range list {
		j.Status, j.Ruled = max(j.Status, r.Status), true
	}
}
