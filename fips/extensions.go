package fips

import "github.com/fipsweep/fipsweep/scanner"

// extensions rules on what a TLS endpoint grants beside versions, suites and
// groups. What was not observed has no ruling.
func (j *Judge) extensions(d *docket, t *scanner.TLS) {
	f := t.Extensions
	if f == nil {
		return
	}
	for _, e := range []struct {
		fact  *bool
		holds bool // the ruling is on the fact being so
		name  string
		class Class
	}{
		{f.EncryptThenMAC, true, "encrypt_then_mac", ClassTLSCipher},
		{f.TruncatedHMAC, true, "truncated_hmac", ClassTLSCipher},
		{f.Compression, true, "tls-compression", ClassTLSCipher},
		{f.SecureRenegotiation, true, "renegotiation_info", ClassTLSVersion},
		{f.SecureRenegotiation, false, "renegotiation_info-absent", ClassTLSVersion},
		{f.Heartbeat, true, "heartbeat", ClassTLSVersion},
		{f.SessionTicket, true, "session_ticket", ClassTLSVersion},
		{f.EarlyData, true, "early_data", ClassTLSVersion},
		{f.OCSPStaple, true, "status_request", ClassTLSVersion},
		{f.SCTs, true, "signed_certificate_timestamp", ClassTLSVersion},
	} {
		if e.fact != nil && *e.fact == e.holds {
			d.add(j.named("tls-extension", e.name, e.class))
		}
	}
	// RFC 8996 section 9 obsoletes the signal: it matters while there is an
	// old version to fall back to.
	if f.FallbackSCSV != nil && !*f.FallbackSCSV && oldVersions(t) {
		d.add(j.named("tls-extension", "fallback_scsv-unsupported", ClassTLSVersion))
	}
}

// oldVersions tells whether a version before TLS 1.2 is accepted.
func oldVersions(t *scanner.TLS) bool {
	for _, v := range t.Versions {
		if v.Accepted != nil && *v.Accepted && v.Version != scanner.TLSv12 && v.Version != scanner.TLSv13 {
			return true
		}
	}
	return false
}
