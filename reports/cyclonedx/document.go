package cyclonedx

// The parts of a BOM as the schema names them
// (https://cyclonedx.org/docs/1.7/json/).

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version,omitempty"`
	Hashes     []hash     `json:"hashes,omitempty"`
	Properties []property `json:"properties,omitempty"`
	Evidence   *evidence  `json:"evidence,omitempty"`
	Crypto     *crypto    `json:"cryptoProperties,omitempty"`
}

// The types of component that are used.
const (
	typeCrypto = "cryptographic-asset"
	typeFile   = "file"
)

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type evidence struct {
	Occurrences []occurrence `json:"occurrences"`
}

type occurrence struct {
	Location string `json:"location"`
	Context  string `json:"additionalContext,omitempty"`
}

type crypto struct {
	Type        string       `json:"assetType"`
	Algorithm   *algorithm   `json:"algorithmProperties,omitempty"`
	Certificate *certificate `json:"certificateProperties,omitempty"`
	Material    *material    `json:"relatedCryptoMaterialProperties,omitempty"`
	Protocol    *protocol    `json:"protocolProperties,omitempty"`
	OID         string       `json:"oid,omitempty"`
}

// An algorithm as the schema has it. Where and in what it is implemented
// cannot be seen from outside.
type algorithm struct {
	Primitive     string   `json:"primitive"`
	Family        string   `json:"algorithmFamily,omitempty"`
	Parameters    string   `json:"parameterSetIdentifier,omitempty"`
	Curve         string   `json:"curve,omitempty"`
	EllipticCurve string   `json:"ellipticCurve,omitempty"`
	Environment   string   `json:"executionEnvironment"`
	Platform      string   `json:"implementationPlatform"`
	Certification []string `json:"certificationLevel"`
	Mode          string   `json:"mode,omitempty"`
	Padding       string   `json:"padding,omitempty"`
	Functions     []string `json:"cryptoFunctions,omitempty"`
	Classical     *int     `json:"classicalSecurityLevel,omitempty"`   // bits
	Quantum       *int     `json:"nistQuantumSecurityLevel,omitempty"` // NIST's categories 1 to 5; 0 for none of them
}

type certificate struct {
	Serial       string           `json:"serialNumber,omitempty"`
	Subject      string           `json:"subjectName,omitempty"`
	Issuer       string           `json:"issuerName,omitempty"`
	NotBefore    string           `json:"notValidBefore,omitempty"`
	NotAfter     string           `json:"notValidAfter,omitempty"`
	SignatureRef string           `json:"signatureAlgorithmRef,omitempty"`
	KeyRef       string           `json:"subjectPublicKeyRef,omitempty"`
	Format       string           `json:"certificateFormat,omitempty"`
	State        []lifecycleState `json:"certificateState,omitempty"`
	Extensions   []extension      `json:"certificateExtensions,omitempty"`
	Related      []relatedAsset   `json:"relatedCryptographicAssets,omitempty"`
}

type lifecycleState struct {
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
}

type extension struct {
	Name  string `json:"commonExtensionName"`
	Value string `json:"commonExtensionValue"`
}

type relatedAsset struct {
	Type string `json:"type"`
	Ref  string `json:"ref"`
}

// The types of related asset, as the specification's examples write them.
const (
	relatedAlgorithm  = "algorithm"
	relatedPublicKey  = "publicKey"
	relatedPrivateKey = "privateKey"
)

// A material never has a value: not even a public key's is of use here, and a
// private one's must not be.
type material struct {
	Type         string         `json:"type"`
	ID           string         `json:"id,omitempty"`
	State        string         `json:"state,omitempty"`
	AlgorithmRef string         `json:"algorithmRef,omitempty"`
	Size         int            `json:"size,omitempty"` // bits
	Format       string         `json:"format,omitempty"`
	SecuredBy    *securedBy     `json:"securedBy,omitempty"`
	Fingerprint  *hash          `json:"fingerprint,omitempty"`
	Related      []relatedAsset `json:"relatedCryptographicAssets,omitempty"`
}

type securedBy struct {
	Mechanism    string `json:"mechanism"`
	AlgorithmRef string `json:"algorithmRef,omitempty"`
}

type protocol struct {
	Type     string         `json:"type"`
	Version  string         `json:"version,omitempty"`
	Suites   []cipherSuite  `json:"cipherSuites,omitempty"`
	RefArray []string       `json:"cryptoRefArray,omitempty"`
	Related  []relatedAsset `json:"relatedCryptographicAssets,omitempty"`
}

type cipherSuite struct {
	Name        string   `json:"name"`
	Algorithms  []string `json:"algorithms,omitempty"`
	Identifiers []string `json:"identifiers,omitempty"`
	Groups      []string `json:"tlsGroups,omitempty"`
	Schemes     []string `json:"tlsSignatureSchemes,omitempty"`
}

type service struct {
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Endpoints  []string   `json:"endpoints,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

// A dependency of what depends on nothing is to be there too, empty. What an
// endpoint speaks is both: it provides the protocol, and rests on it.
type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
	Provides  []string `json:"provides,omitempty"`
}

type metadata struct {
	Timestamp  string      `json:"timestamp"`
	Lifecycles []lifecycle `json:"lifecycles"`
	Tools      tools       `json:"tools"`
	Properties []property  `json:"properties"`
}

type lifecycle struct {
	Phase string `json:"phase"`
}

type tools struct {
	Components []component `json:"components"`
}
