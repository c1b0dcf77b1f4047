package tlswire

import "fmt"

// An Alert is a server's word that something is wrong, RFC 8446 section 6.
type Alert struct {
	Fatal       bool
	Description uint8
}

// The alert descriptions that callers tell apart.
const (
	AlertCloseNotify        = 0
	AlertUnexpectedMessage  = 10
	AlertRecordOverflow     = 22
	AlertHandshakeFailure   = 40
	AlertIllegalParameter   = 47
	AlertDecodeError        = 50
	AlertProtocolVersion    = 70
	AlertInsufficientSec    = 71
	AlertInternalError      = 80
	AlertFallback           = 86 // inappropriate_fallback
	AlertUserCanceled       = 90
	AlertMissingExtension   = 109
	AlertUnsupportedExt     = 110
	AlertUnrecognizedName   = 112
	AlertUnknownPSKIdentity = 115
	AlertNoApplicationProt  = 120
)

// ParseAlert reads an alert record's fragment. The level of a TLS 1.3 alert
// means nothing, but servers still send it.
func ParseAlert(fragment []byte) (Alert, error) {
	if len(fragment) < 2 {
		return Alert{}, fmt.Errorf("alert of %d bytes: %w", len(fragment), ErrMalformed)
	}
	return Alert{Fatal: fragment[0] != 1, Description: fragment[1]}, nil
}

// String is the registry's name of the alert.
func (a Alert) String() string {
	if name, ok := alertNames[a.Description]; ok {
		return name
	}
	return fmt.Sprintf("alert %d", a.Description)
}

// alertNames is the registry "TLS Alerts"; never written to.
var alertNames = map[uint8]string{
	0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 21: "decryption_failed",
	22: "record_overflow", 30: "decompression_failure", 40: "handshake_failure", 41: "no_certificate",
	42: "bad_certificate", 43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired",
	46: "certificate_unknown", 47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied",
	50: "decode_error", 51: "decrypt_error", 52: "too_many_cids_requested", 60: "export_restriction",
	70: "protocol_version", 71: "insufficient_security", 80: "internal_error", 86: "inappropriate_fallback",
	90: "user_canceled", 100: "no_renegotiation", 109: "missing_extension", 110: "unsupported_extension",
	111: "certificate_unobtainable", 112: "unrecognized_name", 113: "bad_certificate_status_response",
	114: "bad_certificate_hash_value", 115: "unknown_psk_identity", 116: "certificate_required",
	117: "general_error", 120: "no_application_protocol", 121: "ech_required",
}
