package starttls

import (
	"slices"
	"strings"
)

// Whether a server insists on the upgrade it mostly tells by itself: it offers
// no way to log in before it. Where it does not, it is asked once, on a
// connection that is made anyway, by something that is neither a login nor
// leaves anything behind. One that hangs up on that is connected to once more.
// MySQL tells it to who logs in alone, by account.

// inClear is the database servers that are asked on a connection of their own to
// go on without TLS, since there is no way from there to it. Never written to.
var inClear = map[string]Dialogue{
	"mssql":    (*Talk).unable,
	"postgres": (*Talk).startup,
}

// InClear asks a server to go on without TLS, on a connection that will not turn
// to it: Talk.Required tells whether it insists, or is nil where it says nothing
// to that. It is nil itself for protocols that are not asked so.
func InClear(scheme string) Dialogue { return inClear[scheme] }

// unable tells SQL Server that we have no TLS: it does without, or requires it
// ([MS-TDS] section 2.2.6.5). No login follows.
func (t *Talk) unable() error {
	_, answer, err := t.prelogin(tdsUnable)
	if err == nil && (answer == tdsUnable || answer == tdsRequired) {
		t.Required = new(answer == tdsRequired)
	}
	return err
}

// mailFrom begins a message from nobody (RFC 5321 section 4.5.5) and takes it
// back. A server that insists answers 530 (RFC 3207 section 4); one that wants
// a login first, and offers none before TLS, insists by that. Any other refusal
// is of the message and tells nothing.
func (t *Talk) mailFrom(extensions []string) error {
	if err := t.say("MAIL FROM:<>\r\n"); err != nil {
		return err
	}
	code, lines, err := t.reply()
	if err != nil {
		return err
	}
	login := slices.ContainsFunc(extensions, func(l string) bool {
		word, _, _ := strings.Cut(strings.ToUpper(l[min(4, len(l)):]), " ")
		return word == "AUTH" || strings.HasPrefix(word, "AUTH=")
	})
	switch {
	case code == "250":
		t.Required = new(false)
		if err := t.say("RSET\r\n"); err != nil {
			return err
		}
		_, _, err = t.reply()
		return err
	case code == "530" && strings.Contains(strings.ToUpper(strings.Join(lines, " ")), "STARTTLS"), code == "530" && !login:
		t.Required = new(true)
	case code == "530":
		t.Required = new(false) // it wants a login, and takes one in clear
	}
	return nil
}

// users names users to FTP, one that nobody has and then the anonymous one, and
// no password: that is no login, and no account is there to be locked. A server
// that asks nobody for a password takes passwords in clear. One that insists
// says that TLS is wanted, by 522, 533 or 534 (RFC 2228 section 5.2 and RFC
// 4217), or in words; any other refusal is of the user. Whom it asks for an
// anonymous password it may yet turn away, so that tells nothing. vsftpd hangs
// up on those it insists of: the second is asked on another connection.
func (t *Talk) users() error {
	if !t.Insisted {
		code, wanted, err := t.user(clientName)
		if code != "" && code[0] < '4' {
			t.Required = new(false)
		}
		if t.Insisted = wanted; !wanted {
			return err
		}
	}
	code, wanted, err := t.user("anonymous")
	if wanted || code != "" && code[0] == '5' {
		t.Required = new(true)
	}
	return err
}

func (t *Talk) user(name string) (code string, wanted bool, err error) {
	if err := t.say("USER " + name + "\r\n"); err != nil {
		return "", false, err
	}
	code, lines, err := t.reply()
	if err != nil {
		return "", false, err
	}
	text := strings.ToUpper(strings.Join(lines, " "))
	word := func(w string) bool { return strings.Contains(text, w) }
	return code, slices.Contains([]string{"522", "533", "534"}, code) ||
		code[0] > '3' && slices.ContainsFunc([]string{"TLS", "SSL", "ENCRYPT", "CLEARTEXT"}, word), nil
}

// reads asks a news server for a group that nobody has. One that knows none of
// that name serves in clear; one that wants TLS for it answers 483, and one that
// wants a login 480 (RFC 3977 section 3.2.1), which it takes in clear where its
// capabilities name a way to log in (RFC 4643 section 2.1).
func (t *Talk) reads() error {
	if err := t.say("GROUP " + clientName + "\r\n"); err != nil {
		return err
	}
	code, _, err := t.reply()
	if err != nil {
		return err
	}
	switch code {
	case "483":
		t.Required = new(true)
	case "411":
		t.Required = new(false)
	case "480":
		t.Required, err = t.newsLogin()
	}
	return err
}

// newsLogin tells by a news server's capabilities whether it takes no login in
// clear.
func (t *Talk) newsLogin() (refused *bool, err error) {
	if err := t.say("CAPABILITIES\r\n"); err != nil {
		return nil, err
	}
	code, _, err := t.reply()
	if err != nil || code != "101" {
		return nil, err
	}
	lines, err := t.dotted()
	if err != nil {
		return nil, err
	}
	for _, line := range lines {
		switch f := strings.Fields(strings.ToUpper(line)); {
		case len(f) == 0:
		case f[0] == "AUTHINFO" && slices.Contains(f, "USER"), f[0] == "SASL" && len(f) > 1 && !slices.Equal(f[1:], []string{"EXTERNAL"}):
			return new(false), nil
		case f[0] == "AUTHINFO":
			refused = new(true)
		}
	}
	return refused, nil
}

// unlogged tells of IMAP's capabilities whether nobody can log in: LOGINDISABLED
// stands there (RFC 9051 section 6.2.3) and no mechanism that works without TLS.
func unlogged(capabilities []string) bool {
	return slices.Contains(capabilities, "LOGINDISABLED") && !slices.ContainsFunc(capabilities, func(c string) bool {
		mechanism, ok := strings.CutPrefix(c, "AUTH=")
		return ok && mechanism != "EXTERNAL"
	})
}

// userless tells of POP3's capabilities whether nobody can log in: neither USER
// nor a SASL mechanism stands there (RFC 2449 sections 6.2 and 6.3). APOP is no
// capability: a time stamp in the greeting offers it (RFC 1939 section 7), and
// then it is not known.
func userless(capabilities []string, banner string) *bool {
	for _, c := range capabilities {
		switch f := strings.Fields(strings.ToUpper(c)); {
		case len(f) > 0 && f[0] == "USER", len(f) > 1 && f[0] == "SASL" && !slices.Equal(f[1:], []string{"EXTERNAL"}):
			return new(false)
		}
	}
	if _, stamp, _ := strings.Cut(banner, "<"); strings.Contains(stamp, "@") {
		return nil
	}
	return new(true)
}
