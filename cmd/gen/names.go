package main

// The words that suite names are made of, and what package fips calls them.

type exchange struct{ exchange, authentication string }

var exchanges = map[string]exchange{
	"":                {"any", "any"}, // TLS 1.3
	"NULL":            {"NULL", "NULL"},
	"RSA":             {"RSA", "RSA"},
	"RSA_EXPORT":      {"RSA_EXPORT", "RSA"},
	"RSA_FIPS":        {"RSA", "RSA"}, // Netscape's, from before SSL 3.0 was settled
	"DH_DSS":          {"DH", "DSS"},
	"DH_DSS_EXPORT":   {"DH", "DSS"},
	"DH_RSA":          {"DH", "RSA"},
	"DH_RSA_EXPORT":   {"DH", "RSA"},
	"DHE_DSS":         {"DHE", "DSS"},
	"DHE_DSS_EXPORT":  {"DHE_EXPORT", "DSS"},
	"DHE_RSA":         {"DHE", "RSA"},
	"DHE_RSA_EXPORT":  {"DHE_EXPORT", "RSA"},
	"DH_anon":         {"DH_anon", "anon"},
	"DH_anon_EXPORT":  {"DH_anon", "anon"},
	"ECDH_ECDSA":      {"ECDH", "ECDSA"},
	"ECDH_RSA":        {"ECDH", "RSA"},
	"ECDH_anon":       {"ECDH_anon", "anon"},
	"ECDHE_ECDSA":     {"ECDHE", "ECDSA"},
	"ECDHE_RSA":       {"ECDHE", "RSA"},
	"PSK":             {"PSK", "PSK"},
	"DHE_PSK":         {"DHE_PSK", "PSK"},
	"PSK_DHE":         {"DHE_PSK", "PSK"}, // RFC 6655 spells two of them so
	"ECDHE_PSK":       {"ECDHE_PSK", "PSK"},
	"RSA_PSK":         {"RSA_PSK", "RSA"},
	"KRB5":            {"KRB5", "KRB5"},
	"KRB5_EXPORT":     {"KRB5", "KRB5"},
	"SRP_SHA":         {"SRP", "SRP"},
	"SRP_SHA_RSA":     {"SRP", "RSA"},
	"SRP_SHA_DSS":     {"SRP", "DSS"},
	"ECCPWD":          {"ECCPWD", "ECCPWD"},
	"ECJPAKE":         {"ECJPAKE", "ECJPAKE"},
	"CECPQ1_RSA":      {"CECPQ1", "RSA"},
	"CECPQ1_ECDSA":    {"CECPQ1", "ECDSA"},
	"FORTEZZA_KEA":    {"FORTEZZA_KEA", "FORTEZZA"},
	"GOSTR341094":     {"GOST", "GOST"},
	"GOSTR341001":     {"GOST", "GOST"},
	"GOSTR341112_256": {"GOST", "GOST"},
	"GOSTR341094_RSA": {"RSA", "RSA"},
	"SM2":             {"SM2", "SM2"},
	"SM9":             {"SM9", "SM9"},
}

// irregular rewrites names that do not follow the pattern into one that does.
var irregular = map[string]string{
	"NULL_WITH_NULL_NULL":  "NULL_WITH_NULL_NONE", // no MAC either
	"ECDHE_SM4_CBC_SM3":    "SM2_WITH_SM4_CBC_SM3",
	"ECC_SM4_CBC_SM3":      "SM2_WITH_SM4_CBC_SM3",
	"IBSDH_SM4_CBC_SM3":    "SM9_WITH_SM4_CBC_SM3",
	"IBC_SM4_CBC_SM3":      "SM9_WITH_SM4_CBC_SM3",
	"RSA_SM4_CBC_SM3":      "RSA_WITH_SM4_CBC_SM3",
	"RSA_SM4_CBC_SHA1":     "RSA_WITH_SM4_CBC_SHA1",
	"RSA_SM4_CBC_SHA256":   "RSA_WITH_SM4_CBC_SHA256",
	"ECDHE_SM4_GCM_SM3":    "SM2_WITH_SM4_GCM_SM3",
	"ECDHE_SM4_CCM_SM3":    "SM2_WITH_SM4_CCM_SM3",
	"ECC_SM4_GCM_SM3":      "SM2_WITH_SM4_GCM_SM3",
	"IBSDH_SM4_GCM_SM3":    "SM9_WITH_SM4_GCM_SM3",
	"IBC_SM4_GCM_SM3":      "SM9_WITH_SM4_GCM_SM3",
	"RSA_SM4_GCM_SM3":      "RSA_WITH_SM4_GCM_SM3",
	"RSA_SM4_GCM_SHA256":   "RSA_WITH_SM4_GCM_SHA256",
	"SHA256_SHA256":        "NULL_SHA256", // RFC 9150: integrity only
	"SHA384_SHA384":        "NULL_SHA384",
	"RSA_WITH_RC2_CBC_MD5": "RSA_WITH_RC2_CBC_128_MD5", // SSL 2.0's in an SSL 3.0 coat
}

// tls13Only are the suites of RFC 9367 section 4: named as of old, and for TLS
// 1.3 alone.
var tls13Only = map[string]bool{
	"GOSTR341112_256_WITH_KUZNYECHIK_MGM_L": true,
	"GOSTR341112_256_WITH_MAGMA_MGM_L":      true,
	"GOSTR341112_256_WITH_KUZNYECHIK_MGM_S": true,
	"GOSTR341112_256_WITH_MAGMA_MGM_S":      true,
}

type cipher struct {
	name, mode string
	bits       int
	mac        string // "AEAD" or a MAC that comes with the cipher
	prf        string // hash of the PRF where the name gives none
}

var ciphers = map[string]cipher{
	"NULL":                {"NULL", "", 0, "", ""},
	"RC4_40":              {"RC4-40", "", 40, "", ""},
	"RC4_56":              {"RC4-56", "", 56, "", ""},
	"RC4_128":             {"RC4-128", "", 128, "", ""},
	"RC2_CBC_40":          {"RC2-CBC-40", "CBC", 40, "", ""},
	"RC2_CBC_56":          {"RC2-CBC-56", "CBC", 56, "", ""},
	"RC2_CBC_128":         {"RC2-CBC-128", "CBC", 128, "", ""},
	"IDEA_CBC":            {"IDEA-CBC", "CBC", 128, "", ""},
	"DES40_CBC":           {"DES-CBC-40", "CBC", 40, "", ""},
	"DES_CBC_40":          {"DES-CBC-40", "CBC", 40, "", ""},
	"DES_CBC":             {"DES-CBC", "CBC", 56, "", ""},
	"3DES_EDE_CBC":        {"3DES-EDE-CBC", "CBC", 112, "", ""}, // SP 800-57: 168 key bits, 112 of strength
	"FORTEZZA_CBC":        {"SKIPJACK-FORTEZZA", "CBC", 80, "", ""},
	"SEED_CBC":            {"SEED-CBC", "CBC", 128, "", ""},
	"AES_128_CBC":         {"AES-128-CBC", "CBC", 128, "", ""},
	"AES_256_CBC":         {"AES-256-CBC", "CBC", 256, "", ""},
	"AES_128_GCM":         {"AES-128-GCM", "GCM", 128, "AEAD", ""},
	"AES_256_GCM":         {"AES-256-GCM", "GCM", 256, "AEAD", ""},
	"AES_128_CCM":         {"AES-128-CCM", "CCM", 128, "AEAD", "SHA-256"},
	"AES_256_CCM":         {"AES-256-CCM", "CCM", 256, "AEAD", "SHA-256"},
	"AES_128_CCM_8":       {"AES-128-CCM_8", "CCM", 128, "AEAD", "SHA-256"},
	"AES_256_CCM_8":       {"AES-256-CCM_8", "CCM", 256, "AEAD", "SHA-256"},
	"AES_128_OCB":         {"AES-128-OCB", "OCB", 128, "AEAD", ""}, // draft-zauner-tls-aes-ocb
	"AES_256_OCB":         {"AES-256-OCB", "OCB", 256, "AEAD", ""},
	"CAMELLIA_128_CBC":    {"CAMELLIA-128-CBC", "CBC", 128, "", ""},
	"CAMELLIA_256_CBC":    {"CAMELLIA-256-CBC", "CBC", 256, "", ""},
	"CAMELLIA_128_GCM":    {"CAMELLIA-128-GCM", "GCM", 128, "AEAD", ""},
	"CAMELLIA_256_GCM":    {"CAMELLIA-256-GCM", "GCM", 256, "AEAD", ""},
	"ARIA_128_CBC":        {"ARIA-128-CBC", "CBC", 128, "", ""},
	"ARIA_256_CBC":        {"ARIA-256-CBC", "CBC", 256, "", ""},
	"ARIA_128_GCM":        {"ARIA-128-GCM", "GCM", 128, "AEAD", ""},
	"ARIA_256_GCM":        {"ARIA-256-GCM", "GCM", 256, "AEAD", ""},
	"CHACHA20_POLY1305":   {"CHACHA20-POLY1305", "", 256, "AEAD", ""},
	"AEGIS_128L":          {"AEGIS-128L", "", 128, "AEAD", ""},
	"AEGIS_256":           {"AEGIS-256", "", 256, "AEAD", ""},
	"ASCONAEAD128":        {"ASCON-AEAD128", "", 128, "AEAD", ""},
	"SM4_CBC":             {"SM4-CBC", "CBC", 128, "", ""},
	"SM4_GCM":             {"SM4-GCM", "GCM", 128, "AEAD", ""},
	"SM4_CCM":             {"SM4-CCM", "CCM", 128, "AEAD", ""},
	"SALSA20":             {"SALSA20", "", 256, "", ""},
	"ESTREAM_SALSA20":     {"SALSA20", "", 256, "", ""},
	"28147_CNT_IMIT":      {"GOST28147-89-CNT", "CNT", 256, "GOST28147-IMIT", "GOSTR3411-94"},
	"28147_CNT":           {"GOST28147-89-CNT", "CNT", 256, "", ""},
	"KUZNYECHIK_CTR_OMAC": {"KUZNYECHIK-CTR-OMAC", "CTR", 256, "OMAC-KUZNYECHIK", "STREEBOG-256"},
	"MAGMA_CTR_OMAC":      {"MAGMA-CTR-OMAC", "CTR", 256, "OMAC-MAGMA", "STREEBOG-256"},
	"KUZNYECHIK_MGM_L":    {"KUZNYECHIK-MGM", "MGM", 256, "AEAD", "STREEBOG-256"},
	"KUZNYECHIK_MGM_S":    {"KUZNYECHIK-MGM", "MGM", 256, "AEAD", "STREEBOG-256"},
	"MAGMA_MGM_L":         {"MAGMA-MGM", "MGM", 256, "AEAD", "STREEBOG-256"},
	"MAGMA_MGM_S":         {"MAGMA-MGM", "MGM", 256, "AEAD", "STREEBOG-256"},
}

type hash struct{ mac, prf string }

var hashes = map[string]hash{
	"":             {"", ""},
	"NONE":         {"NULL", ""},
	"MD5":          {"HMAC-MD5", ""},
	"SHA":          {"HMAC-SHA1", ""},
	"SHA1":         {"HMAC-SHA1", ""},
	"SHA256":       {"HMAC-SHA256", "SHA-256"},
	"SHA384":       {"HMAC-SHA384", "SHA-384"},
	"SHA512":       {"HMAC-SHA512", "SHA-512"},
	"SM3":          {"HMAC-SM3", "SM3"},
	"ASCONHASH256": {"", "ASCON-HASH256"},
	"GOSTR3411":    {"HMAC-GOSTR3411", "GOSTR3411-94"},
	"GOST94":       {"HMAC-GOSTR3411", "GOSTR3411-94"},
}
