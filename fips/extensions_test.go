package fips_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
)

func TestAssessExtensions(t *testing.T) {
	old := scanner.TLSVersion{Version: "TLSv1.1", Accepted: yes()}
	refused := scanner.TLSVersion{Version: "TLSv1.1", Accepted: no()}
	tests := []struct {
		name string
		tls  scanner.TLS
		want []string
	}{
		{"not observed", scanner.TLS{Extensions: &scanner.Extensions{}}, nil},
		{"granted", scanner.TLS{Extensions: &scanner.Extensions{EncryptThenMAC: yes(), TruncatedHMAC: yes(), Compression: yes(), SecureRenegotiation: yes(),
			Heartbeat: yes(), SessionTicket: yes(), EarlyData: yes(), OCSPStaple: yes(), SCTs: yes(), FallbackSCSV: yes()}},
			[]string{
				"tls-extension/early_data deprecated", "tls-extension/encrypt_then_mac approved", "tls-extension/heartbeat deprecated",
				"tls-extension/renegotiation_info approved", "tls-extension/session_ticket approved", "tls-extension/signed_certificate_timestamp approved",
				"tls-extension/status_request approved", "tls-extension/tls-compression disallowed", "tls-extension/truncated_hmac not-approved",
			}},
		{"not granted", scanner.TLS{Extensions: &scanner.Extensions{EncryptThenMAC: no(), TruncatedHMAC: no(), Compression: no(), SecureRenegotiation: no(),
			Heartbeat: no(), SessionTicket: no(), EarlyData: no(), OCSPStaple: no(), SCTs: no(), FallbackSCSV: no()}},
			[]string{"tls-extension/renegotiation_info-absent deprecated"}},
		{"a fallback to an old version is not refused", scanner.TLS{Versions: []scanner.TLSVersion{old}, Extensions: &scanner.Extensions{FallbackSCSV: no()}},
			[]string{"protocol-version/TLSv1.1 disallowed", "tls-extension/fallback_scsv-unsupported deprecated"}},
		{"there is no old version", scanner.TLS{Versions: []scanner.TLSVersion{refused}, Extensions: &scanner.Extensions{FallbackSCSV: no()}}, nil},
	}
	j := judge(t, today)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := on(j, func(o *scanner.Observation) { o.TLS = &tt.tls })
			if diff := cmp.Diff(tt.want, told(a)); diff != "" {
				t.Errorf("rulings (-want +got):\n%s", diff)
			}
		})
	}
}
