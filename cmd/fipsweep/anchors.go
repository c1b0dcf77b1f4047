package main

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// bundles are where distributions of Linux keep all authorities in one file,
// made of the folder beside it by their own tools: Debian, Arch and Alpine;
// Red Hat; SUSE.
func bundles() []string {
	return []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem"}
}

// systemPool is what this machine trusts: on Linux the bundle, and where there
// is none the folders, since with a bundle Go's library would read each
// authority three times, which was a quarter of what a short run costs.
// SSL_CERT_FILE and SSL_CERT_DIR replace the one and the others, as they do for
// Go and OpenSSL. A file has what somebody chose for it, and all of it counts;
// of what lies in a folder only authorities do. Go, which takes every file, and
// OpenSSL, which goes by hashed names, would both trust the server's own
// certificate that Debian's ssl-cert lays there, hashed name and all.
func systemPool() (*x509.CertPool, error) {
	if runtime.GOOS != "linux" {
		return x509.SystemCertPool()
	}
	files, folders := bundles(), []string{"/etc/ssl/certs", "/etc/pki/tls/certs"}
	file, folder := os.Getenv("SSL_CERT_FILE"), os.Getenv("SSL_CERT_DIR")
	if file != "" {
		files = []string{file}
	}
	if folder != "" {
		folders = strings.Split(folder, ":")
	}
	pool := x509.NewCertPool()
	for _, name := range files {
		if data, err := os.ReadFile(name); err != nil || !pool.AppendCertsFromPEM(data) {
			continue
		}
		if file == "" && folder == "" {
			return pool, nil
		}
		break
	}
	for _, name := range folders {
		addFolder(pool, name)
	}
	return pool, nil
}

// addFolder adds the authorities in a folder's files. What is no certificate,
// or cannot be read, is passed over.
func addFolder(pool *x509.CertPool, folder string) {
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		name := filepath.Join(folder, e.Name())
		if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
			continue
		}
		data, err := readBounded(name, maxTrustFile)
		if err != nil {
			continue
		}
		for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
			if c, err := x509.ParseCertificate(block.Bytes); err == nil && block.Type == "CERTIFICATE" && isAuthority(c) {
				pool.AddCert(c)
			}
		}
	}
}

// isAuthority tells a certificate that says it is one, and a root of before
// version 3, which had no word for it.
func isAuthority(c *x509.Certificate) bool {
	return c.IsCA || c.Version < 3 && bytes.Equal(c.RawIssuer, c.RawSubject)
}
