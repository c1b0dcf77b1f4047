package scanner

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// ObservationSchema names the version of an observation's JSON form. Within a
// version fields are only ever added.
const ObservationSchema = "fipsweep.observation/v1"

// An Observation is what one probe learned of one endpoint at one time, or why
// it could not. Exactly one of TLS, SSH, Store, Host, Plain and Failure
// is set.
type Observation struct {
	Schema     string       `json:"schema"` // ObservationSchema
	Sweep      string       `json:"sweep"`
	Time       time.Time    `json:"time"` // UTC, when the probe began
	Target     string       `json:"target"`
	Outright   bool         `json:"outright,omitempty"` // the target was named outright, and no other address of its name answered
	Endpoint   Endpoint     `json:"endpoint"`
	Probe      string       `json:"probe"` // "tls", "ssh", "store", "detect"; "sweep" where none of them was run
	Evidence   []Evidence   `json:"evidence,omitempty"`
	Incomplete []Incomplete `json:"incomplete,omitempty"` // asked for and not learned

	TLS     *TLS     `json:"tls,omitempty"`
	SSH     *SSH     `json:"ssh,omitempty"`
	Store   *Store   `json:"store,omitempty"`
	Host    *Machine `json:"host,omitempty"`
	Plain   *Plain   `json:"plain,omitempty"`
	Failure *Failure `json:"failure,omitempty"`

	// Line is what Encode gave, where it was asked already: an observation is
	// written and hashed in several places, and encoding it is what that costs.
	Line []byte `json:"-"`
}

// Encode is the observation as one line of JSON with its line end, as it is
// written and hashed everywhere.
func (o Observation) Encode() ([]byte, error) {
	if o.Line != nil {
		return o.Line, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(o); err != nil {
		return nil, fmt.Errorf("encode observation of %s: %w", o.Endpoint, err)
	}
	return b.Bytes(), nil
}

// Observe begins the observation of an endpoint by the named probe. Sweep and
// Time are the sweeper's to set. (Inlined, it and Failed leave copies in every
// frame that may call them, and those stand on the stack of each probe.)
//
//go:noinline
func Observe(e Endpoint, probe string) Observation {
	return Observation{Schema: ObservationSchema, Target: e.Target, Outright: e.Outright, Endpoint: e, Probe: probe}
}

// Failed is an observation that says why nothing was learned.
//
//go:noinline
func Failed(e Endpoint, probe string, f Failure) Observation {
	o := Observe(e, probe)
	o.Failure = &f
	return o
}

// Links is the other paths that lead to the file that was observed; nil for
// none. An endpoint that is read back does not have them.
func (o Observation) Links() []string {
	switch {
	case o.Store != nil:
		return o.Store.Links
	case o.Host != nil:
		return o.Host.Links
	}
	return nil
}

// Answered tells whether anything at all came back from the endpoint. A peer
// that spoke and was not understood answered; one that refused did not.
func (o Observation) Answered() bool {
	if o.Failure == nil {
		return true
	}
	return o.Failure.Stage.answered()
}

// Gap is the first thing that was asked for and lost: neither learned nor
// declined, for a reason that does not lie in what was found. An endpoint with
// a gap may show what is wrong; it cannot show that all is right. An alert is an
// answer, so a probe gives that reason for nothing else: a peer that declines what
// it granted before has given unlike answers.
func (o Observation) Gap() (Incomplete, bool) {
	for _, i := range o.Incomplete {
		if !i.Reason.Excused() && i.Reason != ReasonAlert {
			return i, true
		}
	}
	return Incomplete{}, false
}

// Excused tells whether the reason lies in what was found, and not in a loss:
// content that a password locks, what we cannot compute, and what the version
// of another program decides.
func (r Reason) Excused() bool {
	return r == ReasonLocked || r == ReasonUncomputable || r == ReasonVersion
}

// Evidence is the bytes behind an observation, named by their digest.
type Evidence struct {
	SHA256 string `json:"sha256"` // lower-case hex
	What   string `json:"what"`   // for example "ServerHello TLSv1.2", "certificate"
	Data   []byte `json:"-"`      // the bytes; nil when read back from JSON
}

// EvidenceOf names data by its SHA-256 digest.
func EvidenceOf(what string, data []byte) Evidence {
	return Evidence{SHA256: Digest(data), What: what, Data: data}
}

// Digest is the SHA-256 of data in lower-case hex, as every digest is written.
func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Incomplete says what was asked for and not learned, and why.
type Incomplete struct {
	What   string `json:"what"` // for example "TLSv1.3 chain", "ssh host key ssh-dss"
	Reason Reason `json:"reason"`
	Detail string `json:"detail,omitempty"`
}

// A Failure says why an endpoint yielded nothing.
type Failure struct {
	Stage  Stage  `json:"stage"`
	Reason Reason `json:"reason"`
	Detail string `json:"detail,omitempty"` // for people; never holds peer bytes unescaped
}

// A Stage is how far a probe came.
type Stage string

// Stages in the order a probe passes through them.
const (
	StageResolve   Stage = "resolve"   // finding an address for a name
	StageConnect   Stage = "connect"   // opening a connection
	StageGreeting  Stage = "greeting"  // connected: waiting for the first bytes
	StageSTARTTLS  Stage = "starttls"  // asking a plain protocol to turn to TLS
	StageHandshake Stage = "handshake" // speaking TLS or SSH
	StageOpen      Stage = "open"      // opening a file
	StageRead      Stage = "read"      // reading a file
	StageParse     Stage = "parse"     // making sense of a file
	StageProbe     Stage = "probe"     // in our own code
)

// answered tells whether reaching the stage means that the peer said something.
func (s Stage) answered() bool {
	switch s {
	case StageSTARTTLS, StageHandshake, StageRead, StageParse:
		return true
	}
	return false
}

// A Reason is why something was not learned. The set is small and closed, so
// that reports can count by it.
type Reason string

// The reasons. Each is its own outcome; none means "not offered".
const (
	ReasonRefused      Reason = "refused"           // connection refused
	ReasonTimeout      Reason = "timeout"           // no answer within the deadline
	ReasonReset        Reason = "reset"             // connection reset
	ReasonClosed       Reason = "closed"            // connection closed without an answer
	ReasonFiltered     Reason = "filtered"          // no answer from the port, of a host that answers on another
	ReasonUnreachable  Reason = "unreachable"       // no route to host or network
	ReasonNoName       Reason = "no-such-name"      // the name does not resolve
	ReasonThrottled    Reason = "throttled"         // the peer said or showed that it limits us
	ReasonGarbage      Reason = "not-understood"    // bytes that are no protocol we know, or break one
	ReasonAlert        Reason = "alert"             // the peer declined with a TLS alert, or after its choice by hanging up each time
	ReasonBrokenOff    Reason = "broken-off"        // the peer chose, and then ended every such handshake with a TLS alert
	ReasonTooLarge     Reason = "too-large"         // more bytes than the bound allows
	ReasonDenied       Reason = "denied"            // permission denied
	ReasonNotFound     Reason = "not-found"         // the file is gone
	ReasonLocked       Reason = "locked"            // a password is needed
	ReasonUncomputable Reason = "uncomputable"      // needs an algorithm that we cannot compute
	ReasonVersion      Reason = "version-dependent" // what it means is for the version of a program to say, which is not known
	ReasonLimit        Reason = "local-limit"       // our own limit, such as file descriptors
	ReasonInterrupted  Reason = "interrupted"       // the sweep was stopped
	ReasonUnlike       Reason = "answers-differ"    // the same question got unlike answers, as from several servers behind one address, or one that turned
	ReasonInternal     Reason = "internal"          // a fault of ours; Detail says which
)

// Plain is an endpoint that answers without encryption.
type Plain struct {
	Protocol string `json:"protocol"` // "smtp", "imap", "pop3", "ftp", "http", ... or "unknown"
	STARTTLS bool   `json:"starttls"` // it offers to turn to TLS
	Banner   string `json:"banner,omitempty"`

	// OwnCiphers is what the protocol encrypts with in a way of its own, which
	// is no TLS: RDP's security, [MS-RDPBCGR] section 5.3. "NULL" is none.
	OwnCiphers []string `json:"own_ciphers,omitempty"`
}
