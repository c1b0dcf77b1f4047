package fips

// RuleKinds lists the kinds of rules whose rulings are evidence of the class;
// none where the evidence is no ruling, or nothing yields it yet.
func (c Class) RuleKinds() []string {
	switch c {
	case ClassTLSVersion:
		return []string{"protocol-version", "tls-extension"}
	case ClassTLSCipher:
		return []string{suiteKind, "tls-cipher-suite-rule", "ssl2-cipher-kind", "key-exchange", "cipher", "mac", "hash"}
	case ClassTLSKex:
		return []string{"named-group", "key-exchange", "signature-scheme"}
	case ClassTLSEMS:
		return []string{"tls-extension"}
	case ClassCertKey:
		return []string{keyKind}
	case ClassCertSignature:
		return []string{propertyKind, "hash"}
	case ClassCertValidity, ClassCertChain, ClassCertRevoked, ClassWeakKey:
		return []string{propertyKind}
	case ClassCertInventory:
		return []string{propertyKind, protectionKind}
	case ClassCleartext, ClassSSHVersion:
		return []string{"protocol-version"}
	case ClassSSHKex:
		return []string{"ssh-kex", "key-exchange", "named-group"}
	case ClassSSHHostKey:
		return []string{"ssh-hostkey", keyKind}
	case ClassSSHCipherMAC:
		return []string{"ssh-cipher", "ssh-mac"}
	case ClassKeyStrength:
		return []string{keyKind, "key-exchange", "named-group"}
	case ClassKeyAtRest:
		return []string{protectionKind, propertyKind, "mac", "cipher"}
	}
	return nil
}
