package starttls

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// clientName is how we introduce ourselves: a name that is nobody's (RFC 2606).
const clientName = "fipsweep.invalid"

// smtp is RFC 3207.
func smtp(t *Talk) error { return t.mail("EHLO") }

// lmtp is RFC 2033, with the same extension.
func lmtp(t *Talk) error { return t.mail("LHLO") }

func (t *Talk) mail(hello string) error {
	if err := t.greeting(); err != nil {
		return err
	}
	if err := t.say(hello + " " + clientName + "\r\n"); err != nil {
		return err
	}
	code, lines, err := t.reply()
	switch {
	case err != nil:
		return err
	case code[0] == '4':
		return t.busy(lines[0])
	case turnedAway(code):
		return t.fail(scanner.ReasonDenied, lines[0])
	}
	offered := slices.ContainsFunc(lines, func(l string) bool { return len(l) > 4 && strings.EqualFold(strings.TrimSpace(l[4:]), "STARTTLS") })
	if code != "250" || !offered {
		return t.none()
	}
	if t.Curious {
		if err := t.mailFrom(lines); err != nil {
			return err
		}
	}
	return t.ask("STARTTLS", "220")
}

// turnedAway tells a refusal of us from the lack of EHLO: RFC 5321 section
// 4.2.2 and RFC 7504.
func turnedAway(code string) bool {
	return code == "521" || code == "550" || code == "554" || code == "556"
}

// ftp is RFC 4217.
func ftp(t *Talk) error {
	if err := t.greeting(); err != nil {
		return err
	}
	if t.Curious {
		if err := t.users(); err != nil {
			return err
		}
	}
	return t.ask("AUTH TLS", "234")
}

// nntp is RFC 4642.
func nntp(t *Talk) error {
	if err := t.greeting(); err != nil {
		return err
	}
	if t.Curious {
		if err := t.reads(); err != nil {
			return err
		}
	}
	return t.ask("STARTTLS", "382")
}

// imap is RFC 9051 section 6.2.1.
func imap(t *Talk) error {
	line, err := t.line()
	if err != nil {
		return err
	}
	t.banner = scanner.Escape(line)
	switch {
	case strings.HasPrefix(line, "* OK"):
	case strings.HasPrefix(line, "* PREAUTH"):
		return t.none() // authenticated already: too late for TLS
	case strings.HasPrefix(line, "* BYE"):
		return t.busy(line)
	default:
		return t.lost(line)
	}
	lines, err := t.tagged("a1", "CAPABILITY")
	if err != nil {
		return err
	}
	capabilities := strings.Fields(strings.ToUpper(strings.Join(lines, " ")))
	if !slices.Contains(capabilities, "STARTTLS") {
		return t.none()
	}
	t.Required = new(unlogged(capabilities))
	lines, err = t.tagged("a2", "STARTTLS")
	if err != nil {
		return err
	}
	switch last := lines[len(lines)-1]; {
	case strings.HasPrefix(last, "a2 OK"):
		return nil
	case strings.Contains(last, "[UNAVAILABLE]"): // RFC 5530 section 3
		return t.busy(last)
	}
	return t.none()
}

// tagged sends an IMAP command and reads up to the line with its tag.
func (t *Talk) tagged(tag, command string) ([]string, error) {
	if err := t.say(tag + " " + command + "\r\n"); err != nil {
		return nil, err
	}
	var lines []string
	for len(lines) < maxLines {
		line, err := t.line()
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
		switch {
		case strings.HasPrefix(line, tag+" "):
			return lines, nil
		case strings.HasPrefix(line, "* BYE"):
			return nil, t.busy(line)
		case !strings.HasPrefix(line, "* "):
			return nil, t.lost(line)
		}
	}
	return nil, t.fail(scanner.ReasonTooLarge, lines[0])
}

// pop3 is RFC 2595 section 4. A server without CAPA may still know STLS.
func pop3(t *Talk) error {
	line, err := t.line()
	if err != nil {
		return err
	}
	t.banner = scanner.Escape(line)
	switch {
	case strings.HasPrefix(line, "+OK"):
	case strings.HasPrefix(line, "-ERR"):
		return t.busy(line)
	default:
		return t.lost(line)
	}
	capabilities, known, err := t.capa()
	if err != nil {
		return err
	}
	if known && !slices.ContainsFunc(capabilities, func(c string) bool { return strings.EqualFold(c, "STLS") }) {
		return t.none()
	}
	if known {
		t.Required = userless(capabilities, t.banner)
	}
	if err := t.say("STLS\r\n"); err != nil {
		return err
	}
	if line, err = t.line(); err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(line, "+OK"):
		return nil
	case strings.Contains(line, "[SYS/TEMP]"): // RFC 3206 section 4
		return t.busy(line)
	}
	return t.none()
}

// capa lists POP3 capabilities, RFC 2449 section 5.
func (t *Talk) capa() (list []string, known bool, err error) {
	if err := t.say("CAPA\r\n"); err != nil {
		return nil, false, err
	}
	line, err := t.line()
	if err != nil {
		return nil, false, err
	}
	if !strings.HasPrefix(line, "+OK") {
		return nil, false, nil
	}
	list, err = t.dotted()
	return list, err == nil, err
}

// dotted reads lines up to one of a dot alone, RFC 1939 section 3 and RFC 3977
// section 3.1.1.
func (t *Talk) dotted() (list []string, err error) {
	for len(list) < maxLines {
		line, err := t.line()
		if err != nil || line == "." {
			return list, err
		}
		list = append(list, line)
	}
	return nil, t.fail(scanner.ReasonTooLarge, list[0])
}

// sieve is RFC 5804 section 2.2: the greeting is the list of capabilities.
func sieve(t *Talk) error {
	offered := false
	for n := 0; ; n++ {
		line, err := t.line()
		if err != nil {
			return err
		}
		if t.banner == "" {
			t.banner = scanner.Escape(line)
		}
		upper := strings.ToUpper(line)
		switch {
		case strings.HasPrefix(upper, "OK"):
			if !offered {
				return t.none()
			}
			return t.sieveOK()
		case strings.HasPrefix(upper, "BYE"), strings.HasPrefix(upper, "NO"):
			return t.busy(line)
		case !strings.HasPrefix(upper, `"`) || n == maxLines:
			return t.lost(line)
		}
		offered = offered || strings.HasPrefix(upper, `"STARTTLS"`)
		if mechanisms, ok := strings.CutPrefix(upper, `"SASL" `); ok { // none before TLS where it insists
			t.Required = new(strings.Trim(mechanisms, `" `) == "")
		}
	}
}

func (t *Talk) sieveOK() error {
	if err := t.say("STARTTLS\r\n"); err != nil {
		return err
	}
	line, err := t.line()
	switch {
	case err != nil:
		return err
	case strings.HasPrefix(strings.ToUpper(line), "OK"):
		return nil
	}
	return t.none()
}
