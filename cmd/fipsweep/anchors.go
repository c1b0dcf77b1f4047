package main

import (
	"crypto/x509"
	"os"
	"runtime"
)

// bundles are where distributions of Linux keep all authorities in one file,
// made of the folder beside it by their own tools: Debian, Arch and Alpine;
// Red Hat; SUSE.
func bundles() []string {
	return []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem"}
}

// systemPool is what this machine trusts. Where there is a bundle, that is it:
// Go's library would read each authority three times, there and in the folder,
// which was a quarter of what a short run costs, and take for one the server's
// own certificate that Debian's ssl-cert puts there. Go's variables say where
// to look, as ever.
func systemPool() (*x509.CertPool, error) {
	if runtime.GOOS == "linux" && os.Getenv("SSL_CERT_FILE") == "" && os.Getenv("SSL_CERT_DIR") == "" {
		for _, name := range bundles() {
			pool := x509.NewCertPool()
			if data, err := os.ReadFile(name); err == nil && pool.AppendCertsFromPEM(data) {
				return pool, nil
			}
		}
	}
	return x509.SystemCertPool()
}
