package remedy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
)

// sshd writes sshd_config of the OpenSSH that the banner tells.
func (w *writer) sshd() {
	ssh := w.seen.Observation.SSH
	_, software, _ := ssh.Identification()
	r, told := releaseOf(software)
	w.Software = software
	if !told {
		w.note("The banner tells no version of OpenSSH: only what the server offers today is taken for known to it, and options are those of today.")
	}
	k := ssh.Kexinit
	lines := []Line{{Because: "At the top of the file, before any Include or Match: of a keyword that is there twice the first holds."}}
	if r < 704 && w.found("protocol-version", "SSH-1") {
		lines = append(lines, Line{"Protocol 2", "Protocol 1 has no approved algorithm."})
		w.ends("protocol-version", "SSH-1")
	}
	kex := w.fromList("ssh-kex", "key exchange", r.keyword("kex"), w.candidates(r, told, sshKex(), k.KeyExchanges()))
	if kex.Text != "" {
		kex.Because = "Without group exchange: its primes come from the moduli file, and as distributed they are none of those that SP 800-56A Rev. 3 appendix D lists."
		w.kept["named-group"], w.kept["key-exchange"] = nil, nil
		w.moduli(k.KexAlgorithms)
	}
	lines = append(lines, kex, w.gssapi(k.KexAlgorithms),
		w.fromList("ssh-cipher", "cipher", "Ciphers", w.candidates(r, told, sshCiphers(), both(k.EncryptionClientServer, k.EncryptionServerClient))),
		w.fromList("ssh-mac", "MAC", "MACs", w.candidates(r, told, sshMACs(), both(k.MACClientServer, k.MACServerClient))))
	lines = append(lines, w.hostKeys(r)...)
	lines = append(lines, w.userKeys(r)...)
	w.block("sshd_config", "#", slices.DeleteFunc(lines, func(l Line) bool { return l == Line{} })...)
}

// moduli says how group exchange could stay.
func (w *writer) moduli(offered []string) {
	const gex = "diffie-hellman-group-exchange-sha256"
	if slices.Contains(offered, gex) {
		w.note("Clients that have no other method than group exchange are shut out. It can stay where the moduli file holds groups of RFC 3526 alone, of 2048 bits and more: add " + gex + " behind KexAlgorithms then.")
	}
}

func both(a, b []string) []string { return addNew(slices.Clone(a), b...) }

// candidates is what the server knows: what its release has, and what it
// offers besides, as patched ones do.
func (w *writer) candidates(r release, told bool, list []known, offered []string) []string {
	names := r.knows(list)
	if !told {
		names = slices.DeleteFunc(names, func(n string) bool { return !slices.Contains(offered, n) })
	}
	for _, n := range offered {
		if !strings.HasPrefix(n, "gss-") && !strings.HasPrefix(n, "diffie-hellman-group-exchange-") && !strings.HasSuffix(n, "-cbc") {
			names = addNew(names, n)
		}
	}
	return names
}

// fromList is the line that leaves of a list what passes; none where nothing
// does, or the release has no word for it.
func (w *writer) fromList(kind, what, keyword string, names []string) Line {
	kept, _ := w.pick(kind, names)
	switch {
	case keyword == "":
		w.note("This version has no option to choose its " + what + " algorithms: only a newer one ends what is found of them.")
		return Line{}
	case len(kept) == 0:
		w.nothing(kind, what, "only a newer version can end what is found of it.")
		return Line{}
	}
	w.keep(kind, kept)
	return Line{Text: keyword + " " + join(kept)}
}

// gssapi leaves the key exchange methods of GSS-API that pass, by the names
// that patched servers take: without the digest of the mechanism behind.
func (w *writer) gssapi(offered []string) Line {
	offered = slices.DeleteFunc(slices.Clone(offered), func(n string) bool { return !strings.HasPrefix(n, "gss-") })
	offered = slices.DeleteFunc(offered, func(n string) bool { return strings.HasPrefix(n, "gss-gex-") })
	kept, _ := w.pick("ssh-kex", offered)
	if len(kept) == 0 {
		if slices.ContainsFunc(w.seen.Observation.SSH.Kexinit.KexAlgorithms, func(n string) bool { return strings.HasPrefix(n, "gss-") }) {
			return Line{"GSSAPIKeyExchange no", "None of its methods passes."}
		}
		return Line{}
	}
	if _, decided := w.kept["ssh-kex"]; decided {
		w.kept["ssh-kex"] = append(w.kept["ssh-kex"], kept...)
	}
	var families []string
	for _, n := range kept {
		families = addNew(families, n[:strings.LastIndexByte(n, '-')+1])
	}
	return Line{Text: "GSSAPIKexAlgorithms " + join(families)}
}

// userKeys are the lines about keys that come from outside: users', and those
// of the signers of certificates. Nobody saw them, so that the lines say only
// which algorithms are taken.
func (w *writer) userKeys(r release) []Line {
	var lines []Line
	all := r.knows(append(sshSignatures(), sshCertificates()...))
	taken, _ := w.pick("ssh-hostkey", all)
	if len(taken) > 0 && r.keyword("user") != "" {
		because := "Users whose keys are of other kinds can no longer log in by them."
		if r < 708 {
			because += " To this version every RSA key is ssh-rsa here: none is taken."
		}
		lines = append(lines, Line{r.keyword("user") + " " + join(taken), because})
	}
	if kept, _ := w.pick("ssh-hostkey", r.knows(sshSignatures())); len(kept) > 0 && r.keyword("signer") != "" {
		lines = append(lines, Line{Text: r.keyword("signer") + " " + join(kept)})
	}
	bits := w.shortestRSA()
	if bits == 0 || r.keyword("size") == "" || !slices.ContainsFunc(taken, func(n string) bool { return strings.HasPrefix(n, "rsa-") }) {
		return lines
	}
	for _, h := range w.seen.Observation.SSH.HostKeys {
		if h.Type == "ssh-rsa" && h.Bits < bits && slices.ContainsFunc(w.kept["ssh-hostkey"], func(n string) bool { return strings.HasPrefix(n, "rsa-") }) {
			w.note(fmt.Sprintf("Once the host key of %d bits is replaced, add: %s %d", h.Bits, r.keyword("size"), bits))
			return lines
		}
	}
	return append(lines, Line{fmt.Sprintf("%s %d", r.keyword("size"), bits), "Shorter RSA keys do not pass."})
}

// shortestRSA is the length of the shortest RSA key that the best ruling of
// all holds for; 0 where none passes or is tolerated.
func (w *writer) shortestRSA() int {
	best, bits := fips.Unclassified, 0
	for _, n := range [...]int{2048, 3072, 4096} {
		if s := w.rsaStatus(n); s < best {
			best, bits = s, n
		}
	}
	return bits
}
