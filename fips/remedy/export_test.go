package remedy

// OpenSSLNames is the table of OpenSSL's names.
func OpenSSLNames() map[string]string {
	names := map[string]string{}
	for _, s := range openSSLSuites() {
		names[s.name] = s.openssl
	}
	return names
}
