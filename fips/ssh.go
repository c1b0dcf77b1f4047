package fips

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// ssh rules on what an SSH server says of itself.
func (j *Judge) ssh(d *docket, s *scanner.SSH) {
	for _, version := range sshVersions(s.Banner) {
		d.add(j.named("protocol-version", version, ClassSSHVersion), s.Banner)
	}
	if k := s.Kexinit; k != nil {
		for _, name := range k.KeyExchanges() { // what is a signal among them protects nothing
			d.add(j.sshKex(name, s.Primes))
		}
		for _, name := range k.ServerHostKeyAlgorithms {
			d.add(j.named("ssh-hostkey", name, ClassSSHHostKey))
		}
		j.directions(d, "ssh-cipher", k.EncryptionClientServer, k.EncryptionServerClient)
		j.directions(d, "ssh-mac", k.MACClientServer, k.MACServerClient)
	}
	for _, h := range s.HostKeys {
		j.key(d, hostKey(h), ClassSSHHostKey, h.SHA256, h.Type)
		if h.Certificate != nil {
			j.sshCertificate(d, h.Certificate)
		}
	}
	for _, p := range s.Primes {
		d.add(j.prime(p, ClassSSHKex), "group exchange", digestOf(p))
	}
}

// sshCertificate rules on what a certificate of OpenSSH's rests on: the signer's key,
// the algorithm of the signature, and the dates.
func (j *Judge) sshCertificate(d *docket, c *scanner.SSHCertificate) {
	where := "signer of a " + c.Kind + " certificate"
	j.key(d, hostKey(c.CA), ClassSSHHostKey, c.CA.SHA256, where)
	d.addOf(c.SHA256, j.named("ssh-hostkey", c.Signature, ClassSSHHostKey), where)
	dated := scanner.Certificate{SHA256: c.SHA256}
	if c.ValidAfter != nil {
		dated.NotBefore = *c.ValidAfter
	}
	if c.ValidBefore != nil {
		dated.NotAfter = *c.ValidBefore
	}
	j.validity(d, &dated, place{where: c.Type})
}

// sshVersions names the protocol versions that an identification string
// stands for. SSH-1.99 is a server of version 2 that takes version 1 too (RFC
// 4253 section 5.1).
func sshVersions(banner string) []string {
	version, ok := strings.CutPrefix(banner, "SSH-")
	version, _, _ = strings.Cut(version, "-")
	switch {
	case !ok:
		return nil
	case version == "1.99":
		return []string{"SSH-2", "SSH-1"}
	case strings.HasPrefix(version, "1."):
		return []string{"SSH-1"}
	case strings.HasPrefix(version, "2."):
		return []string{"SSH-2"}
	}
	return []string{"SSH-" + version}
}

// directions rules on the algorithms of both directions together, and says
// which where a name stands in one list only.
func (j *Judge) directions(d *docket, kind string, toServer, toClient []string) {
	for _, name := range toServer {
		where := "client to server"
		if slices.Contains(toClient, name) {
			where = ""
		}
		d.add(j.named(kind, name, ClassSSHCipherMAC), where)
	}
	for _, name := range toClient {
		if !slices.Contains(toServer, name) {
			d.add(j.named(kind, name, ClassSSHCipherMAC), "server to client")
		}
	}
}

// sshKex rules on a key exchange method. Group exchange has one rule for a
// listed prime and one for any other. The milder holds only where primes were
// captured and all are listed; where none was, nobody knows, and the stricter
// one holds.
func (j *Judge) sshKex(name string, primes []scanner.Prime) Ruling {
	rules := j.rules.Named("ssh-kex", name)
	subject := Subject{"ssh-kex", name}
	if !slices.ContainsFunc(rules, func(r *Rule) bool { return r.Role == "listed-group" }) {
		return j.ruling(rules, subject, ClassSSHKex)
	}
	if len(primes) == 0 {
		r := j.ruling(rules, subject, ClassSSHKex)
		r.Because += " No prime of this server was captured."
		return r
	}
	role := "listed-group"
	if slices.ContainsFunc(primes, func(p scanner.Prime) bool { return !listed(p) }) {
		role = "other-group"
	}
	return j.ruling(forRole(rules, role), subject, ClassSSHKex)
}

// hostKey is the facts of a host key as those of a public key.
func hostKey(h scanner.HostKey) scanner.Key {
	k := scanner.Key{Algorithm: h.Type, Bits: h.Bits, Curve: h.Curve, Exponent: h.Exponent, Weak: h.Weak}
	switch {
	case h.Type == "ssh-rsa":
		k.Algorithm = "RSA"
	case h.Type == "ssh-dss":
		k.Algorithm = "DSA"
	case h.Type == "ssh-ed25519":
		k.Algorithm = "Ed25519"
	case h.Type == "ssh-ed448":
		k.Algorithm = "Ed448"
	case strings.HasPrefix(h.Type, "ecdsa-sha2-"):
		k.Algorithm = "EC"
		if k.Curve == "" {
			k.Curve = strings.TrimPrefix(h.Type, "ecdsa-sha2-")
		}
	case strings.HasPrefix(h.Type, "ssh-mldsa-"):
		k.Algorithm = "ML-DSA-" + strings.TrimPrefix(h.Type, "ssh-mldsa-")
	}
	return k
}
