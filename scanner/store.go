package scanner

// Store is what one file holds.
type Store struct {
	Path       string       `json:"path"`
	PathBytes  []byte       `json:"path_bytes,omitempty"` // the path as it is, where that is no UTF-8 and Path tells it only roughly
	Links      []string     `json:"links,omitempty"`      // other paths of the tree that lead here
	Format     string       `json:"format"`               // "PEM", "DER", "PKCS#7", "PKCS#12", ...
	Mode       string       `json:"mode,omitempty"`       // permission bits in octal, such as "0644"
	Owner      string       `json:"owner,omitempty"`      // numeric user id
	Protection []Protection `json:"protection,omitempty"`
	Items      []Item       `json:"items"`
	Machines   []*Machine   `json:"machines,omitempty"` // configurations in an archive; Path is the member
}

// The kinds of Item.
const (
	ItemCertificate = "certificate"
	ItemCSR         = "csr"
	ItemCRL         = "crl"
	ItemPrivateKey  = "private-key"
	ItemPublicKey   = "public-key"
	ItemSecretKey   = "secret-key"
	ItemParameters  = "parameters"
	// Keys that a line of SSH's lists lets in, or takes a host by.
	ItemAuthorizedKey = "authorized-key"
	ItemKnownHost     = "known-host"
)

// An Item is one certificate, key or the like in a store. It never holds a
// private value.
type Item struct {
	Kind        string       `json:"kind"`
	SHA256      string       `json:"sha256,omitempty"` // of the DER; for a private key of its public half's SubjectPublicKeyInfo
	Member      string       `json:"member,omitempty"` // place in an archive
	Alias       string       `json:"alias,omitempty"`
	Role        string       `json:"role,omitempty"`    // certificate: what it is for; see Role...
	RoleBy      string       `json:"role_by,omitempty"` // by what that was told, where the certificate alone may be either; see RoleBy...
	Certificate *Certificate `json:"certificate,omitempty"`
	Request     *Request     `json:"request,omitempty"` // csr and crl: who, and how it is signed
	Key         *Key         `json:"key,omitempty"`     // keys; nil where a password hides it
	Prime       *Prime       `json:"prime,omitempty"`   // parameters: finite-field group
	Protection  *Protection  `json:"protection,omitempty"`
	Chain       string       `json:"chain,omitempty"`   // certificate: whether the file holds the way up to a root; see Chain...
	Pair        string       `json:"pair,omitempty"`    // private-key: digest of a certificate of it in the same file
	Problem     string       `json:"problem,omitempty"` // why it could not be read

	SSH            *SSHEntry       `json:"ssh,omitempty"`             // authorized-key and known-host: the line around the key
	SSHCertificate *SSHCertificate `json:"ssh_certificate,omitempty"` // around Key, of any kind that holds public keys
}

// What Item.Role says.
const (
	RoleAnchor    = "trust-anchor" // a root that is trusted by whoever trusts the file
	RoleAuthority = "authority"    // a CA that another one issued
	RoleEndEntity = "end-entity"
)

// What Item.RoleBy says of a certificate that looks like a root: whether it is
// one, or what a server shows, is told by the first of these that holds.
const (
	RoleByKey     = "private-key"  // end-entity: its private key lies beside it
	RoleBySecret  = "tls-secret"   // end-entity: it is the tls.crt of a kubernetes.io/tls Secret
	RoleByStore   = "trust-store"  // trust-anchor: among other roots, as an entry without a key, or where systems keep their roots
	RoleByIssued  = "issued"       // trust-anchor: another certificate in the file is issued by it
	RoleByNames   = "host-names"   // end-entity: it names hosts
	RoleByUsage   = "key-usage"    // either: its usages say so
	RoleByNothing = "nothing-told" // end-entity, as the stricter reading
)

// Role is what a certificate is for as it says itself; "" for one that no
// parser read. A server's own may say that it is a root: "openssl req -x509"
// writes it so.
func (c *Certificate) Role() string {
	switch {
	case c.Version == 0:
		return ""
	case c.SelfSigned && (c.CA || c.Version < 3):
		return RoleAnchor
	case c.CA:
		return RoleAuthority
	}
	return RoleEndEntity
}

// An SSHEntry is what a line of authorized_keys or known_hosts (sshd(8)) says
// beside the key.
type SSHEntry struct {
	Line    int      `json:"line"`              // from 1
	Hosts   []string `json:"hosts,omitempty"`   // names and patterns as written; hashed ones begin with "|1|"
	Marker  string   `json:"marker,omitempty"`  // "@cert-authority", "@revoked"
	Options []string `json:"options,omitempty"` // names alone: a value may hold a secret
}

// What Item.Chain says. It is told of a certificate that no other in the file
// is issued by, where there is another or its private key.
const (
	ChainComplete   = "complete"   // up to a self-issued one
	ChainIncomplete = "incomplete" // an issuer is lacking
)

// Request is the facts of a signed statement that is no certificate: a
// certification request (RFC 2986) or a CRL (RFC 5280 section 5).
type Request struct {
	Subject            string   `json:"subject"` // of a CRL its issuer
	SignatureAlgorithm string   `json:"signature_algorithm"`
	SignatureOID       string   `json:"signature_oid"`
	PSS                *PSS     `json:"pss,omitempty"`
	Names              []string `json:"names,omitempty"`
}

// Protection is how a key or a whole store is protected at rest.
type Protection struct {
	Scheme     string `json:"scheme"` // "none", "PBES2", "pbeWithMD5AndDES-CBC", "PEM-traditional-DEK-Info", "OpenSSH-bcrypt", "PPK-v3-argon2", ...
	KDF        string `json:"kdf,omitempty"`
	PRF        string `json:"prf,omitempty"`
	Cipher     string `json:"cipher,omitempty"`
	Iterations int    `json:"iterations,omitempty"`
	SaltBits   int    `json:"salt_bits,omitempty"`
	MAC        string `json:"mac,omitempty"`       // of what protects integrity
	Signature  string `json:"signature,omitempty"` // in place of a MAC, by the PKIX registry's name
	Member     string `json:"member,omitempty"`    // of a store in an archive: its place there
	Opened     string `json:"opened,omitempty"`    // with which sort of password, if any was found; see Opened...

	MemoryKiB   int `json:"memory_kib,omitempty"`  // of a KDF that is hard on memory
	Parallelism int `json:"parallelism,omitempty"` // likewise
}

// The sorts of password with which a protection was opened. The password
// itself is never told.
const (
	OpenedEmpty   = "empty"   // with none, or with the empty one
	OpenedDefault = "default" // with one that documentation gives, such as changeit
	OpenedGiven   = "given"   // with one that the operator named
)
