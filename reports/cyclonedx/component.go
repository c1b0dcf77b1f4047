package cyclonedx

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// written is an asset as it is written, where it is met first: what it is, how
// it was ruled on, and where it was met in all.
func (x *inventory) written(f found, r *record, at string) component {
	c := f.component()
	c.Ref = f.ref
	c.Properties = append(append(r.properties(), c.Properties...), count(r.count))
	c.Evidence = &evidence{append([]occurrence{{at, f.context}}, r.places...)}
	x.version.fit(&c)
	return c
}

// relations are what an asset rests on and what of it is kept.
func (x *inventory) relations(f found) []relatedAsset {
	var list []relatedAsset
	for _, ref := range x.refs(f.algorithms) {
		list = append(list, relatedAsset{relatedAlgorithm, ref})
	}
	for _, ref := range f.depends {
		if x.kept(ref) {
			list = append(list, relatedAsset{relatedPublicKey, ref})
		}
	}
	return list
}

// certificateComponent has the digest of the whole certificate among its
// hashes: what the specification calls its fingerprint leaves out the
// signature.
func (x *inventory) certificateComponent(c *scanner.Certificate, f found, state keyState) component {
	p := &certificate{
		Serial: c.Serial, Subject: c.Subject, Issuer: c.Issuer, NotBefore: stamp(c.NotBefore), NotAfter: stamp(c.NotAfter), Format: "X.509",
		State: x.lifecycle(state), Extensions: extensions(c), Related: x.relations(f),
	}
	out := component{
		Type: typeCrypto, Name: cmp.Or(c.CommonName, c.Subject, fmt.Sprintf("certificate %.12s", c.SHA256)), Hashes: []hash{sha256Of(c.SHA256)},
		Crypto: &crypto{Type: "certificate", Certificate: p},
	}
	if c.Problem != "" {
		out.Properties = []property{{propProblem, c.Problem}}
	}
	return out
}

// lifecycle is the state of a certificate, which is that of its dates only.
func (x *inventory) lifecycle(s keyState) []lifecycleState {
	if s == stateUnknown {
		return nil
	}
	return []lifecycleState{{s.String(), fmt.Sprintf("by its dates, on %s; whether it was revoked was not asked", x.report.AsOf)}}
}

func extensions(c *scanner.Certificate) []extension {
	var list []extension
	add := func(name, value string) {
		if value != "" {
			list = append(list, extension{name, value})
		}
	}
	if c.Version == 3 && c.CA {
		add("basicConstraints", "CA:TRUE")
	}
	add("keyUsage", strings.Join(c.KeyUsage, ", "))
	add("extendedKeyUsage", strings.Join(c.ExtKeyUsage, ", "))
	add("subjectAlternativeName", strings.Join(c.Names, ", "))
	add("authorityKeyIdentifier", c.AuthorityKeyID)
	add("subjectKeyIdentifier", c.SubjectKeyID)
	return list
}

// stamp is a time as the schema wants it; "" for one that there is not, or
// that has no place in a date-time (RFC 3339: years of four digits).
func stamp(t time.Time) string {
	if t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func sha256Of(content string) hash { return hash{"SHA-256", content} }

// stateOf is the state of a key by all that was met of it.
func (x *inventory) stateOf(refs ...string) string {
	state := stateUnknown
	for _, ref := range refs {
		if r := x.assets[digestOf(ref)]; r != nil {
			state = max(state, r.state)
		}
	}
	return state.String()
}

// keyComponent is a public key.
func (x *inventory) keyComponent(f found, k scanner.Key, id string) component {
	fingerprint := sha256Of(id)
	return component{
		Type: typeCrypto, Name: reports.KeyName(k) + " public key",
		Crypto: &crypto{Type: "related-crypto-material", OID: k.OID, Material: &material{
			Type: "public-key", ID: id, State: x.stateOf(f.ref), Size: k.Bits, Fingerprint: &fingerprint, Related: x.relations(f),
		}},
	}
}

// materialTypes are the schema's, by the kind of an item. For requests, lists
// and parameters it has none of its own.
var materialTypes = map[string]string{
	scanner.ItemPrivateKey: "private-key", scanner.ItemSecretKey: "secret-key", scanner.ItemPublicKey: "public-key",
	"authorized-key": "public-key", "known-host": "public-key",
	scanner.ItemCSR: "other", scanner.ItemCRL: "other", scanner.ItemParameters: "other",
}

// itemComponent is an item of a file that is no certificate and no public key
// by itself.
func (x *inventory) itemComponent(f found, s *scanner.Store, item *scanner.Item) component {
	p := &material{Type: cmp.Or(materialTypes[item.Kind], "unknown"), Format: s.Format, State: x.stateOf(f.ref), Related: x.relations(f)}
	name := cmp.Or(strings.ReplaceAll(item.Kind, "-", " "), "item")
	if k := item.Key; k != nil && f.depends == nil {
		p.Size = k.Bits
		name = reports.KeyName(*k) + " " + name
	}
	if item.Prime != nil {
		p.Size = item.Prime.Bits
		name = cmp.Or(item.Prime.Group, fmt.Sprintf("%d-bit Diffie-Hellman group", p.Size)) + " " + name
	}
	if item.Request != nil && item.Request.Subject != "" {
		name += " " + item.Request.Subject
	}
	if !strings.HasPrefix(f.ref, "item/") {
		_, rest, _ := strings.Cut(f.ref, "/")
		p.ID = strings.TrimPrefix(rest, "private/")
	}
	if item.Kind == scanner.ItemPrivateKey && item.Key != nil && item.Key.SPKISHA256 != "" {
		public := publicRef(item.Key.SPKISHA256)
		p.ID, p.State = item.Key.SPKISHA256, x.stateOf(f.ref, public)
		if x.kept(public) {
			p.Related = append(p.Related, relatedAsset{relatedPublicKey, public})
		}
	}
	if item.Protection != nil {
		p.SecuredBy = &securedBy{Mechanism: cmp.Or(item.Protection.Scheme, "unknown"), AlgorithmRef: x.protectedBy(f)}
	}
	out := component{Type: typeCrypto, Name: name, Properties: []property{{propKind, item.Kind}}, Crypto: &crypto{Type: "related-crypto-material", Material: p}}
	if item.Problem != "" {
		out.Properties = append(out.Properties, property{propProblem, item.Problem})
	}
	return out
}

// protectedBy is the reference of the algorithm that protects an item.
func (x *inventory) protectedBy(f found) string {
	at := slices.IndexFunc(f.algorithms, func(m mention) bool { return m.Kind == kindProtection })
	if at < 0 {
		return ""
	}
	return strings.Join(x.refs(f.algorithms[at:at+1]), "")
}
