package fips_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// TestHostFacts: what configurations say of the whole host is told with the way
// that it points; what they leave to a program's default is not.
func TestHostFacts(t *testing.T) {
	set := func(line int, name, values string) scanner.Setting {
		return scanner.Setting{Line: line, Name: name, Values: strings.Split(values, ",")}
	}
	provider := func(line int, name string) scanner.Setting {
		return scanner.Setting{Line: line, Name: "activate", Scope: "provider", Values: []string{name}}
	}
	shipped := "SSLv3,TLSv1,TLSv1.1,RC4,DES,MD5withRSA,3DES_EDE_CBC,anon,NULL"
	tests := []struct {
		name, format string
		settings     []scanner.Setting
		want         []string
	}{
		{"kernel on", "fips_enabled", []scanner.Setting{set(1, "fips_enabled", "1")}, []string{"1 approved-mode-set: the kernel is in FIPS mode"}},
		{"kernel off", "fips_enabled", []scanner.Setting{set(1, "fips_enabled", "0")}, []string{"1 approved-mode-not-set: the kernel is not in FIPS mode"}},
		{"policy FIPS", "crypto-policies", []scanner.Setting{set(2, "policy", "FIPS,SHA1")}, []string{"2 approved-mode-set: the crypto-policy is FIPS:SHA1"}},
		{"policy DEFAULT", "crypto-policies", []scanner.Setting{set(2, "policy", "DEFAULT")}, []string{"2 approved-mode-not-set: the crypto-policy is DEFAULT"}},
		{"policy LEGACY", "crypto-policies", []scanner.Setting{set(2, "policy", "LEGACY")}, []string{"2 weakens: the crypto-policy is LEGACY"}},
		{"OpenSSL's FIPS provider", "openssl.cnf", []scanner.Setting{provider(9, "base"), provider(7, "fips"), set(12, "default_properties", "fips = yes")},
			[]string{"7 approved-mode-set: OpenSSL activates the providers base, fips", "12 approved-mode-set: OpenSSL has default_properties = fips = yes"}},
		{"OpenSSL without it", "openssl.cnf", []scanner.Setting{provider(9, "default"), provider(11, "legacy")},
			[]string{"9 approved-mode-not-set: OpenSSL activates the providers default, legacy", "9 weakens: OpenSSL activates the legacy provider"}},
		{"OpenSSL opened", "openssl.cnf", []scanner.Setting{set(1, "CipherString", "ALL:@SECLEVEL=0"), set(2, "MinProtocol", "None"), set(3, "Options", "UnsafeLegacyRenegotiation"),
			set(4, "rh-allow-sha1-signatures", "yes"), set(5, "security-checks", "0"), set(6, "tls1-prf-ems-check", "0"), set(7, "conditional-errors", "0"), set(8, "default_properties", "?fips=no")},
			[]string{"1 weakens: OpenSSL has CipherString = ALL:@SECLEVEL=0", "2 weakens: OpenSSL has MinProtocol = None", "3 weakens: OpenSSL has Options = UnsafeLegacyRenegotiation",
				"4 weakens: OpenSSL has rh-allow-sha1-signatures = yes", "5 weakens: OpenSSL has security-checks = 0", "6 weakens: OpenSSL has tls1-prf-ems-check = 0",
				"7 weakens: OpenSSL has conditional-errors = 0", "8 approved-mode-not-set: OpenSSL has default_properties = ?fips=no"}},
		{"OpenSSL as usual", "openssl.cnf", []scanner.Setting{set(1, "CipherString", "DEFAULT@SECLEVEL=2"), set(2, "MinProtocol", "TLSv1.2"), set(5, "security-checks", "1"), set(6, "Options", "ServerPreference")}, nil},
		{"Java as shipped", "java.security", []scanner.Setting{set(1, "security.provider.1", "SUN"), set(2, "security.provider.2", "SunJCE"), set(3, "keystore.type", "pkcs12"),
			set(4, "jdk.tls.disabledAlgorithms", shipped), set(5, "jdk.certpath.disabledAlgorithms", "MD2,MD5,RSA keySize < 1024")}, []string{"1 approved-mode-not-set: Java has 2 providers"}},
		{"Java opened", "java.security", []scanner.Setting{set(3, "jdk.tls.disabledAlgorithms", "MD5,SSLv3,TLSv1,TLSv1.1,DES,DESede,anon,RC4"), set(5, "jdk.certpath.disabledAlgorithms", "MD5,RSA keySize < 512"), set(6, "keystore.type", "jks"), set(7, "crypto.policy", "limited")},
			[]string{"3 weakens: jdk.tls.disabledAlgorithms leaves out NULL", "5 weakens: jdk.certpath.disabledAlgorithms leaves out MD2, RSA keySize < 1024", "6 weakens: Java makes its key stores as jks", "7 weakens: Java's crypto.policy is limited"}},
		{"Java with more than enough", "java.security", []scanner.Setting{set(3, "jdk.tls.disabledAlgorithms", shipped), set(5, "jdk.certpath.disabledAlgorithms", "MD2,MD5,RSA keySize < 2048")}, nil},
		{"Java's FIPS provider", "java.security", []scanner.Setting{set(1, "security.provider.1", "org.bouncycastle.jcajce.provider.BouncyCastleFipsProvider"), set(2, "security.provider.2", "SUN")},
			[]string{"1 approved-mode-set: Java has the provider org.bouncycastle.jcajce.provider.BouncyCastleFipsProvider"}},
		{"what is no setting of the host", "nginx", []scanner.Setting{set(1, "policy", "LEGACY")}, nil},
		{"nothing", "fips_enabled", nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range fips.HostFacts(&scanner.Machine{Format: tt.format, Settings: tt.settings}) {
				got = append(got, fmt.Sprintf("%d %s: %s", f.Line, f.Sign, f.Says))
				if f.Means == "" || f.See == "" {
					t.Errorf("%q does not say what it means, or where that is written", f.Says)
				}
				for _, word := range []string{"compliant", "validated module"} {
					if strings.Contains(f.Says+f.Means, word) {
						t.Errorf("%q says %q", f.Means, word)
					}
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
