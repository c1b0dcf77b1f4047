package reports_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The sample is a made-up network: a fixed list of assessments, so that every
// figure of a report can be counted by hand.
const (
	sampleFile = "testdata/sample.jsonl" // the renderers' tests read it
	asOf       = fips.Date("2026-11-22")
)

var began = time.Date(2026, 11, 22, 1, 15, 2, 0, time.UTC)

func sampleSweep() scanner.Sweep {
	return scanner.Sweep{ID: "20261122T011502Z-7c41", Started: began, Host: "scan-1", User: "ops", Tool: "1.0.0", FIPS: "off",
		Scope: scanner.Scope{Targets: []string{"10.20.0.0/22", "/etc/pki"}, Ports: []uint16{22, 443}, Depth: "full"}}
}

func sampleCatalogue() *fips.Catalogue {
	return &fips.Catalogue{Version: "2026.11.21", Since: "2024-03-01",
		Sources: []fips.Source{
			{ID: "SP800-131Ar2", Title: "Transitioning the Use of Cryptographic Algorithms and Key Lengths", Edition: "Rev. 2", Date: "2019-03", Access: "memory", URL: "https://csrc.nist.gov/pubs/sp/800/131/a/r2/final"},
			{ID: "SP800-56Ar3", Title: "Pair-Wise Key-Establishment Schemes Using Discrete Logarithm Cryptography", Edition: "Rev. 3", Date: "2018-04", Access: "excerpt"},
			{ID: "SP800-52r2", Title: "Guidelines for TLS Implementations", Edition: "Rev. 2", Date: "2019-08", Access: "read"},
		},
		Rules: make([]fips.Rule, 998)}
}

// spec is one ruling in short.
type spec struct {
	kind, name string
	class      fips.Class
	status     fips.Status
	because    string
	remedy     string
}

var (
	tls12    = spec{"protocol-version", "TLSv1.2", fips.ClassTLSVersion, fips.Approved, "SP 800-52r2 requires it.", "No action."}
	tls13    = spec{"protocol-version", "TLSv1.3", fips.ClassTLSVersion, fips.Approved, "SP 800-52r2 requires it.", "No action."}
	tls10    = spec{"protocol-version", "TLSv1.0", fips.ClassTLSVersion, fips.Disallowed, "RFC 8996 withdraws it.", "Offer TLS 1.3 and TLS 1.2 only."}
	ssl3     = spec{"protocol-version", "SSLv3", fips.ClassTLSVersion, fips.Disallowed, "RFC 7568 withdraws it.", "Offer TLS 1.3 and TLS 1.2 only."}
	x25519   = spec{"named-group", "x25519", fips.ClassTLSKex, fips.NotApproved, "Curve25519 key agreement is not in SP 800-56A Rev. 3.", "Use secp256r1, secp384r1 or SecP256r1MLKEM768."}
	p256     = spec{"named-group", "secp256r1", fips.ClassTLSKex, fips.Approved, "SP 800-186 lists it.", "No action."}
	hybrid   = spec{"named-group", "X25519MLKEM768", fips.ClassTLSKex, fips.Allowed, "ML-KEM carries the approved secret.", "No action."}
	gcm      = spec{"tls-cipher-suite", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", fips.ClassTLSCipher, fips.Approved, "Every part is approved.", "No action."}
	chacha   = spec{"tls-cipher-suite", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", fips.ClassTLSCipher, fips.NotApproved, "No NIST document specifies ChaCha20-Poly1305.", "Use AES-128 or AES-256 in GCM or CCM mode."}
	rsaKex   = spec{"tls-cipher-suite", "TLS_RSA_WITH_AES_128_GCM_SHA256", fips.ClassTLSCipher, fips.Disallowed, "RSA PKCS#1 v1.5 key transport is disallowed since 2024-01-01.", "Use ECDHE with P-256/P-384."}
	rc4      = spec{"tls-cipher-suite", "TLS_RSA_WITH_RC4_128_SHA", fips.ClassTLSCipher, fips.Disallowed, "RC4 was never approved and RFC 7465 forbids it.", "Use AES-128 or AES-256 in GCM or CCM mode."}
	cbc      = spec{"tls-cipher-suite", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", fips.ClassTLSCipher, fips.Deprecated, "HMAC-SHA-1 ends with 2030.", "Prefer AES-GCM."}
	noEMS    = spec{"tls-extension", "extended_master_secret-absent", fips.ClassTLSEMS, fips.NotApproved, "The TLS 1.2 key derivation without it is not approved since 2023-05-16.", "Grant extended_master_secret."}
	certRSA  = spec{"public-key", "RSA 2048", fips.ClassCertKey, fips.Approved, "112 bits of strength suffice until 2030-12-31.", "No action; schedule RSA 3072."}
	certSHA1 = spec{"signature-scheme", "sha1WithRSAEncryption", fips.ClassCertSignature, fips.Disallowed, "SHA-1 signatures are disallowed.", "Re-issue with SHA-256."}
	sshKex   = spec{"ssh-kex", "curve25519-sha256", fips.ClassSSHKex, fips.NotApproved, "Curve25519 key agreement is not in SP 800-56A Rev. 3.", "Use ecdh-sha2-nistp256/384/521."}
	sshCha   = spec{"ssh-cipher", "chacha20-poly1305@openssh.com", fips.ClassSSHCipherMAC, fips.NotApproved, "No NIST document specifies ChaCha20-Poly1305.", "Use aes256-gcm@openssh.com, aes128-gcm@openssh.com, aes256-ctr or aes128-ctr."}
	sshMAC   = spec{"ssh-mac", "hmac-sha1", fips.ClassSSHCipherMAC, fips.Deprecated, "HMAC-SHA-1 ends with 2030.", "Use hmac-sha2-256."}
	sshP256  = spec{"ssh-kex", "ecdh-sha2-nistp256", fips.ClassSSHKex, fips.Approved, "SP 800-186 lists the curve.", "No action."}
	sshAES   = spec{"ssh-cipher", "aes256-ctr", fips.ClassSSHCipherMAC, fips.Approved, "AES in CTR mode is approved.", "No action."}
	sshOdd   = spec{"ssh-kex", "<script>alert(1)</script>@evil\x1b[31m", fips.ClassSSHKex, fips.Unclassified, "No rule covers the name.", "Find out what it is."}
	clear    = spec{"protocol-version", "cleartext", fips.ClassCleartext, fips.NotApproved, "No cryptography is applied at all.", "Require TLS (implicit TLS or enforced STARTTLS) or close the port."}
	keyGood  = spec{"public-key", "RSA 3072", fips.ClassKeyStrength, fips.Approved, "FIPS 186-5 approves it.", "No action."}
)

func (s spec) ruling() fips.Ruling {
	r := fips.Ruling{Rule: s.kind + "/" + s.name, Subject: fips.Subject{Kind: s.kind, Name: s.name}, Use: "any", Class: s.class, Status: s.status,
		Because: s.because, Remedy: s.remedy, Cite: []fips.Citation{{Document: "SP800-131Ar2", Section: "Table 5"}, {Document: "SP800-52r2", Section: "Sec. 3.3.1"}}, Confidence: "high", SourceRead: true}
	switch s.name {
	case "RSA 2048":
		r.Until, r.Next = "2030-12-31", &fips.Transition{From: "2031-01-01", Status: fips.Deprecated, Draft: true, Cite: fips.Citation{Document: "SP800-131Ar3", Section: "Sec. 6"}}
	case "hmac-sha1", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA":
		r.Until, r.Next = "2030-12-31", &fips.Transition{From: "2031-01-01", Status: fips.Disallowed, Cite: fips.Citation{Document: "NIST-SHA1", Section: "announcement"}}
	case "secp256r1", "ecdh-sha2-nistp256", "RSA 3072":
		r.Until, r.Next = "2035-12-31", &fips.Transition{From: "2036-01-01", Status: fips.Disallowed, Draft: true, Cite: fips.Citation{Document: "IR8547", Section: "Table 2"}}
	case "X25519MLKEM768":
		r.Contested, r.Confidence = "Some vendors treat the hybrid as not approved, because X25519 is.", "medium"
	}
	switch s {
	case rsaKex:
		r.Rule = "key-exchange/RSA"
		r.Parts = []fips.Part{{Kind: "key-exchange", Name: "RSA", Rule: "key-exchange/RSA", Status: fips.Disallowed}, {Kind: "cipher", Name: "AES-128-GCM", Rule: "cipher/AES-128-GCM", Status: fips.Approved}}
	case rc4:
		r.Rule = "cipher/RC4-128"
		r.Parts = []fips.Part{{Kind: "cipher", Name: "RC4-128", Rule: "cipher/RC4-128", Status: fips.Disallowed}, {Kind: "key-exchange", Name: "RSA", Rule: "key-exchange/RSA", Status: fips.Disallowed}}
	case chacha:
		r.Rule = "cipher/CHACHA20-POLY1305"
		r.Parts = []fips.Part{{Kind: "cipher", Name: "CHACHA20-POLY1305", Rule: "cipher/CHACHA20-POLY1305", Status: fips.NotApproved}}
	}
	return r
}

// assessed applies the specs to an observation, as the Judge would.
func assessed(o scanner.Observation, specs ...spec) fips.Assessment {
	o.Sweep = sampleSweep().ID
	a := fips.Assessment{Observation: o}
	for _, s := range specs {
		r := s.ruling()
		if r.Class == fips.ClassCertKey || r.Class == fips.ClassCertSignature {
			r.Certificate = leaf(o).SHA256
		}
		a.Rulings = append(a.Rulings, r)
	}
	slices.SortStableFunc(a.Rulings, func(x, y fips.Ruling) int { return int(y.Status) - int(x.Status) })
	for i, r := range a.Rulings {
		a.Worst = max(a.Worst, r.Status)
		if r.Status.IsFinding() {
			id := scanner.Digest(fmt.Append(nil, o.Endpoint.ID, r.Rule, r.Subject.Name, i))[:16]
			a.Findings = append(a.Findings, fips.Finding{ID: id, Sweep: o.Sweep, Endpoint: o.Endpoint, Ruling: r})
		}
	}
	return a
}

func leaf(o scanner.Observation) scanner.Certificate {
	switch {
	case o.TLS != nil && len(o.TLS.Chains) > 0:
		return o.TLS.Chains[0].Certificates[0]
	case o.Store != nil && len(o.Store.Items) > 0 && o.Store.Items[0].Certificate != nil:
		return *o.Store.Items[0].Certificate
	}
	return scanner.Certificate{}
}

func host(addr string, port uint16) scanner.Endpoint {
	return scanner.Host(netip.MustParseAddr(addr), port, "")
}

func certificate(cn string, days int) scanner.Certificate {
	return scanner.Certificate{SHA256: scanner.Digest([]byte(cn)), Subject: "CN=" + cn + ",O=Example", Issuer: "CN=Example Corp Issuing CA 3,O=Example", Serial: "0a",
		Version: 3, NotBefore: began.AddDate(0, -3, 0), NotAfter: began.AddDate(0, 0, days), SignatureAlgorithm: "sha256WithRSAEncryption", SignatureOID: "1.2.840.113549.1.1.11",
		Key: scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "65537"}, Names: []string{cn}, CommonName: cn}
}

func truth(b bool) *bool { return &b }

// overTLS is what a TLS endpoint showed; the specs say which versions, suites
// and groups it accepts.
func overTLS(e scanner.Endpoint, cert scanner.Certificate, specs ...spec) fips.Assessment {
	o := scanner.Observe(e, "tls")
	o.Time = began.Add(time.Minute)
	o.Evidence = []scanner.Evidence{{SHA256: scanner.Digest([]byte("sent" + e.String())), What: "ClientHello TLSv1.2"}, {SHA256: scanner.Digest([]byte(e.String())), What: "ServerHello TLSv1.2"}}
	has := func(name string) bool { return slices.ContainsFunc(specs, func(s spec) bool { return s.name == name }) }
	x := &scanner.TLS{Depth: "full", Connections: 30, Asked: scanner.Asked{Version: "1", SHA256: scanner.Digest([]byte("questions"))}}
	for _, name := range []string{scanner.SSLv2, scanner.SSLv3, scanner.TLSv10, scanner.TLSv11, scanner.TLSv12, scanner.TLSv13} {
		v := scanner.TLSVersion{Version: name, Accepted: truth(has(name))}
		if name == scanner.SSLv2 {
			v.Accepted = nil
		}
		if name == scanner.TLSv12 && has(name) {
			v.ExtendedMasterSecret = truth(!slices.Contains(specs, noEMS))
			for _, s := range specs {
				switch s.kind {
				case "tls-cipher-suite":
					v.Suites = append(v.Suites, s.name)
				case "named-group":
					v.Groups = append(v.Groups, s.name)
				}
			}
		}
		x.Versions = append(x.Versions, v)
	}
	ca := certificate("Example Corp Issuing CA 3", 1600)
	ca.CA = true
	x.Chains = []scanner.Chain{{Version: scanner.TLSv12, Certificates: []scanner.Certificate{cert, ca}}}
	o.TLS = x
	return assessed(o, specs...)
}

func overSSH(e scanner.Endpoint, specs ...spec) fips.Assessment {
	o := scanner.Observe(e, "ssh")
	o.Time = began.Add(2 * time.Minute)
	o.Evidence = []scanner.Evidence{{SHA256: scanner.Digest([]byte(e.String())), What: "KEXINIT"}}
	k := &scanner.Kexinit{ServerHostKeyAlgorithms: []string{"rsa-sha2-256"}}
	for _, s := range specs {
		switch s.kind {
		case "ssh-kex":
			k.KexAlgorithms = append(k.KexAlgorithms, s.name)
		case "ssh-cipher":
			k.EncryptionClientServer = append(k.EncryptionClientServer, s.name)
			k.EncryptionServerClient = append(k.EncryptionServerClient, s.name)
		case "ssh-mac":
			k.MACClientServer = append(k.MACClientServer, s.name)
			k.MACServerClient = append(k.MACServerClient, s.name)
		}
	}
	o.SSH = &scanner.SSH{Banner: "SSH-2.0-OpenSSH_9.9", Kexinit: k, Connections: 3, HostKeys: []scanner.HostKey{{Type: "ssh-rsa", Bits: 3072, SHA256: scanner.Digest([]byte("key" + e.String())), Proven: true}}}
	return assessed(o, specs...)
}

// offering gives an assessment its offer by hand, as the Judge would: what it
// offers that fails follows from the rulings.
func offering(a fips.Assessment, clients ...fips.Negotiation) fips.Assessment {
	a.Offer = &fips.Offer{OnlyApproved: fips.Yes, Clients: clients}
	for _, r := range a.Rulings {
		if r.Status.Grade() != fips.Pass {
			a.Offer.OnlyApproved = fips.No
			a.Offer.NotApproved = append(a.Offer.NotApproved, fips.Offered{Subject: r.Subject, Status: r.Status})
		}
	}
	if len(a.Observation.Incomplete) > 0 {
		a.Offer.OnlyApproved = fips.Unseen
	}
	return a
}

// The clients of the sample.
func connects(version string) fips.Negotiation {
	return fips.Negotiation{Client: fips.ApprovedClient, Connects: fips.Yes, Status: fips.Approved, Choices: []fips.Choice{
		{Part: "version", Chosen: version, Among: []string{version}, By: fips.ByOnly},
		{Part: "suite", Chosen: gcm.name, Among: []string{gcm.name, cbc.name}, By: fips.ByServer},
		{Part: "group", Among: []string{"secp256r1", "secp384r1"}, By: fips.ByNobody},
	}}
}

func fails(client, because string) fips.Negotiation {
	return fips.Negotiation{Client: client, Connects: fips.No, Because: because}
}

var stock = fips.Negotiation{Client: fips.StockClient, Connects: fips.Yes, Status: fips.NotApproved, Choices: []fips.Choice{
	{Part: "key exchange", Chosen: sshKex.name, Among: []string{sshKex.name, sshP256.name}, By: fips.ByClient}}}

func file(path string, items []scanner.Item, specs ...spec) fips.Assessment {
	o := scanner.Observe(scanner.File(path), "store")
	o.Time = began.Add(3 * time.Minute)
	o.Store = &scanner.Store{Path: path, Format: "PEM", Mode: "0644", Items: items}
	if len(items) == 0 {
		o.Store.Format = ""
	}
	return assessed(o, specs...)
}

func lost(e scanner.Endpoint, probe string, stage scanner.Stage, reason scanner.Reason) fips.Assessment {
	o := scanner.Failed(e, probe, scanner.Failure{Stage: stage, Reason: reason, Detail: "as made up"})
	o.Time = began
	return assessed(o)
}

// sample is the whole made-up network: 86 endpoints asked. Of the 68 observed
// 50 fail (15 disallowed: 12 + 2 + 1, 35 not-approved: 20 + 14 + 1), 6 are to
// watch, 12 pass; 5 are not seen, 3 hold nothing, 10 are quiet.
func sample() []fips.Assessment {
	var all []fips.Assessment
	for i := range 20 { // one ingress template
		cert := certificate("www.corp.example", 60)
		all = append(all, offering(overTLS(host(fmt.Sprintf("10.20.2.%d", 16+i), 443), cert, tls12, tls13, x25519, p256, gcm, chacha, certRSA), connects("TLSv1.3")))
	}
	for i := range 12 { // payment front ends
		all = append(all, offering(overTLS(host(fmt.Sprintf("10.20.1.%d", 40+i), 443), certificate(fmt.Sprintf("pay-%d.corp.example", i), 20+i), tls12, p256, gcm, rsaKex, cbc, certRSA), connects("TLSv1.2")))
	}
	for i := range 2 { // voice gateways
		all = append(all, offering(overTLS(host(fmt.Sprintf("10.20.3.%d", 61+i), 5061), certificate("sip.corp.example", -4), ssl3, tls10, tls12, rc4, noEMS, certRSA),
			fails(fips.ApprovedClient, "TLSv1.2: it does not grant extended_master_secret")))
	}
	for i := range 14 { // SSH defaults
		all = append(all, offering(overSSH(host(fmt.Sprintf("10.20.0.%d", 10+i*2), 22), sshKex, sshP256, sshCha, sshAES, sshMAC), fails(fips.ApprovedClient, "no approved MAC"), stock))
	}
	for i := range 5 { // SSH that is only to watch
		all = append(all, offering(overSSH(host(fmt.Sprintf("10.20.0.%d", 100+i), 22), sshP256, sshAES, sshMAC), fails(fips.ApprovedClient, "no approved MAC"), fails(fips.StockClient, "no host key in common")))
	}
	odd := overSSH(host("10.20.0.200", 22), sshP256, sshAES, sshOdd)
	odd.Observation.SSH.Banner = "SSH-2.0-<img src=x onerror=alert(1)>\x1b[2J"
	all = append(all, offering(odd, fails(fips.ApprovedClient, "host key <b>: RSA 1024 is disallowed"), stock))
	for i := range 10 {
		all = append(all, offering(overTLS(host(fmt.Sprintf("10.20.0.%d", 150+i), 443), certificate(fmt.Sprintf("app-%d.corp.example", i), 300), tls12, tls13, p256, hybrid, gcm, certRSA), connects("TLSv1.3")))
	}
	partial := overTLS(host("10.20.0.170", 443), certificate("slow.corp.example", 300), tls13, p256)
	partial.Observation.Incomplete = []scanner.Incomplete{{What: "groups TLSv1.3", Reason: scanner.ReasonTimeout}}
	all = append(all, offering(partial, fips.Negotiation{Client: fips.ApprovedClient, Connects: fips.Unseen, Because: "TLSv1.3: not all groups were observed"}))
	plain := scanner.Observe(host("10.20.1.77", 21), "detect")
	plain.Plain = &scanner.Plain{Protocol: "ftp", Banner: "220 badge printer"}
	all = append(all, assessed(plain, clear))
	sha1 := certificate("old-root", 400)
	all = append(all,
		file("/etc/pki/tls/key.pem", []scanner.Item{{Kind: scanner.ItemPrivateKey, SHA256: scanner.Digest([]byte("k")), Key: &scanner.Key{Algorithm: "RSA", Bits: 3072}}}, keyGood),
		file("/etc/pki/ca/old-root.pem", []scanner.Item{{Kind: scanner.ItemCertificate, SHA256: sha1.SHA256, Certificate: &sha1}}, certSHA1))
	for i := range 3 {
		all = append(all, file(fmt.Sprintf("/etc/pki/readme-%d", i), nil))
	}
	named := host("10.20.1.5", 8443)
	named.Outright = true
	all = append(all,
		lost(named, "tls", scanner.StageConnect, scanner.ReasonTimeout),
		lost(host("10.20.1.6", 443), "tls", scanner.StageHandshake, scanner.ReasonReset),
		lost(host("10.20.1.7", 22), "ssh", scanner.StageHandshake, scanner.ReasonThrottled),
		lost(host("10.20.1.8", 443), "detect", scanner.StageGreeting, scanner.ReasonTimeout),
		lost(scanner.File("/etc/pki/secret.p12"), "store", scanner.StageOpen, scanner.ReasonDenied))
	for i := range 10 {
		all = append(all, lost(host(fmt.Sprintf("10.20.3.%d", 100+i), 443), "detect", scanner.StageConnect, scanner.ReasonRefused))
	}
	return all
}

func controls(t testing.TB) *control.Table {
	t.Helper()
	table, err := control.Load()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// build records the assessments and reports.
func build(t testing.TB, all []fips.Assessment) *reports.Report {
	t.Helper()
	b, err := reports.NewBuilder(reports.Config{Sweep: sampleSweep(), Catalogue: sampleCatalogue(), Controls: controls(t), Policy: "fips140-3", AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if err := b.Record(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	return b.Report(began.Add(6*time.Minute + 31*time.Second))
}

// TestSampleFile keeps the file that the renderers' tests read equal to the
// sample.
func TestSampleFile(t *testing.T) {
	var got []byte
	for _, a := range sample() {
		line, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		got = append(append(got, line...), '\n')
	}
	if *update {
		if err := os.MkdirAll("testdata", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(sampleFile, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(sampleFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("testdata/sample.jsonl is not the sample: run go test ./reports -update")
	}
}
